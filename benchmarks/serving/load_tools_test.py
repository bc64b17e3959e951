# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the parsers of the output of the load generators."""

import pytest
from tensorflow_serving_s3.errors import ProgramError

from benchmarks.serving.load_tools import grpc_frame, parse_h2load, parse_wrk, percentile
from benchmarks.serving.report import Measurement

_WRK = """Running 2s test @ http://127.0.0.1:8501/v1/models/half:predict
  1 threads and 8 connections
Requests/sec:  20000.00
{"requests": %d, "seconds": 2.000000, "p50_ms": 0.400000, "p99_ms": 1.250000, "failed": %d}
"""
_H2LOAD = """starting benchmark...
spawning thread #0: 4 total client(s). Timing-based test with 1s of warm-up time
finished in 2.00s, 12345.50 req/s, 1.23MB/s
requests: 24691 total, 24707 started, 24691 done, %d succeeded, %d failed, 0 errored, 0 timeout
status codes: 24691 2xx, 0 3xx, 0 4xx, 0 5xx
traffic: 3.05MB (3201234) total, 1.10MB (1153401) headers (space savings 78.26%%), 1.90MB (%d) data
"""
_BODY = 80
_LOG = "".join(f"1795345600000000\t200\t{100 * i}\n" for i in range(100, 0, -1))


def test_reads_the_report_of_wrk() -> None:
    assert parse_wrk(_WRK % (40000, 0)) == Measurement(20000.0, 0.4, 1.25)


@pytest.mark.parametrize("numbers", [(40000, 1), (0, 0)])
def test_failed_requests_of_wrk_are_an_error(numbers: tuple[int, int]) -> None:
    with pytest.raises(ProgramError, match=rf"wrk: {numbers[1]} requests failed"):
        parse_wrk(_WRK % numbers)


@pytest.mark.parametrize("output", ["", "Requests/sec: 3\n", "3\n"])
def test_no_report_of_wrk_is_an_error(output: str) -> None:
    with pytest.raises(ProgramError, match="no report"):
        parse_wrk(output)


def test_reads_the_report_of_h2load() -> None:
    assert parse_h2load(_H2LOAD % (24691, 0, 24691 * _BODY), _LOG, _BODY) == Measurement(
        12345.5, 5.0, 9.9
    )


@pytest.mark.parametrize("numbers", [(24690, 1), (0, 0)])
def test_failed_requests_of_h2load_are_an_error(numbers: tuple[int, int]) -> None:
    with pytest.raises(ProgramError, match=rf"h2load: {numbers[1]} requests failed"):
        parse_h2load(_H2LOAD % (*numbers, 0), _LOG, _BODY)


def test_calls_without_a_response_message_are_an_error() -> None:
    with pytest.raises(ProgramError, match="10 of 24691 calls have no response message"):
        parse_h2load(_H2LOAD % (24691, 0, 24681 * _BODY), _LOG, _BODY)


def test_no_report_of_h2load_is_an_error() -> None:
    with pytest.raises(ProgramError, match="no report"):
        parse_h2load("starting benchmark...\n", _LOG, _BODY)


def test_percentiles_are_measured_numbers() -> None:
    assert percentile([1.0, 2.0, 3.0], 50) == 2.0
    assert percentile([1.0, 2.0, 3.0], 99) == 3.0
    assert percentile([7.0], 50) == 7.0


def test_a_frame_starts_with_the_length_of_its_message() -> None:
    assert grpc_frame(b"abc") == b"\0\0\0\0\3abc"
