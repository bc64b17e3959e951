# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the end of a server with running requests: they finish, and new ones are refused."""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import grpc
import numpy as np
import pytest
import requests
import tensorflow as tf
from tensorflow_serving_s3.testing import saved_models
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.e2e import clients
from tests.e2e.holding_proxy import HoldingProxy
from tests.e2e.waiting import wait_for
from tests.e2e.world import World

_SECONDS = 30.0
_AT_ONCE_SECONDS = 10.0  # Much less than --drain_seconds.


@dataclasses.dataclass(frozen=True)
class Waiting:
    """A server with a model that answers when a test lets it.

    Attributes:
        server: The server.
        started: The file that the model writes when it starts.
        awaited: The file for which the model waits.
    """

    server: ModelServer
    started: Path
    awaited: Path

    def ask(self) -> requests.Response:
        """Sends a REST request; the response arrives when the file exists."""
        inputs = {"x": [7.0], "started": [str(self.started)], "awaited": [str(self.awaited)]}
        return clients.post(self.server, {"inputs": inputs})

    def ask_by_grpc(self) -> object:
        """Sends a gRPC request; the response arrives when the file exists."""
        inputs = {
            "x": np.array([7.0], np.float32),
            "started": [os.fsencode(self.started)],
            "awaited": [os.fsencode(self.awaited)],
        }
        response = clients.predict(self.server, clients.predict_request(self.server, inputs))
        return tf.make_ndarray(response.outputs["y"]).tolist()

    def wait_until_started(self) -> None:
        """Waits until the model runs a request."""
        wait_for(bool, self.started.exists)

    def end_by_signal(self) -> None:
        """Sends SIGTERM and waits until the server is stopping."""
        os.kill(self.server.process.pid, signal.SIGTERM)
        wait_for(lambda code: code == 503, lambda: clients.get(self.server, "/readyz").status_code)


