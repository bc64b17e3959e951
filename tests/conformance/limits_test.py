# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests clients that send too much or too slowly."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import resource
import socket
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.conformance.servers import Served, resident_mebibytes, serving

_SECONDS = 60.0
_MEBIBYTE = 1 << 20
_MOST_MEBIBYTES = 64.0
_SLOW = 1_000
_SLOW_BYTES = 6
_PREDICT = "/v1/models/half:predict"
_BODY = b'{"instances": [1.0, 2.0]}'
_ANSWER = (200, {"predictions": [3.5, 4.0]})


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelServer]:
    """A server with limits of 100 MiB for bodies and 32 MiB for decompressed bodies."""
    flags = [
        f"--rest_api_max_body_bytes={100 * _MEBIBYTE}",
        f"--rest_api_max_inflated_bytes={32 * _MEBIBYTE}",
    ]
    served = {"half": Served("half_plus_three"), "examples": Served("tf_examples")}
    with serving(tmp_path_factory.mktemp("limited"), served, flags=flags) as running:
        # The memory that the first requests allocate permanently.
        for _ in range(200):
            assert _post(running, _BODY) == _ANSWER
        yield running


@contextlib.contextmanager
def _memory_flat(server: ModelServer) -> Iterator[None]:
    """Checks that the resident memory and its peak do not grow."""
    Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")  # The peak starts anew.
    before = resident_mebibytes(server)
    yield
    assert resident_mebibytes(server, peak=True) - before < _MOST_MEBIBYTES


def _post(
    server: ModelServer,
    body: bytes | Iterable[bytes],
    headers: dict[str, str] | None = None,
    path: str = _PREDICT,
) -> tuple[int, object]:
    connection = http.client.HTTPConnection("127.0.0.1", server.rest_port, timeout=_SECONDS)
    with contextlib.closing(connection):
        # The server may refuse a body before its end.
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            connection.request(
                "POST", path, body, headers or {}, encode_chunked=not isinstance(body, bytes)
            )
        response = connection.getresponse()
        return response.status, json.loads(response.read())


def _code(*answer: object) -> object:
    (code, document) = answer
    assert isinstance(document, dict) and list(document) == ["error"], document
    return code


def _gzip_of_zeros(gibibytes: int) -> bytes:
    """Returns a gzip body of zeros without creating the zeros.

    After a full flush, the output does not depend on earlier input. So the output for 64 MiB can be
    repeated. The checksum at the end is missing.
    """
    coder = zlib.compressobj(9, zlib.DEFLATED, 31)
    start = coder.compress(b"") + coder.flush(zlib.Z_FULL_FLUSH)
    part = coder.compress(bytes(64 * _MEBIBYTE)) + coder.flush(zlib.Z_FULL_FLUSH)
    return start + part * (16 * gibibytes)


def test_a_gzip_bomb_of_4_gib_is_413(limited: ModelServer) -> None:
    bomb = _gzip_of_zeros(4)
    assert len(bomb) < 5 * _MEBIBYTE
    with _memory_flat(limited):
        assert _code(*_post(limited, bomb, {"Content-Encoding": "gzip"})) == 413


def test_a_body_of_200_mib_beyond_the_limit_is_413(limited: ModelServer) -> None:
    body = bytes(200 * _MEBIBYTE)
    with _memory_flat(limited):
        assert _code(*_post(limited, body)) == 413


