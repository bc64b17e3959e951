# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the command line of the benchmarks."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest
from tensorflow_serving_s3.errors import ProgramError

from benchmarks.program import Program


@pytest.fixture
def program() -> Program:
    """A program with a count."""
    made = Program("made", "It measures nothing.")
    made.add_count("--runs", 3, "The number of runs.")
    made.add_count("--mib", 32, "The size of the model.", minimum=16)
    return made


def _report(options: argparse.Namespace) -> dict[str, Any]:
    return {"runs": options.runs}


def test_the_report_is_written_with_the_name(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    assert program.run([f"--json={file}"], _report) == 0
    assert json.loads(file.read_text()) == {"benchmark": "made", "runs": 3}


@pytest.mark.parametrize("argument", ["--runs=0", "--runs=-1", "--runs=x", "--mib=15"])
def test_a_count_is_at_least_its_minimum(
    program: Program, argument: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as error:
        program.run([argument], _report)
    assert error.value.code == 2
    assert argument.partition("=")[0] in capsys.readouterr().err


def test_an_error_is_one_line_with_the_log(
    program: Program, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: argparse.Namespace) -> dict[str, Any]:
        raise ProgramError("it ended", ("its last line",))

    assert program.run([], fail) == 1
    assert capsys.readouterr().err == "made: it ended\n  its last line\n"


def test_a_report_that_cannot_be_written_is_an_error(
    program: Program, capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.run(["--json=/absent/report.json"], _report) == 1
    assert "/absent/report.json" in capsys.readouterr().err
