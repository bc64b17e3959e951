# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that the benchmark runs and prints a row for each number of models."""

import os
import pathlib
import subprocess

_LOOKUP = pathlib.Path(
    os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], "benchmarks", "lookup", "lookup"
)


def _run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([_LOOKUP, *arguments], capture_output=True, text=True, check=False)


def test_prints_a_row_for_each_number_of_models() -> None:
    done = _run("--max_models=100", "--lookups=1000")
    assert done.returncode == 0, done.stderr
    rows = [line.split("|") for line in done.stdout.splitlines()[2:]]
    assert [int(row[1]) for row in rows] == [1, 10, 100]
    assert all(float(row[2]) > 0 for row in rows)
    assert float(rows[0][3]) == 1


def test_names_an_unknown_argument() -> None:
    done = _run("--models=7")
    assert done.returncode == 1
    assert "--models=7" in done.stderr
