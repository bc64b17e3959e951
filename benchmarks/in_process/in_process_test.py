# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the benchmark with one short round."""

import json
from pathlib import Path

import pytest

from benchmarks.in_process import in_process


def test_one_round_yields_a_table_and_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "in_process.json"
    assert in_process.main(["--rounds=1", "--seconds=1", f"--json={file}"]) == 0
    report = json.loads(file.read_text())
    rates = [report["rates"][name][0] for name in (in_process.IDLE, in_process.SAME_PROCESS)]
    assert min(rates) > 0
    assert f"{report['ratio']:.2f}" in capsys.readouterr().out
