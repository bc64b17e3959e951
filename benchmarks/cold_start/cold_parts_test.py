# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the parts of a cold start and their table."""

import pytest

from benchmarks.cold_start.cold_parts import as_table, in_container, parse_cold_start

_LINE = "startup milliseconds since process start: main=300 ports=310 listed=340 loaded=1900"
_METRICS = """\
# TYPE :tensorflow:cc:saved_model:load_latency counter
:tensorflow:cc:saved_model:load_latency{model_path="s3://models/big/1"} 1500000
:tensorflow:cc:saved_model:load_latency_by_stage_sum{model_path="s3://b/1",stage="init_graph"} 5000
:tensorflow:cc:saved_model:load_latency_by_stage_sum{model_path="b",stage="restore_graph"} 1400000
:tensorflow:serving:model_warmup_latency_sum{model_path="s3://models/big/1",status="OK"} 20000
tf_serving_s3_requests_total{operation="GetObject",status="206"} 27
tf_serving_s3_requests_total{operation="GetObject",status="404"} 2
tf_serving_s3_requests_total{operation="ListObjectsV2",status="200"} 9
tf_serving_s3_received_bytes_total 134217728
"""


def test_the_parts_add_up_to_the_total() -> None:
    start = parse_cold_start(_LINE, _METRICS, ready=1910.0)
    assert (start.process, start.ports, start.listing) == (300.0, 10.0, 30.0)
    assert (start.graph, start.variables, start.initialise) == (95.0, 1400.0, 5.0)
    assert (start.warmup, start.rest, start.total) == (20.0, 50.0, 1910.0)


def test_requests_of_all_statuses_count() -> None:
    start = parse_cold_start(_LINE, _METRICS, ready=1910.0)
    assert (start.gets, start.lists, start.mebibytes) == (29, 9, 128.0)


def test_a_page_without_a_metric_is_refused() -> None:
    with pytest.raises(ValueError, match="load_latency_by_stage_sum"):
        parse_cold_start(_LINE, "", ready=1910.0)


def test_a_container_adds_the_time_until_its_program_runs() -> None:
    start = parse_cold_start(_LINE, _METRICS, ready=1910.0)
    contained = in_container(start, forked=500.0, running=650.0)
    assert (contained.container, contained.process, contained.ports) == (650.0, 150.0, 10.0)
    assert contained.total == 500.0 + 1910.0
    assert "| container, ms | 650 |" in as_table({"loopback": [contained]})
    assert "container" not in as_table({"loopback": [start]})


def test_the_table_has_medians_of_each_column() -> None:
    runs = [parse_cold_start(_LINE, _METRICS, ready) for ready in (1910.0, 1950.0, 3000.0)]
    lines = as_table({"loopback": runs, "S3-like": runs[:1]}).splitlines()
    assert lines[0] == "| part | loopback | S3-like |"
    assert "| total, ms | 1,950 | 1,910 |" in lines
