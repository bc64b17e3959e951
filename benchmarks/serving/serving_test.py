# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the benchmark for a second each, and that its numbers are consistent."""

import json
from pathlib import Path

import pytest

from benchmarks.serving import serving


def test_a_short_run_yields_a_table_and_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "serving.json"

    code = serving.main(["--seconds=1", "--models=half_plus_three", f"--json={file}"])

    output = capsys.readouterr()
    assert code == 0, output.err
    rows = json.loads(file.read_text())["rows"]
    ways = ["Session::Run", "RunCallable, caller's thread", "REST", "gRPC"]
    assert [row["way"] for row in rows] == ways
    baseline = rows[0]["measured"]["per_second"]
    for row in rows:
        measured = row["measured"]
        assert row["ratio"] == pytest.approx(measured["per_second"] / baseline)
        assert 0 < measured["p50_ms"] <= measured["p99_ms"]
        assert row["rss_mib"] > 0
        assert f"| {row['way']} | {measured['per_second']:,.0f} |" in output.out


def test_names_an_unknown_model(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as error:
        serving.main(["--models=half_plus_three,other"])

    assert error.value.code == 2
    assert "no other; there are half_plus_three, mlp, image" in capsys.readouterr().err
