# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests rows and their table."""

from benchmarks.s3_load.report import Run, as_table, make_row


def test_a_row_has_the_best_and_the_median() -> None:
    runs = [Run(2.0, 5, 10.0, 1.5), Run(1.0, 6, 30.0, 0.5), Run(4.0, 7, 20.0, 2.5)]

    row = make_row("loopback", "a way", runs, 500_000_000, first=0.5)

    assert (row.best, row.median, row.mb_per_second) == (1.0, 2.0, 500.0)
    assert (row.requests, row.beyond_mib, row.cpu_seconds, row.ratio) == (7, 30.0, 1.5, 2.0)
    assert as_table([row]).splitlines()[-1] == (
        "| loopback | a way | 1.00 | 2.00 | 500 | 7 | 30 | 1.50 | 2.00 |"
    )


def test_missing_measurements_are_empty() -> None:
    row = make_row("", "a way", [Run(2.0, None, None, 1.0)], 1_000_000, first=None)

    assert as_table([row]).splitlines()[-1] == "|  | a way | 2.00 | 2.00 | 0 |  |  | 1.00 |  |"
