# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the progress of a long load in the status, the metrics and the log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.e2e import clients
from tests.e2e.holding_proxy import HoldingProxy
from tests.e2e.waiting import wait_for
from tests.e2e.world import World

_METRICS = "/monitoring/prometheus/metrics"


@pytest.fixture
def proxy(world: World) -> Iterator[HoldingProxy]:
    """A proxy that holds the last requests of a load, for the values of the variables."""
    with HoldingProxy(world.storage.endpoint) as running:
        running.hold(b"variables.data-00000-of-00001 ")
        yield running


@pytest.fixture
def server(world: World, proxy: HoldingProxy, tmp_path: Path) -> Iterator[ModelServer]:
    """A server whose load waits for its variables."""
    base_path = world.new_base_path()
    world.publish(world.half_plus_three, base_path, 1)
    monitoring = tmp_path / "monitoring.config"
    monitoring.write_text("prometheus_config { enable: true }")
    # The held request has no timeout.
    env = {"AWS_ENDPOINT_URL_S3": proxy.url, "S3_REQUEST_TIMEOUT_MSEC": "60000"}
    flags = [f"--monitoring_config_file={monitoring}"]
    with world.serving(base_path, env=env, flags=flags) as running:
        proxy.wait_until_held()
        yield running


def _progress(server: ModelServer) -> dict[str, Any]:
    status = clients.get(server, f"/v1/models/{server.model_name}").json()
    (version,) = status["model_version_status"]
    progress: dict[str, Any] = version.get("load_progress", {})
    return progress


def test_a_long_load_reports_its_progress(
    server: ModelServer, proxy: HoldingProxy, world: World
) -> None:
    first = _progress(server)
    assert int(first["bytes_read"]) > 0
    assert "total_bytes" not in first

    measured = wait_for(lambda progress: "total_bytes" in progress, lambda: _progress(server))
    files = (path for path in world.half_plus_three.rglob("*") if path.is_file())
    total = sum(path.stat().st_size for path in files)
    assert int(measured["total_bytes"]) == total
    assert 0 < int(measured["bytes_read"]) < total

    labels = f'{{model_name="{server.model_name}",version="1"}}'
    page = clients.get(server, _METRICS).text
    assert f"tf_serving_s3_model_load_bytes{labels} {measured['bytes_read']}\n" in page
    assert f"tf_serving_s3_model_load_total_bytes{labels} {total}\n" in page

    wait_for(
        lambda lines: any(f"Loading {server.model_name} version 1 for " in line for line in lines),
        lambda: server.log_tail(50),
    )
    proxy.release()
    server.wait_until_available(1)
    assert _progress(server) == {}
    assert "tf_serving_s3_model_load_bytes{" not in clients.get(server, _METRICS).text


def test_the_metrics_page_has_the_s3_requests(server: ModelServer, proxy: HoldingProxy) -> None:
    proxy.release()
    server.wait_until_available(1)
    page = clients.get(server, _METRICS).text
    samples = dict(line.rsplit(" ", 1) for line in page.splitlines() if not line.startswith("#"))
    gets = 'tf_serving_s3_requests_total{operation="GetObject",status="206"}'
    assert int(samples[gets]) >= 3
    assert int(samples["tf_serving_s3_received_bytes_total"]) > 1000
    assert samples["tf_serving_s3_retries_total"] == "0"
    # The files of a model do not grow: no request checks their sizes at the end.
    heads = [samples[name] for name in samples if 'requests_total{operation="HeadObject"' in name]
    assert set(heads) <= {"0"}
    count = 'tf_serving_s3_request_seconds_count{operation="ListObjectsV2"}'
    assert int(samples[count]) >= 1
