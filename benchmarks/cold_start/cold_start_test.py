# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the benchmark with a small model."""

import pytest

from benchmarks.cold_start import cold_start


def test_one_run_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert cold_start.main(["--runs=1", "--mib=16"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "| part | loopback | S3-like |" in lines
    assert "| mebibytes, MiB | 16 | 16 |" in lines