def test_a_body_of_200_mib_in_chunks_is_413(limited: ModelServer) -> None:
    chunks = [bytes(_MEBIBYTE)] * 200
    headers = {"Transfer-Encoding": "chunked"}
    assert _code(*_post(limited, chunks, headers)) == 413


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'{"instances": ', b"}"),
        (b'{"inputs": ', b"}"),
        (b'{"inputs": {"x": ', b"}}"),
        (b'{"unknown": ', b', "instances": [1.0]}'),
        (b"", b""),
    ],
    ids=["rows", "column", "named column", "unknown key", "alone"],
)
@pytest.mark.parametrize("brackets", [b"[]", b'{"a":}'], ids=["lists", "objects"])
def test_100000_nested_brackets_are_400(
    limited: ModelServer, before: bytes, after: bytes, brackets: bytes
) -> None:
    opening, closing = brackets[:-1], brackets[-1:]
    nested = before + opening * 100_000 + b"1" + closing * 100_000 + after
    with _memory_flat(limited):
        assert _code(*_post(limited, nested)) == 400
        assert _code(*_post(limited, before + opening * 100_000)) == 400
        packed = gzip.compress(nested)
        assert _code(*_post(limited, packed, {"Content-Encoding": "gzip"})) == 400


def test_100000_nested_brackets_in_an_example_are_400(limited: ModelServer) -> None:
    nested = b'{"examples": [{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]}"
    with _memory_flat(limited):
        assert _code(*_post(limited, nested, path="/v1/models/examples:regress")) == 400


@pytest.mark.parametrize(
    "head",
    [
        b"POST " + _PREDICT.encode() + b" HTTP/1.1\r\nX-Long: " + b"x" * _MEBIBYTE,
        b"POST " + _PREDICT.encode() + b" HTTP/1.1\r\n" + b"X-Many: x\r\n" * (_MEBIBYTE // 11),
        b"GET /v1/models/" + b"x" * _MEBIBYTE,
    ],
    ids=["one header", "many headers", "path"],
)
def test_a_header_of_1_mib_is_431(limited: ModelServer, head: bytes) -> None:
    with (
        _memory_flat(limited),
        socket.create_connection(("127.0.0.1", limited.rest_port), timeout=_SECONDS) as connection,
    ):
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            connection.sendall(head)
        response = http.client.HTTPResponse(connection)
        response.begin()
        assert response.status == 431
        assert list(json.loads(response.read())) == ["error"]


def test_1000_slow_connections_do_not_delay_others(limited: ModelServer) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    head = f"POST {_PREDICT} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(_BODY)}\r\n\r\n"
    request = head.encode() + _BODY
    with contextlib.ExitStack() as stack, _memory_flat(limited):
        slow = [
            # Some stop within the headers, some within the body.
            _SlowClient(stack, limited, request, sent=len(request) - _SLOW_BYTES - 1 - number % 60)
            for number in range(_SLOW)
        ]
        threads = _thread_count(limited)
        sender = threading.Thread(target=_send_slowly, args=(slow,))
        sender.start()
        answered = 0
        while sender.is_alive():
            assert _post(limited, _BODY) == _ANSWER
            answered += 1
        assert answered > _SLOW_BYTES
        assert _thread_count(limited) <= threads + 1
        # The connections are still open: each one that completes its request gets its response.
        for client in slow:
            assert client.finish() == _ANSWER


class _SlowClient:
    """A connection on which a request arrives byte by byte."""

    def __init__(
        self, stack: contextlib.ExitStack, server: ModelServer, request: bytes, *, sent: int
    ) -> None:
        self._socket = stack.enter_context(
            socket.create_connection(("127.0.0.1", server.rest_port), timeout=_SECONDS)
        )
        self._socket.sendall(request[:sent])
        self._rest = request[sent:]

    def send_a_byte(self) -> None:
        self._socket.sendall(self._rest[:1])
        self._rest = self._rest[1:]

    def finish(self) -> tuple[int, object]:
        self._socket.sendall(self._rest)
        response = http.client.HTTPResponse(self._socket)
        response.begin()
        return response.status, json.loads(response.read())


def _send_slowly(slow: Sequence[_SlowClient]) -> None:
    for _ in range(_SLOW_BYTES):
        for client in slow:
            client.send_a_byte()
        time.sleep(1.0)  # Makes the clients slow.


def _thread_count(server: ModelServer) -> int:
    return len(list(Path(f"/proc/{server.process.pid}/task").iterdir()))
