# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Many connections of one client do not take all files and threads."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.abuse import grpc_client, http2, rest
from tests.abuse.servers import (
    assert_serves,
    open_many_files,
    peak_growth_below,
    saved_model,
    serving,
)
from tests.e2e.waiting import wait_for

_FILES = 256
# 5000 in connections_soak_test.
_SLOW = int(os.environ.get("TFS3_SLOW_CONNECTIONS", "1000"))
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ModelServer]:
    """A server that may open 256 files, including those of its libraries and models."""
    models = {"half": saved_model("half_plus_three")}
    with serving(tmp_path, models, before=f"ulimit -n {_FILES}") as running:
        yield running


@contextlib.contextmanager
def _many(port: int, count: int, start: bytes) -> Iterator[list[socket.socket]]:
    """Opens up to `count` connections, as far as the server accepts them, and sends `start`."""
    open_many_files()
    with contextlib.ExitStack() as stack:
        opened = []
        for _ in range(count):
            connection = stack.enter_context(socket.socket())
            connection.setblocking(False)
            connection.connect_ex(("127.0.0.1", port))
            opened.append(connection)
        for connection in opened:
            with contextlib.suppress(OSError):
                connection.send(start)
        yield opened


def _publish(tmp_path: Path, version: int) -> None:
    model = saved_model("half_plus_three")
    shutil.copytree(model, tmp_path / "half" / str(version), copy_function=shutil.copyfile)


_GRPC_STARTS = {
    "silent": b"",
    "in a call": _PREFACE + http2.frame(http2.SETTINGS, 0, 0) + http2.headers(1, http2.PREDICT),
}


@pytest.mark.parametrize("name", list(_GRPC_STARTS))
def test_400_grpc_connections_leave_files_for_probes_and_models(
    server: ModelServer, tmp_path: Path, name: str
) -> None:
    with _many(server.grpc_port, 400, _GRPC_STARTS[name]):
        for path in ("/livez", "/readyz", "/monitoring/prometheus/metrics"):
            assert rest.get(server, path).code == 200
        assert rest.post(server, b'{"instances": [1.0]}').code == 200
        _publish(tmp_path, 2)
        server.wait_until_available(2)
        assert rest.post(server, b'{"instances": [1.0]}').code == 200
    wait_for(bool, lambda: _predicts_by_grpc(server))


_REST_STARTS = {
    "silent": b"",
    "in a head": b"POST /v1/models/half:predict HTTP/1.1\r\n",
    "in a request of HTTP/2": _PREFACE
    + http2.frame(http2.SETTINGS, 0, 0)
    + http2.headers(1, http2.REST_PREDICT),
    "in a body": b"POST /v1/models/half:predict HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{",
}


@pytest.mark.parametrize("name", list(_REST_STARTS))
def test_400_rest_connections_leave_files_for_grpc_and_models(
    server: ModelServer, tmp_path: Path, name: str
) -> None:
    with _many(server.rest_port, 400, _REST_STARTS[name]):
        for _ in range(10):
            grpc_client.assert_predicts(server)
        _publish(tmp_path, 2)
        status = grpc_client.field(1, grpc_client.field(1, b"half"))
        with grpc_client.channel(server) as channel:
            call = channel.unary_unary("/tensorflow.serving.ModelService/GetModelStatus")
            # ModelVersionStatus: version = 2, state = AVAILABLE.
            wait_for(
                lambda answer: b"\x08\x02\x10\x1e" in answer,
                lambda: call(status, timeout=rest.SECONDS),
            )
    wait_for(lambda code: code == 200, lambda: rest.get(server, "/livez").code)
    assert_serves(server)


def test_connections_to_both_ports_leave_files_for_models(
    server: ModelServer, tmp_path: Path
) -> None:
    with (
        _many(server.grpc_port, 400, _GRPC_STARTS["in a call"]),
        _many(server.rest_port, 400, _REST_STARTS["in a body"]),
    ):
        since = server.process.line_count
        _publish(tmp_path, 2)
        server.process.wait_for_line(
            "half.*version.* 2|version: 2", timeout_seconds=rest.SECONDS, since=since
        )
    server.wait_until_available(2)


def _predicts_by_grpc(server: ModelServer) -> bool:
    grpc_client.assert_predicts(server)
    return True


@pytest.mark.parametrize("name", list(_GRPC_STARTS))
def test_slow_grpc_connections_do_not_delay_others(tmp_path: Path, name: str) -> None:
    with serving(tmp_path, {"half": saved_model("half_plus_three")}) as running:
        grpc_client.assert_predicts(running)
        threads = _thread_count(running)
        with (
            peak_growth_below(running, mebibytes=64 + _SLOW / 10),
            _many(running.grpc_port, _SLOW, _GRPC_STARTS[name]),
        ):
            for _ in range(50):
                assert rest.post(running, b'{"instances": [1.0]}').code == 200
            assert _thread_count(running) <= threads + 16
        wait_for(bool, lambda: _predicts_by_grpc(running))


def test_slow_rest_connections_do_not_delay_others(tmp_path: Path) -> None:
    with serving(tmp_path, {"half": saved_model("half_plus_three")}) as running:
        grpc_client.assert_predicts(running)
        with (
            peak_growth_below(running, mebibytes=64 + _SLOW / 20),
            _many(running.rest_port, _SLOW, _REST_STARTS["in a body"]) as slow,
        ):
            for number in range(50):
                slow[number].setblocking(True)
                slow[number].send(b"}")
                assert rest.post(running, b'{"instances": [1.0]}').code == 200
                grpc_client.assert_predicts(running)


def _thread_count(server: ModelServer) -> int:
    return len(list(Path(f"/proc/{server.process.pid}/task").iterdir()))
