# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the table of the benchmark."""

from benchmarks.serving.report import BASELINE, Measurement, Row, as_table


def test_a_row_shows_its_numbers() -> None:
    rows = [
        Row("half", BASELINE, Measurement(50000.4, 0.0191, 0.0312), 400.0, 1.0),
        Row("half", "REST", Measurement(20000.0, 0.4, 1.25), 501.6, 0.4),
    ]
    assert as_table(rows).splitlines()[2:] == [
        "| half | Session::Run | 50,000 | 0.019 | 0.031 | 400 | 1.00 |",
        "| half | REST | 20,000 | 0.400 | 1.250 | 502 | 0.40 |",
    ]
