# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the benchmark for a second each, and the parser of its load."""

import json
from pathlib import Path

import pytest
from tensorflow_serving_s3.errors import ProgramError

from benchmarks.serving import overload
from benchmarks.serving.open_loop import Offered, parse_offered

_OUTPUT = """starting benchmark...
finished in 2.00s, 1000.00 req/s, 1.23MB/s
requests: 2000 total, 2007 started, 2000 done, %d succeeded, %d failed, %d errored, 0 timeout
status codes: 2000 2xx, 0 3xx, 0 4xx, 0 5xx
traffic: 3.05MB (3201234) total, 1.10MB (1153401) headers (space savings 78.26%%), 1.90MB (%d) data
"""
_LOG = "".join(f"1795345600000000\t200\t{100 * i}\n" for i in range(100, 0, -1))


def test_reads_refused_requests() -> None:
    output = _OUTPUT % (1900, 100, 0, 0)
    assert parse_offered(output, _LOG, 1200.0, 2, None) == Offered(1200.0, 950.0, 50.0, 5.0, 9.9)


def test_calls_without_a_response_message_were_refused() -> None:
    output = _OUTPUT % (2000, 0, 0, 500 * 80)
    assert parse_offered(output, _LOG, 1000.0, 2, 80) == Offered(1000.0, 250.0, 750.0, 5.0, 9.9)


@pytest.mark.parametrize(("output", "log"), [("", _LOG), (_OUTPUT % (0, 0, 0, 0), "")])
def test_no_report_is_an_error(output: str, log: str) -> None:
    with pytest.raises(ProgramError, match="h2load"):
        parse_offered(output, log, 1.0, 1, None)


def test_a_short_run_yields_tables_and_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "overload.json"

    code = overload.main(["--seconds=1", "--connections=200", f"--json={file}"])

    output = capsys.readouterr()
    assert code == 0, output.err
    numbers = json.loads(file.read_text())
    assert [(row["model"], row["api"]) for row in numbers["rows"]] == [
        ("half_plus_three", "REST"),
        ("half_plus_three", "gRPC"),
    ]
    for row in numbers["rows"]:
        assert row["capacity"] > 0
        assert row["half"]["failed"] == 0
        assert 0 < row["half"]["p50_ms"] <= row["half"]["p99_ms"]
        assert row["twice"]["answered"] > 0
    assert [row["api"] for row in numbers["idle"]] == ["REST", "gRPC"]
    assert all(row["connections"] == 200 for row in numbers["idle"])
    assert "| gRPC | 200 |" in output.out
