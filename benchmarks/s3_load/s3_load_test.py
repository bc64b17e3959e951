# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the benchmark with a tiny model, and that its numbers are consistent."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from tensorflow_serving_s3._programs import MODEL_SERVER, find_program

from benchmarks.s3_load import report, s3_load
from benchmarks.s3_load.copy_server import copy_server


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


def test_servers_are_compared_over_both_links(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "s3_load.json"
    servers = [copy_server(find_program(MODEL_SERVER), tmp_path / name) for name in ("a", "b")]

    code = s3_load.main(
        [
            "--runs=1",
            "--variables=2",
            "--mib=1",
            *(f"--server={server.parent.name}={server}" for server in servers),
            f"--json={file}",
        ]
    )

    output = capsys.readouterr()
    assert code == 0, output.err
    rows = json.loads(file.read_text())["rows"]
    assert [(row["link"], row["way"]) for row in rows] == [
        ("", report.LOCAL),
        ("loopback", "a"),
        ("loopback", "b"),
        ("S3-like", "a"),
        ("S3-like", "b"),
    ]
    assert [row["ratio"] for row in rows if row["way"] == "a"] == [1.0, 1.0]
    assert all(row["beyond_mib"] > 0 and row["cpu_seconds"] > 0 for row in rows[1:])


@pytest.mark.parametrize("server", ["a", "=/bin/sh", "a=/no/such/program"])
def test_an_invalid_server_is_refused(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        s3_load.main([f"--server={server}"])
    assert f"--server: {server}: give NAME=BINARY" in capsys.readouterr().err


def test_a_copied_server_finds_the_libraries_that_it_was_built_for(tmp_path: Path) -> None:
    server = copy_server(find_program(MODEL_SERVER), tmp_path / "server")

    done = subprocess.run(
        ["ldd", server],
        env={"LD_LIBRARY_PATH": str(server.parent)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert f"libtensorflow_cc.so.2 => {server.parent}/" in done.stdout
    assert "/site-packages/" in os.fspath((server.parent / "libtensorflow_cc.so.2").readlink())
