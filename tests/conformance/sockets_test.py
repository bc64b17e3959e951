# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests UNIX sockets and the bytes of HTTP."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from tensorflow_serving.apis import prediction_service_pb2_grpc
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.conformance.servers import Served, serving
from tests.e2e import clients

_SECONDS = 30.0
_HALF = {"half": Served("half_plus_three")}
_BODY = b'{"instances": [1.0, 2.0]}'
_ANSWER = (200, {"predictions": [3.5, 4.0]})


def _head(*headers: str, version: str = "1.1", length: int | None = len(_BODY)) -> bytes:
    lines = [f"POST /v1/models/half:predict HTTP/{version}", "Host: localhost", *headers]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join([*lines, "", ""])).encode()


@contextlib.contextmanager
def _connected(server: ModelServer) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", server.rest_port), timeout=_SECONDS) as opened:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield opened


def _read(connection: socket.socket) -> tuple[int, Any]:
    """Reads exactly one answer with a JSON body."""
    code, headers = _read_head(connection)
    body = b""
    while len(body) < int(headers["content-length"]):
        body += connection.recv(int(headers["content-length"]) - len(body))
    return code, json.loads(body)


def _read_head(connection: socket.socket) -> tuple[int, dict[str, str]]:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        assert byte, f"the connection ended after {head!r}"
        head += byte
    first, *lines = head.decode().split("\r\n")[:-2]
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(first.split(" ")[1]), headers


def _is_closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


@pytest.fixture(scope="module")
def sockets() -> Iterator[Path]:
    """A folder with a short path, because a socket path has at most 107 bytes."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def local(sockets: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelServer]:
    """A server with two UNIX sockets in addition to its ports, and short time limits."""
    flags = [
        f"--grpc_socket_path={sockets / 'grpc'}",
        f"--rest_api_socket_path={sockets / 'rest'}",
        "--rest_api_receive_timeout_in_ms=500",
        "--rest_api_idle_timeout_in_ms=500",
        "--rest_api_max_connections=40",
    ]
    with serving(tmp_path_factory.mktemp("local"), _HALF, flags=flags) as running:
        yield running


def test_grpc_on_a_unix_socket(local: ModelServer, sockets: Path) -> None:
    with grpc.insecure_channel(f"unix:{sockets / 'grpc'}") as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        response = stub.Predict(clients.predict_request(local, {"x": [1.0]}), timeout=_SECONDS)
        assert list(response.outputs["y"].float_val) == [3.5]


def test_rest_on_a_unix_socket(local: ModelServer, sockets: Path) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_SECONDS)
        connection.connect(str(sockets / "rest"))
        connection.sendall(_head() + _BODY)
        assert _read(connection) == _ANSWER


def test_a_remaining_socket_file_is_replaced_and_removed_at_the_end(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rest"
        stale = socket.socket(socket.AF_UNIX)
        stale.bind(str(path))
        stale.close()
        with serving(tmp_path, _HALF, flags=[f"--rest_api_socket_path={path}"]) as server:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(_SECONDS)
                connection.connect(str(path))
                connection.sendall(_head() + _BODY)
                assert _read(connection) == _ANSWER
            assert server.stop() == 0
            assert not path.exists()


def test_a_connection_is_kept(server: ModelServer) -> None:
    with _connected(server) as connection:
        for _ in range(3):
            connection.sendall(_head() + _BODY)
            assert _read(connection) == _ANSWER


def test_a_connection_is_kept_after_an_error_of_the_api(server: ModelServer) -> None:
    with _connected(server) as connection:
        connection.sendall(_head(length=1) + b"{")
        assert _read(connection)[0] == 400
        connection.sendall(_head() + _BODY)
        assert _read(connection) == _ANSWER


def test_pipelined_requests_are_answered_in_order(server: ModelServer) -> None:
    bodies = [json.dumps({"instances": [2.0 * number]}).encode() for number in range(20)]
    with _connected(server) as connection:
        connection.sendall(b"".join(_head(length=len(body)) + body for body in bodies))
        for number in range(20):
            assert _read(connection) == (200, {"predictions": [number + 3.0]})


def test_a_request_may_arrive_byte_by_byte(server: ModelServer) -> None:
    with _connected(server) as connection:
        for byte in _head() + _BODY:
            connection.sendall(bytes([byte]))
        assert _read(connection) == _ANSWER


def test_a_body_may_be_chunked(server: ModelServer) -> None:
    chunks = b"".join(b"%x;note=1\r\n%c\r\n" % (1, byte) for byte in _BODY)
    with _connected(server) as connection:
        connection.sendall(_head("Transfer-Encoding: chunked", length=None) + chunks + b"0\r\n\r\n")
        assert _read(connection) == _ANSWER


def test_a_body_may_wait_for_100_continue(server: ModelServer) -> None:
    with _connected(server) as connection:
        connection.sendall(_head("Expect: 100-continue"))
        assert _read_head(connection)[0] == 100
        connection.sendall(_BODY)
        assert _read(connection) == _ANSWER


@pytest.mark.parametrize(
    "request_bytes",
    [_head("Connection: close") + _BODY, _head(version="1.0") + _BODY],
    ids=["asked to close", "HTTP/1.0"],
)
def test_a_connection_ends_on_request_of_the_client(
    server: ModelServer, request_bytes: bytes
) -> None:
    with _connected(server) as connection:
        connection.sendall(request_bytes)
        assert _read(connection) == _ANSWER
        assert _is_closed(connection)


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /livez HTTP/9.9\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nno colon\r\n\r\n",
        _head("Content-Length: 7") + _BODY,
        _head(length=-1) + _BODY,
        _head("Transfer-Encoding: chunked", length=None) + b"zz\r\n",
        _head("Transfer-Encoding: chunked") + b"0\r\n\r\n",
    ],
    ids=[
        "no text",
        "no path",
        "another version",
        "no header",
        "two lengths",
        "negative length",
        "no chunk",
        "chunks and a length",
    ],
)
def test_invalid_http_is_400_and_closes_the_connection(
    server: ModelServer, request_bytes: bytes
) -> None:
    with _connected(server) as connection:
        connection.sendall(request_bytes)
        code, answer = _read(connection)
        assert (code, list(answer)) == (400, ["error"])
        assert _is_closed(connection)


def test_a_request_that_does_not_arrive_is_408_and_closes_the_connection(
    local: ModelServer,
) -> None:
    with _connected(local) as connection:
        connection.sendall(_head()[:-10])
        assert _read(connection)[0] == 408
        assert _is_closed(connection)


def test_a_connection_without_requests_ends(local: ModelServer) -> None:
    with _connected(local) as connection:
        connection.sendall(_head() + _BODY)
        assert _read(connection) == _ANSWER
        assert _is_closed(connection)


def test_connections_beyond_the_limit_wait(local: ModelServer) -> None:
    with contextlib.ExitStack() as stack:
        opened = [stack.enter_context(_connected(local)) for _ in range(60)]
        # A connection without a request is closed after the time limit. Then the next one is
        # accepted.
        opened[-1].sendall(_head() + _BODY)
        assert _read(opened[-1]) == _ANSWER


def test_a_client_that_disconnects_before_its_answer_does_not_affect_others(
    server: ModelServer,
) -> None:
    for _ in range(50):
        with _connected(server) as connection:
            connection.sendall(_head() + _BODY)
    with contextlib.closing(
        http.client.HTTPConnection("127.0.0.1", server.rest_port, timeout=_SECONDS)
    ) as connection:
        connection.request("POST", "/v1/models/half:predict", _BODY)
        response = connection.getresponse()
        assert (response.status, json.loads(response.read())) == _ANSWER
