# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the table of the benchmark."""

from benchmarks.serving.report import BASELINE, Measurement, Row, as_table, median


def test_a_row_shows_its_numbers() -> None:
    rows = [
        Row("half", BASELINE, "", Measurement(50000.4, 0.0191, 0.0312, 19.94), 400.0, 1.0, None),
        Row("half", "REST", "nginx", Measurement(20000.0, 0.4, 1.25, 12.0), 501.6, 0.4, 0.75),
    ]
    assert as_table(rows).splitlines()[2:] == [
        "| half | Session::Run |  | 50,000 | 0.019 | 0.031 | 19.9 | 400 | 1.00 |  |",
        "| half | REST | nginx | 20,000 | 0.400 | 1.250 | 12.0 | 502 | 0.40 | 0.75 |",
    ]


def test_the_median_of_each_number() -> None:
    runs = [Measurement(1, 20, 300, 4), Measurement(2, 30, 100, 5), Measurement(3, 10, 200, 6)]
    assert median(runs) == Measurement(2, 20, 200, 5)
