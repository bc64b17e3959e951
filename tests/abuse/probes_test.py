# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The server answers probes, metrics and status while predictions fill all threads and queues."""

from __future__ import annotations

import concurrent.futures
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from tensorflow_serving_s3.testing import saved_models
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.abuse import grpc_client, rest
from tests.abuse.servers import saved_model, serving
from tests.e2e.waiting import wait_for

_MAX_WAITING = 20
_THREADS = 4
_REQUESTS = 60
# The rest of the requests has a thread or waits for one.
_REFUSED = _REQUESTS - _THREADS - _MAX_WAITING
_PATHS = (
    "/livez",
    "/readyz",
    "/readyz?verbose",
    "/v1/models",
    "/v1/models/waiting",
    "/v1/models/waiting/versions/1",
    "/v1/models/waiting/metadata",
    "/monitoring/prometheus/metrics",
)


@pytest.fixture(scope="module")
def waiting_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that answers when a file exists."""
    return saved_models.save_waiting(tmp_path_factory.mktemp("waiting") / "model")


@pytest.fixture
def server(waiting_model: Path, tmp_path: Path) -> Iterator[ModelServer]:
    """A server of this model with queues of 20 requests each for REST and gRPC."""
    flags = [
        f"--max_waiting_requests={_MAX_WAITING}",
        f"--rest_api_num_threads={_THREADS}",
        f"--grpc_max_threads={_THREADS}",
        "--rest_api_timeout_in_ms=600000",
        "--enable_grpc_healthcheck_service",
    ]
    models = {"waiting": waiting_model, "half": saved_model("half_plus_three")}
    with serving(tmp_path, models, flags=flags) as running:
        yield running


class _Held:
    """Requests that the model holds until `release`."""

    def __init__(self, server: ModelServer, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._awaited = folder / "awaited"
        self._pool = concurrent.futures.ThreadPoolExecutor(200)
        self._futures: list[concurrent.futures.Future[Any]] = []

    def send_by_rest(self, count: int) -> None:
        """Sends `count` REST requests."""
        self._submit(count, self._ask_by_rest)

    def send_by_grpc(self, count: int) -> None:
        """Sends `count` gRPC requests."""
        self._submit(count, self._ask_by_grpc)

    def started(self) -> int:
        """Returns the number of requests that the model has started."""
        return len(list(self._folder.glob("started-*")))

    def answered(self) -> int:
        """Returns the number of answered requests."""
        return sum(future.done() for future in self._futures)

    def release(self) -> list[Any]:
        """Lets the model answer, and returns the codes of all responses."""
        self._awaited.touch()
        return [future.result(rest.SECONDS) for future in self._futures]

    def close(self) -> None:
        """Ends the running requests."""
        self._awaited.touch()
        self._pool.shutdown()

    def _submit(self, count: int, ask: Any) -> None:
        first = len(self._futures)
        self._futures += [self._pool.submit(ask, first + number) for number in range(count)]

    def body(self, number: int) -> bytes:
        started = str(self._folder / f"started-{number}")
        inputs = {"x": [7.0], "started": [started], "awaited": [str(self._awaited)]}
        return json.dumps({"inputs": inputs}).encode()

    def _ask_by_rest(self, number: int) -> int:
        return rest.post(self._server, self.body(number)).code

    def _ask_by_grpc(self, number: int) -> grpc.StatusCode:
        def text(value: str) -> bytes:
            shape = grpc_client.field(2, grpc_client.field(2, b"\x08\x01"))
            return b"\x08\x07" + shape + grpc_client.field(8, value.encode())

        def tensor(name: str, value: bytes) -> bytes:
            entry = grpc_client.field(1, name.encode()) + grpc_client.field(2, value)
            return grpc_client.field(2, entry)

        message = grpc_client.predict_message("waiting", [7.0])
        message += tensor("started", text(str(self._folder / f"started-{number}")))
        message += tensor("awaited", text(str(self._awaited)))
        try:
            grpc_client.predict(self._server, message)
        except grpc.RpcError as error:
            return error.code()
        return grpc.StatusCode.OK


@pytest.fixture
def held(server: ModelServer, tmp_path: Path) -> Iterator[_Held]:
    """Requests that the model holds."""
    folder = tmp_path / "held"
    folder.mkdir()
    requests = _Held(server, folder)
    yield requests
    requests.close()


def _all_probes(server: ModelServer) -> None:
    for path in _PATHS:
        assert rest.get(server, path).code == 200, path
    with grpc_client.channel(server) as channel:
        health = channel.unary_unary("/grpc.health.v1.Health/Check")
        assert health(b"", timeout=rest.SECONDS) == b"\x08\x01"
        status = channel.unary_unary("/tensorflow.serving.ModelService/GetModelStatus")
        spec = grpc_client.field(1, grpc_client.field(1, b"waiting"))
        assert status(spec, timeout=rest.SECONDS)


def _wait_until_answered(held: _Held, count: int) -> None:
    wait_for(lambda answered: answered >= count, held.answered, timeout_seconds=rest.SECONDS)


def test_probes_are_answered_while_all_threads_and_queues_are_full(
    server: ModelServer, held: _Held
) -> None:
    held.send_by_rest(_REQUESTS)
    held.send_by_grpc(_REQUESTS)
    # When the server refuses requests, all threads and queues are full.
    _wait_until_answered(held, 2 * _REFUSED)
    _all_probes(server)
    assert held.answered() < 2 * _REQUESTS
    codes = held.release()
    assert set(codes) == {200, 429, grpc.StatusCode.OK, grpc.StatusCode.RESOURCE_EXHAUSTED}


def test_probes_are_answered_while_no_request_is_refused(server: ModelServer, held: _Held) -> None:
    held.send_by_rest(_THREADS + _MAX_WAITING)
    held.send_by_grpc(_THREADS + _MAX_WAITING)
    wait_for(bool, held.started, timeout_seconds=rest.SECONDS)
    _all_probes(server)
    assert held.answered() == 0
    assert set(held.release()) == {200, grpc.StatusCode.OK}


@pytest.mark.parametrize("api", ["rest", "grpc"])
def test_requests_beyond_the_queue_are_refused(server: ModelServer, held: _Held, api: str) -> None:
    getattr(held, f"send_by_{api}")(_REQUESTS)
    _wait_until_answered(held, _REFUSED)
    codes = held.release()
    assert sum(code in {200, grpc.StatusCode.OK} for code in codes) >= _MAX_WAITING
    assert set(codes) <= {200, 429, grpc.StatusCode.OK, grpc.StatusCode.RESOURCE_EXHAUSTED}


def test_probes_are_answered_while_large_bodies_are_parsed(server: ModelServer) -> None:
    """Sends 60 requests of 10 KB with 5 million numbers each."""
    body = rest.gzip_of(b"0,", mebibytes=10, before=b'{"instances": [', after=b"0]}")
    answered = 0
    lock = threading.Lock()

    def ask(_: int) -> int:
        nonlocal answered
        answer = rest.post(server, body, headers=rest.GZIP, path="/v1/models/half:predict")
        with lock:
            answered += answer.code == 200
        return answer.code

    connections = 60
    with concurrent.futures.ThreadPoolExecutor(connections) as pool:
        futures = [pool.submit(ask, number) for number in range(connections)]
        _all_probes(server)
        with lock:
            computed_before = answered
        codes = {future.result() for future in futures}
    assert codes <= {200, 413, 429, 503}
    assert computed_before < connections / 2
