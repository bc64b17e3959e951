# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The command line of a benchmark: counts, the file of `--json`, and one line for an error.

Example:
    def main(arguments: Sequence[str] | None = None) -> int:
        program = Program("startup", __doc__)
        program.add_count("--runs", 11, "The number of starts.")
        return program.run(arguments, lambda options: _report(options.runs))
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tensorflow_serving_s3.errors import Error


class Program:
    """A benchmark as a program.

    Attributes:
        parser: Its options; `--json` is one of them.
    """

    def __init__(self, name: str, description: str | None) -> None:
        """Creates a program with the option `--json`."""
        self._name = name
        self.parser = argparse.ArgumentParser(prog=name, description=description)
        self.parser.add_argument("--json", type=Path, help="A file to write all numbers to.")

    def add_count(self, flag: str, default: int, help: str, *, minimum: int = 1) -> None:
        """Adds an option for a whole number that is at least `minimum`."""

        def count(text: str) -> int:
            number = int(text)
            if number < minimum:
                raise argparse.ArgumentTypeError(f"it must be at least {minimum}")
            return number

        self.parser.add_argument(flag, type=count, default=default, metavar="N", help=help)

    def add_servers(self, flag: str, help: str) -> None:
        """Adds an option, which may be repeated, for a name and a model server.

        Its value is a list of pairs of a name and a path.
        """
        self.parser.add_argument(
            flag, action="append", default=[], type=_server, metavar="NAME=BINARY", help=help
        )

    def run(
        self,
        arguments: Sequence[str] | None,
        report: Callable[[argparse.Namespace], dict[str, Any]],
        errors: tuple[type[Exception], ...] = (),
    ) -> int:
        """Measures, and writes the file of `--json`.

        Args:
            arguments: The arguments of the command line; None: those of this process.
            report: Measures, prints a table, and returns what the file contains.
            errors: Exceptions besides Error that end the program with one line.

        Returns:
            The exit code: 0, or 1 after a failure.
        """
        options = self.parser.parse_args(arguments)
        expected: tuple[type[Exception], ...] = (Error, OSError, *errors)
        try:
            numbers = report(options)
            if options.json is not None:
                text = json.dumps({"benchmark": self._name, **numbers}, indent=2)
                options.json.write_text(f"{text}\n")
        except expected as error:
            lines = (f"{self._name}: {error}", *getattr(error, "log", ()))
            print(*lines, sep="\n  ", file=sys.stderr)
            return 1
        return 0


def _server(text: str) -> tuple[str, Path]:
    name, _, binary = text.partition("=")
    # Bazel runs programs in another folder than the user's.
    path = Path(os.environ.get("BUILD_WORKING_DIRECTORY", ""), binary)
    if not name or not path.is_file() or not os.access(path, os.X_OK):
        raise argparse.ArgumentTypeError(f"{text}: give NAME=BINARY, a name and a program")
    return name, path