@pytest.fixture(scope="module")
def waiting_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The base path of a model that answers when a file exists."""
    base_path = tmp_path_factory.mktemp("waiting")
    saved_models.save_waiting(base_path / "1")
    return base_path


@contextlib.contextmanager
def _serving_waiting(
    world: World, waiting_model: Path, tmp_path: Path, *flags: str
) -> Iterator[Waiting]:
    with world.serving(str(waiting_model), flags=flags) as server:
        wait_for(lambda code: code == 200, lambda: clients.get(server, "/readyz").status_code)
        yield Waiting(server, tmp_path / "started", tmp_path / "awaited")


@pytest.fixture
def pool() -> Iterator[concurrent.futures.ThreadPoolExecutor]:
    """Threads for slow requests."""
    executor = concurrent.futures.ThreadPoolExecutor()
    yield executor
    executor.shutdown(wait=False)


@pytest.fixture
def waiting(world: World, waiting_model: Path, tmp_path: Path) -> Iterator[Waiting]:
    """A ready server with this model."""
    with _serving_waiting(world, waiting_model, tmp_path) as serving:
        yield serving


def test_a_running_rest_request_finishes_and_the_exit_code_is_0(
    waiting: Waiting, pool: concurrent.futures.ThreadPoolExecutor
) -> None:
    under_way = pool.submit(waiting.ask)
    waiting.wait_until_started()
    waiting.end_by_signal()
    assert waiting.server.process.exit_code is None
    waiting.awaited.touch()
    response = under_way.result(_SECONDS)
    assert (response.status_code, response.json()) == (200, {"outputs": [7.0]})
    assert wait_for(_is_known, lambda: waiting.server.process.exit_code) == 0


def test_a_running_grpc_request_finishes_and_the_exit_code_is_0(
    waiting: Waiting, pool: concurrent.futures.ThreadPoolExecutor
) -> None:
    under_way = pool.submit(waiting.ask_by_grpc)
    waiting.wait_until_started()
    waiting.end_by_signal()
    assert waiting.server.process.exit_code is None
    waiting.awaited.touch()
    assert under_way.result(_SECONDS) == [7.0]
    assert wait_for(_is_known, lambda: waiting.server.process.exit_code) == 0


def _is_known(exit_code: int | None) -> bool:
    return exit_code is not None


def test_new_requests_are_refused_and_probes_are_answered(
    waiting: Waiting, pool: concurrent.futures.ThreadPoolExecutor
) -> None:
    under_way = pool.submit(waiting.ask)
    waiting.wait_until_started()
    waiting.end_by_signal()
    server = waiting.server
    expected = {
        "/livez": 200,
        "/readyz": 503,
        f"/v1/models/{server.model_name}": 503,
        "/v1/models": 503,
    }

    def codes() -> dict[str, int]:
        return {path: clients.get(server, path).status_code for path in expected}

    # gRPC clients hear of the end before REST requests are refused.
    wait_for(lambda found: found == expected, codes)
    assert "stopping" in clients.get(server, "/readyz").text
    refused = clients.post(server, {"instances": [1.0]})
    assert (refused.status_code, "stopping" in refused.json()["error"]) == (503, True)
    with pytest.raises(grpc.RpcError) as failure:
        waiting.ask_by_grpc()
    assert failure.value.code() == grpc.StatusCode.UNAVAILABLE
    waiting.awaited.touch()
    assert under_way.result(_SECONDS).status_code == 200


def test_a_rest_request_that_is_still_arriving_is_answered(waiting: Waiting) -> None:
    server = waiting.server
    waiting.awaited.touch()
    inputs = {"x": [7.0], "started": [str(waiting.started)], "awaited": [str(waiting.awaited)]}
    body = json.dumps({"inputs": inputs}).encode()
    head = (
        f"POST /v1/models/{server.model_name}:predict HTTP/1.1\r\nHost: server\r\n"
        f"Expect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    address = ("127.0.0.1", server.rest_port)
    with socket.create_connection(address, timeout=_SECONDS) as client:
        client.sendall(head.encode())
        assert client.recv(1000).startswith(b"HTTP/1.1 100 ")
        client.sendall(body[:10])
        waiting.end_by_signal()
        # The gate is closed.
        wait_for(
            lambda code: code == 503,
            lambda: clients.post(server, {"instances": [1.0]}).status_code,
        )
        client.sendall(body[10:])
        with client.makefile("rb") as answer:
            assert answer.readline().startswith(b"HTTP/1.1 200 ")
            assert b'{"outputs":[7.0]}' in answer.read().replace(b" ", b"").replace(b"\n", b"")
    assert wait_for(_is_known, lambda: server.process.exit_code) == 0


def test_requests_are_answered_during_the_drain_delay_while_probes_say_not_ready(
    world: World, waiting_model: Path, tmp_path: Path
) -> None:
    flags = ("--drain_delay_seconds=3600", "--enable_grpc_healthcheck_service")
    with _serving_waiting(world, waiting_model, tmp_path, *flags) as waiting:
        waiting.awaited.touch()
        waiting.end_by_signal()
        assert clients.health(waiting.server, "") == "NOT_SERVING"
        assert waiting.ask().status_code == 200
        assert waiting.ask_by_grpc() == [7.0]
        # A second signal ends the process.
        os.kill(waiting.server.process.pid, signal.SIGTERM)
        code = wait_for(_is_known, lambda: waiting.server.process.exit_code)
        assert code == -signal.SIGTERM


def test_the_drain_begins_after_the_delay(
    world: World, waiting_model: Path, tmp_path: Path
) -> None:
    flags = ("--drain_delay_seconds=1", "--drain_seconds=0")
    with _serving_waiting(world, waiting_model, tmp_path, *flags) as waiting:
        assert waiting.server.process.stop(grace_seconds=_SECONDS) == 0
        waiting.server.process.wait_for_line("--drain_delay_seconds", timeout_seconds=_SECONDS)


def test_requests_that_need_more_than_drain_seconds_are_cancelled_and_counted(
    world: World,
    waiting_model: Path,
    tmp_path: Path,
    pool: concurrent.futures.ThreadPoolExecutor,
) -> None:
    with _serving_waiting(world, waiting_model, tmp_path, "--drain_seconds=1") as waiting:
        under_way = pool.submit(waiting.ask)
        waiting.wait_until_started()
        assert waiting.server.process.stop(grace_seconds=_AT_ONCE_SECONDS) == 0
        waiting.server.process.wait_for_line(
            "1 requests? .*--drain_seconds", timeout_seconds=_SECONDS
        )
        with pytest.raises(requests.ConnectionError):
            under_way.result(_SECONDS)


def test_a_server_that_is_loading_a_model_ends_immediately(world: World) -> None:
    base_path = world.new_base_path()
    world.publish(world.half_plus_three, base_path, 1)
    with HoldingProxy(world.storage.endpoint) as proxy:
        proxy.hold(b"/1/saved_model.pb")
        with world.serving(base_path, env={"AWS_ENDPOINT_URL_S3": proxy.url}) as server:
            proxy.wait_until_held()
            assert server.process.stop(grace_seconds=_AT_ONCE_SECONDS) == 0
