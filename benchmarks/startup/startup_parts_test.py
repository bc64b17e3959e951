# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the parser of the log line and the statistics."""

import pytest

from benchmarks.startup.startup_parts import StartupParts, as_table, parse_startup, summarise

_LINE = "startup milliseconds since process start: main=300 ports=420.5 listed=450 loaded=900"


def test_the_parts_are_the_differences_of_the_times() -> None:
    assert parse_startup(_LINE, answered=910.0) == StartupParts(
        process=300.0, tensorflow=120.5, s3=29.5, load=450.0, answer=10.0
    )


def test_text_before_and_after_is_ignored() -> None:
    line = f"I1122 04:12:09.682434 77 main.cc:12] {_LINE} (model half_plus_three)"
    assert parse_startup(line, answered=910.0) == parse_startup(_LINE, answered=910.0)


def test_the_total_is_the_time_to_the_answer() -> None:
    assert parse_startup(_LINE, answered=910.0).total == pytest.approx(910.0)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "startup milliseconds since process start:",
        "startup milliseconds since process start: main=1 ports=2 listed=3",
        "startup milliseconds since process start: main=1 ports=2 listed=3 loaded=",
        "startup milliseconds since process start: main=1 ports=2 listed=x loaded=4",
        "startup milliseconds since process start: main=-1 ports=2 listed=3 loaded=4",
        "startup milliseconds since process start: main=1 ports=2 listed=3 loaded=4.5.6",
    ],
)
def test_another_line_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="does not contain the parts"):
        parse_startup(line, answered=10.0)


def test_times_out_of_order_are_refused() -> None:
    line = "startup milliseconds since process start: main=2 ports=1 listed=3 loaded=4"
    with pytest.raises(ValueError, match="out of order"):
        parse_startup(line, answered=5.0)


def test_an_answer_before_the_log_line_has_no_duration() -> None:
    assert parse_startup(_LINE, answered=899.9).answer == 0.0


def test_the_summary_has_minimum_median_and_maximum_of_each_part_and_the_total() -> None:
    runs = [StartupParts(process, 2.0, 3.0, 4.0, 0.5) for process in (10.0, 30.0, 11.0)]
    assert summarise(runs) == {
        "process": {"min": 10.0, "median": 11.0, "max": 30.0},
        "tensorflow": {"min": 2.0, "median": 2.0, "max": 2.0},
        "s3": {"min": 3.0, "median": 3.0, "max": 3.0},
        "load": {"min": 4.0, "median": 4.0, "max": 4.0},
        "answer": {"min": 0.5, "median": 0.5, "max": 0.5},
        "total": {"min": 19.5, "median": 20.5, "max": 39.5},
    }


def test_no_runs_are_refused() -> None:
    with pytest.raises(ValueError, match="no run"):
        summarise([])


def test_the_table_has_one_row_per_part() -> None:
    table = as_table({"process": {"min": 1.0, "median": 2.25, "max": 1000.0}})
    assert table.splitlines() == [
        "part            min ms   median ms    max ms",
        "process            1.0         2.2    1000.0",
    ]
