# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the page with Prometheus and promtool."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from runfiles import Runfiles
from tensorflow_serving_s3._process import ChildProcess
from tensorflow_serving_s3.testing._ports import pick_free_ports
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.e2e import clients
from tests.e2e.waiting import wait_for

_PATH = "/monitoring/prometheus/metrics"


def _find(program: str) -> str:
    runfiles = Runfiles.Create()
    assert runfiles is not None
    found = runfiles.Rlocation(f"prometheus/usr/bin/{program}")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def prometheus(server: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a Prometheus that scrapes the server every second."""
    folder = tmp_path_factory.mktemp("prometheus")
    job = {
        "job_name": "serving",
        "metrics_path": _PATH,
        "static_configs": [{"targets": [f"127.0.0.1:{server.rest_port}"]}],
    }
    config = folder / "prometheus.yml"
    # JSON is valid YAML.
    config.write_text(
        json.dumps({"global": {"scrape_interval": "1s"}, "scrape_configs": [job]}), encoding="utf-8"
    )
    (port,) = pick_free_ports(1)
    command = [
        _find("prometheus"),
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with ChildProcess("prometheus", command, env={}, cwd=folder) as process:
        process.wait_for_line("Server is ready", timeout_seconds=60)
        yield f"http://127.0.0.1:{port}"


def _query(prometheus: str, expression: str) -> list[Any]:
    with clients.session() as session:
        response = session.get(
            f"{prometheus}/api/v1/query", params={"query": expression}, timeout=clients.SECONDS
        )
    assert response.status_code == 200, response.text
    results = response.json()["data"]["result"]
    assert isinstance(results, list)
    return results


def test_prometheus_scrapes_the_server(server: ModelServer, prometheus: str) -> None:
    clients.post(server, {"instances": [1.0]})
    wait_for(
        lambda results: bool(results) and results[0]["value"][1] == "1",
        lambda: _query(prometheus, 'up{job="serving"}'),
    )
    count = ':tensorflow:serving:request_count{model_name="half",status="OK"}'
    (result,) = wait_for(bool, lambda: _query(prometheus, count))
    assert float(result["value"][1]) >= 1


def test_prometheus_computes_quantiles_of_latency(server: ModelServer, prometheus: str) -> None:
    clients.post(server, {"instances": [1.0]})
    expression = (
        "histogram_quantile(0.5, sum by (le) "
        '(:tensorflow:serving:request_latency_bucket{model_name="half"}))'
    )
    (result,) = wait_for(bool, lambda: _query(prometheus, expression))
    assert 0 < float(result["value"][1]) < 60e6


def test_prometheus_knows_types_and_help(server: ModelServer, prometheus: str) -> None:
    clients.post(server, {"instances": [1.0]})

    def metadata() -> Any:
        with clients.session() as session:
            url = f"{prometheus}/api/v1/metadata"
            return session.get(url, timeout=clients.SECONDS).json()["data"]

    name = ":tensorflow:serving:request_count"
    known = wait_for(lambda known: name in known, metadata)
    assert [entry["type"] for entry in known[name]] == ["counter"]
    assert all(entry["help"] for entries in known.values() for entry in entries)


def test_promtool_parses_the_page(server: ModelServer) -> None:
    clients.post(server, {"instances": [1.0]})
    page = clients.get(server, _PATH).content
    checked = subprocess.run(
        [_find("promtool"), "check", "metrics"], input=page, capture_output=True, check=False
    )
    # 1: a parse error. 3: parsed, but the names are not as promtool recommends, like the names of
    # TensorFlow Serving.
    assert checked.returncode in {0, 3}, checked.stderr.decode()
    ours = [
        line
        for line in checked.stderr.decode().splitlines()
        if not re.match(r"_?:?tensorflow:", line)
    ]
    assert ours == []
