# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the benchmark with a tiny model, and that its numbers are consistent."""

import json
from pathlib import Path

import pytest

from benchmarks.s3_load import report, s3_load


def test_a_short_run_yields_a_table_and_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "s3_load.json"

    code = s3_load.main(["--runs=1", "--variables=2", "--mib=1", f"--json={file}"])

    output = capsys.readouterr()
    assert code == 0, output.err
    rows = json.loads(file.read_text())["rows"]
    ways = [report.PLUGIN, report.SERVER, report.TENSORFLOW_IO, report.BOTO3]
    assert [(row["link"], row["way"]) for row in rows] == [
        ("", report.LOCAL),
        *(("loopback", way) for way in ways),
        *(("S3-like", way) for way in ways),
    ]
    for row in rows[1:]:
        ours = next(
            other for other in rows if (other["link"], other["way"]) == (row["link"], report.PLUGIN)
        )
        assert row["ratio"] == pytest.approx(row["best"] / ours["best"])
        assert 0 < row["best"] <= row["median"]
        assert f"| {row['link']} | {row['way']} | {row['best']:.2f} |" in output.out
    assert all(row["requests"] > 3 for row in rows if row["link"] == "S3-like")
