# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests two models with batching under load: batches form, and every row has the right response."""

from __future__ import annotations

import concurrent.futures
import http.client
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.conformance.servers import Served, serving
from tests.e2e import clients

_PARAMETERS = """
max_batch_size { value: 16 }
batch_timeout_micros { value: 20000 }
num_batch_threads { value: 2 }
max_enqueued_batches { value: 1000 }
allowed_batch_sizes: [ 4, 8, 16 ]
"""
_CLIENTS = 16
_REQUESTS = 100  # Of each client.
_SESSION = ":tensorflow:serving:batching_session:"


@pytest.fixture(scope="module")
def batching(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelServer]:
    """A server with two models and batching."""
    folder = tmp_path_factory.mktemp("batching")
    (folder / "batching.config").write_text(_PARAMETERS)
    (folder / "monitoring.config").write_text("prometheus_config { enable: true }")
    flags = [
        "--enable_batching",
        f"--batching_parameters_file={folder / 'batching.config'}",
        f"--monitoring_config_file={folder / 'monitoring.config'}",
    ]
    served = {"half": Served("half_plus_three"), "steps": Served("steps")}
    with serving(folder, served, flags=flags) as running:
        yield running


class _Client:
    """Sends requests on one connection."""

    def __init__(self, server: ModelServer) -> None:
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", server.rest_port, timeout=clients.SECONDS
        )

    def ask(self, model: str, instances: list[float], signature: str) -> tuple[int, Any]:
        body = json.dumps({"instances": instances, "signature_name": signature})
        self._connection.request("POST", f"/v1/models/{model}:predict", body)
        response = self._connection.getresponse()
        return response.status, json.loads(response.read())

    def close(self) -> None:
        self._connection.close()


def _metric(server: ModelServer, name: str) -> float:
    page = clients.get(server, "/monitoring/prometheus/metrics").text
    return sum(
        float(line.rpartition(" ")[2])
        for line in page.splitlines()
        if re.match(rf"{re.escape(_SESSION + name)}[ {{]", line)
    )


def _wrong_answers(server: ModelServer, number: int) -> list[Any]:
    """Sends the requests of one client: unique rows, for both models alternately."""
    client = _Client(server)
    wrong = []
    for turn in range(_REQUESTS):
        rows = [float(number * 1000 + turn * 4 + row) for row in range(1 + turn % 3)]
        model = ("half", "steps")[(number + turn) % 2]
        wanted = [x / 2 + 3 if model == "half" else 2 * x + 100 for x in rows]
        answer = client.ask(model, rows, "serving_default")
        if answer != (200, {"predictions": wanted}):
            wrong.append((model, rows, answer))
    client.close()
    return wrong


def test_batches_form_and_rows_keep_their_answers(batching: ModelServer) -> None:
    runs = _metric(batching, "wrapped_run_count")
    requests = _metric(batching, "input_batch_size_count")
    with concurrent.futures.ThreadPoolExecutor(_CLIENTS) as pool:
        wrong = list(pool.map(lambda number: _wrong_answers(batching, number), range(_CLIENTS)))
    assert [answers for answers in wrong if answers] == []
    total = _CLIENTS * _REQUESTS
    assert _metric(batching, "input_batch_size_count") - requests == total
    assert _metric(batching, "wrapped_run_count") - runs < total / 2


def test_the_metrics_of_batches_agree(batching: ModelServer) -> None:
    client = _Client(batching)
    assert client.ask("half", [1.0, 2.0, 3.0], "serving_default")[0] == 200
    client.close()
    rows = _metric(batching, "input_batch_size_sum")
    padding = _metric(batching, "padding_size_sum")
    assert padding > 0, "three rows fill no batch of an allowed size"
    assert _metric(batching, "processed_batch_size_sum") == rows + padding
    assert _metric(batching, "processed_batch_size_count") == _metric(batching, "wrapped_run_count")
    assert _metric(batching, "queuing_latency_count") > 0


def test_a_failed_request_does_not_fail_its_batch(batching: ModelServer) -> None:
    def ask(number: int) -> tuple[int, Any]:
        client = _Client(batching)
        try:
            # Every fourth request has a row that the model refuses.
            return client.ask("steps", [-1.0 if number % 4 == 0 else float(number)], "wrong")
        finally:
            client.close()

    with concurrent.futures.ThreadPoolExecutor(_CLIENTS) as pool:
        answers = list(pool.map(ask, range(4 * _CLIENTS)))
    for number, (code, answer) in enumerate(answers):
        if number % 4 == 0:
            assert (code, list(answer)) == (400, ["error"])
        else:
            assert (code, answer) == (200, {"predictions": [float(number)]})


def test_a_request_larger_than_a_batch_is_refused(batching: ModelServer) -> None:
    client = _Client(batching)
    code, answer = client.ask("half", [1.0] * 17, "serving_default")
    client.close()
    assert code == 400
    assert "16" in answer["error"]
