# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the benchmark for a second each, and that its numbers are consistent."""

import json
from pathlib import Path

import pytest
from tensorflow_serving_s3._programs import MODEL_SERVER, find_program

from benchmarks.serving import serving


def test_a_short_run_yields_a_table_and_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "serving.json"

    code = serving.main(
        [
            "--seconds=1",
            "--models=half_plus_three",
            f"--peer=again={find_program(MODEL_SERVER)}",
            "--bounds",
            f"--json={file}",
        ]
    )

    output = capsys.readouterr()
    assert code == 0, output.err
    rows = json.loads(file.read_text())["rows"]
    assert [(row["way"], row["program"]) for row in rows] == [
        ("Session::Run", ""),
        ("RunCallable", ""),
        ("RunCallable, 2 threads", ""),
        ("REST", "tf-serving-s3"),
        ("gRPC", "tf-serving-s3"),
        ("REST", "nginx"),
        ("gRPC", "nghttpd"),
        ("REST", "again"),
        ("gRPC", "again"),
    ]
    baseline = rows[0]["measured"]["per_second"]
    ours = {row["way"]: row["measured"]["per_second"] for row in rows[3:5]}
    for row in rows:
        measured = row["measured"]
        assert row["ratio"] == pytest.approx(measured["per_second"] / baseline)
        assert 0 < measured["p50_ms"] <= measured["p99_ms"]
        assert measured["cpu_us"] > 0
        assert row["rss_mib"] > 0
        assert f"| {row['way']} | {row['program']} | {measured['per_second']:,.0f} |" in output.out
        if row["way"] in ours:
            assert row["ours"] == pytest.approx(ours[row["way"]] / measured["per_second"])


@pytest.mark.parametrize("peer", ["/bin/sh", "=/bin/sh", "name=", "name=/no/such/program"])
def test_a_peer_needs_a_name_and_a_binary(peer: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as error:
        serving.main([f"--peer={peer}"])

    assert error.value.code == 2
    assert f"{peer}: give NAME=BINARY" in capsys.readouterr().err


def test_names_an_unknown_model(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as error:
        serving.main(["--models=half_plus_three,other"])

    assert error.value.code == 2
    assert "no other; there are half_plus_three, mlp, image" in capsys.readouterr().err
