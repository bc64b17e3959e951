# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the benchmark, and that its numbers are consistent."""

import json
from pathlib import Path

import pytest

from benchmarks.startup import startup


def test_one_run_yields_a_table_and_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "startup.json"
    assert startup.main(["--runs=1", f"--json={file}"]) == 0
    report = json.loads(file.read_text())
    (run,) = report["runs"]
    parts = [value for name, value in run.items() if name != "total"]
    assert sum(parts) == pytest.approx(run["total"])
    assert list(run) == ["process", "tensorflow", "s3", "load", "answer", "total"]
    assert f"{report['summary']['total']['median']:.1f}" in capsys.readouterr().out
