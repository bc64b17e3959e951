# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The command line and the report of a benchmark of cold starts.

Example:
    def main(arguments: Sequence[str] | None = None) -> int:
        return run_program("cold_start", __doc__, arguments, _measure, "the start of the process")
"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.cold_start.cold_parts import ColdStart, as_table
from benchmarks.cold_start.large_model import VARIABLES
from benchmarks.program import Program


@dataclasses.dataclass(frozen=True)
class Options:
    """What is measured.

    Attributes:
        runs: The number of starts for each link.
        mib: The size of the model.
        warm_files: Whether the files of the server stay in the page cache.
    """

    runs: int
    mib: int
    warm_files: bool


def run_program(
    name: str,
    description: str | None,
    arguments: Sequence[str] | None,
    measure: Callable[[Options], Mapping[str, Sequence[ColdStart]]],
    begin: str,
) -> int:
    """Runs the benchmark and prints a table.

    Args:
        name: The name of the program.
        description: Its help.
        arguments: The arguments of the command line; None: those of this process.
        measure: Returns the starts by the heading of their column.
        begin: The event at which a start begins.

    Returns:
        The exit code: 0, or 1 after a failure.
    """

    def report(given: argparse.Namespace) -> dict[str, Any]:
        options = Options(given.runs, given.mib, given.warm_files)
        columns = measure(options)
        print(
            f"From {begin} until /readyz answers 200, {options.mib} MiB, median of"
            f" {options.runs} runs:"
        )
        print(as_table(columns), flush=True)
        return {
            "model_mib": options.mib,
            "unit": "ms",
            "columns": {
                column: [{**vars(start), "total": start.total} for start in starts]
                for column, starts in columns.items()
            },
        }

    program = Program(name, description)
    program.add_count("--runs", 5, "The number of starts for each link.")
    program.add_count("--mib", 1024, "The size of the model.", minimum=VARIABLES)
    program.parser.add_argument(
        "--warm_files", action="store_true", help="Keep the files of the server in the page cache."
    )
    return program.run(arguments, report, (ValueError,))
