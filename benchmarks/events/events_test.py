# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the benchmark with two versions."""

import json
from pathlib import Path

import pytest

from benchmarks.events import events


def test_two_runs_yield_a_line_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "events.json"
    assert events.main(["--runs=2", f"--json={file}"]) == 0
    times = json.loads(file.read_text())["times"]
    assert len(times) == 2
    assert f"most {max(times):.0f} ms" in capsys.readouterr().out
