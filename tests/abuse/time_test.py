# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The server gives up requests and responses that stop half-way."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.abuse import grpc_client, http2, rest
from tests.abuse.servers import resident_mebibytes, saved_model, serving
from tests.e2e.waiting import wait_for

_MEBIBYTE = 1 << 20
_ENDS_SECONDS = 60.0  # Much more than the limits below.


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelServer]:
    """A server with receive timeouts of a second."""
    models = {"half": saved_model("half_plus_three"), "identity": saved_model("identity")}
    flags = ["--rest_api_receive_timeout_in_ms=1000", "--grpc_receive_timeout_in_ms=1000"]
    folder = tmp_path_factory.mktemp("time")
    with serving(folder, models, flags=flags) as running:
        yield running
        grpc_client.assert_predicts(running)


def test_99_of_100_mib_of_a_body_and_then_silence_is_408(server: ModelServer) -> None:
    before = resident_mebibytes(server)
    with rest.connected(server, seconds=_ENDS_SECONDS) as connection:
        connection.sendall(rest.head(server, 100 * _MEBIBYTE))
        for _ in range(99):
            connection.sendall(b"0," * (_MEBIBYTE // 2))
        answer = rest.read_answer(connection)
        assert (answer.code, list(answer.json())) == (408, ["error"])
        assert connection.recv(1) == b""
    wait_for(lambda now: now < before + 64, lambda: resident_mebibytes(server))


@pytest.mark.parametrize(
    "chunk", [b"4\r\n0,0,\r\n", b"400000\r\n"], ids=["complete chunk", "incomplete chunk"]
)
def test_a_chunked_body_and_then_silence_is_408(server: ModelServer, chunk: bytes) -> None:
    with rest.connected(server, seconds=_ENDS_SECONDS) as connection:
        head = "POST /v1/models/half:predict HTTP/1.1\r\nHost: localhost\r\n"
        connection.sendall(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + chunk)
        assert rest.read_answer(connection).code == 408


@pytest.mark.parametrize(
    "start",
    [b"P", b"POST /v1/models/half:predict HTTP/1.1\r\nHost: localhost\r\n"],
    ids=["a byte", "headers"],
)
def test_a_head_and_then_silence_ends(server: ModelServer, start: bytes) -> None:
    with rest.connected(server, seconds=_ENDS_SECONDS) as connection:
        connection.sendall(start)
        assert rest.read_answer(connection).code == 408


def _large_answer_request() -> bytes:
    numbers = [1.0] * (4 * _MEBIBYTE)
    return json.dumps({"signature_name": "float32", "inputs": numbers}).encode()


def test_an_answer_that_is_not_read_is_given_up(server: ModelServer) -> None:
    body = _large_answer_request()
    head = "POST /v1/models/identity:predict HTTP/1.1\r\nHost: localhost\r\n"
    with socket.socket() as connection:
        connection.settimeout(_ENDS_SECONDS)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        connection.connect(("127.0.0.1", server.rest_port))
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        assert connection.recv(1) == b"H"
        # Waits until the server closes the connection.
        client = connection.getsockname()[1]
        wait_for(
            lambda open_still: not open_still,
            lambda: _is_open(server, client),
            timeout_seconds=_ENDS_SECONDS,
        )


def _is_open(server: ModelServer, client_port: int) -> bool:
    """Returns whether the server has the connection of a client open."""
    inodes = {
        str(file.readlink()).removeprefix("socket:[").removesuffix("]")
        for file in Path(f"/proc/{server.process.pid}/fd").iterdir()
        if file.is_symlink()
    }
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[9] in inodes and fields[2].endswith(f":{client_port:04X}"):
            return True
    return False


_MESSAGE = grpc_client.predict_message("half", [1.0] * (25 * _MEBIBYTE))
_GRPC_STARTS = {
    "nothing": None,
    "a part of the preface": b"",
    "a part of a frame": http2.headers(1, http2.PREDICT)[:20],
    "headers without an end": http2.headers(1, http2.PREDICT, flags=0),
}


@pytest.mark.parametrize("name", list(_GRPC_STARTS))
def test_a_grpc_connection_that_does_not_begin_a_call_ends(server: ModelServer, name: str) -> None:
    start = _GRPC_STARTS[name]
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + http2.frame(http2.SETTINGS, 0, 0)
    with socket.create_connection(("127.0.0.1", server.grpc_port)) as connection:
        if start is not None:
            connection.sendall(preface + start if start else preface[:10])
        client = connection.getsockname()[1]
        wait_for(
            lambda open_still: not open_still,
            lambda: _is_open(server, client),
            timeout_seconds=_ENDS_SECONDS,
        )


_REST_STARTS = {
    "a part of the preface": b"",
    "a part of a frame": http2.headers(1, http2.REST_PREDICT)[:20],
    "headers without an end": http2.headers(1, http2.REST_PREDICT, flags=0),
}


@pytest.mark.parametrize("name", list(_REST_STARTS))
def test_a_rest_connection_of_http2_that_does_not_begin_a_request_ends(
    server: ModelServer, name: str
) -> None:
    start = _REST_STARTS[name]
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + http2.frame(http2.SETTINGS, 0, 0)
    with socket.create_connection(("127.0.0.1", server.rest_port)) as connection:
        connection.sendall(preface + start if start else preface[:10])
        client = connection.getsockname()[1]
        wait_for(
            lambda open_still: not open_still,
            lambda: _is_open(server, client),
            timeout_seconds=_ENDS_SECONDS,
        )


@pytest.mark.parametrize("mebibytes", [0, 1, 99])
def test_a_part_of_a_rest_body_over_http2_and_then_silence_ends(
    server: ModelServer, mebibytes: int
) -> None:
    before = resident_mebibytes(server)
    with http2.Connection(server.rest_port) as connection:
        connection.send(http2.headers(1, http2.REST_PREDICT))
        connection.send_data(1, b"0," * (mebibytes * _MEBIBYTE // 2 or 5))
        # The error, and the request to send no more of the body.
        assert connection.wait_until(http2.RST_STREAM, seconds=_ENDS_SECONDS)
        assert connection.received[http2.HEADERS] == 1
        assert connection.wait_until_processed()
    assert resident_mebibytes(server) < before + 50


@pytest.mark.parametrize("mebibytes", [0, 1, 99])
def test_a_part_of_a_grpc_message_and_then_silence_ends(
    server: ModelServer, mebibytes: int
) -> None:
    data = http2.message(_MESSAGE)
    with http2.Connection(server.grpc_port) as connection:
        connection.send(http2.headers(1, http2.PREDICT))
        connection.send_data(1, data[: mebibytes * _MEBIBYTE or 10])
        assert connection.wait_until(http2.RST_STREAM, seconds=_ENDS_SECONDS)
