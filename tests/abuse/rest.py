# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""REST requests of large sizes, and HTTP as bytes.

Example:
    answer = post(server, gzip_of(b"0,", mebibytes=1000), headers=GZIP)
    answer.code  # 503
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import http.client
import json
import socket
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tensorflow_serving_s3.testing.model_server import ModelServer

SECONDS = 120.0
GZIP = {"Content-Encoding": "gzip"}
_MEBIBYTE = 1 << 20


@dataclasses.dataclass(frozen=True)
class Answer:
    """A REST answer."""

    code: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        """Returns the body as JSON."""
        return json.loads(self.body)


def post(
    server: ModelServer,
    body: bytes,
    *,
    headers: Mapping[str, str] | None = None,
    path: str = "",
    seconds: float = SECONDS,
) -> Answer:
    """Posts a body; by default to the `:predict` of the server's model."""
    return _ask(
        server, "POST", path or f"/v1/models/{server.model_name}:predict", body, headers, seconds
    )


def get(server: ModelServer, path: str, *, seconds: float = SECONDS) -> Answer:
    """Sends a GET request."""
    return _ask(server, "GET", path, None, None, seconds)


def post_concurrently(
    server: ModelServer,
    bodies: Sequence[bytes],
    *,
    headers: Mapping[str, str] | None = None,
    path: str = "",
) -> list[Answer]:
    """Posts bodies in parallel."""
    with concurrent.futures.ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(lambda body: post(server, body, headers=headers, path=path), bodies))


def is_refused_for_now(answer: Answer) -> bool:
    """Returns whether the response asks the client to send the request again later."""
    return answer.code in {429, 503} and "Retry-After" in answer.headers


def _ask(
    server: ModelServer,
    method: str,
    path: str,
    body: bytes | None,
    headers: Mapping[str, str] | None,
    seconds: float,
) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", server.rest_port, timeout=seconds)
    with contextlib.closing(connection):
        # A server that refuses a body does not have to read all of it.
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            connection.request(method, path, body, dict(headers or {}))
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())


def gzip_of(part: bytes, *, mebibytes: int, before: bytes = b"", after: bytes = b"") -> bytes:
    """Returns gzip of `part` repeated to `mebibytes`, without creating the whole text.

    The check sum at the end is that of the whole text.
    """
    coder = zlib.compressobj(9, zlib.DEFLATED, 31)
    repeated = part * (_MEBIBYTE // len(part))
    packed = [coder.compress(before)]
    packed += [coder.compress(repeated) for _ in range(mebibytes)]
    packed += [coder.compress(after), coder.flush()]
    return b"".join(packed)


@contextlib.contextmanager
def connected(server: ModelServer, *, seconds: float = SECONDS) -> Iterator[socket.socket]:
    """Opens a connection to the REST port."""
    with socket.create_connection(("127.0.0.1", server.rest_port), timeout=seconds) as opened:
        yield opened


def read_answer(connection: socket.socket) -> Answer:
    """Reads one answer.

    Raises:
        http.client.HTTPException: The connection ended without one.
        TimeoutError: None came.
    """
    response = http.client.HTTPResponse(connection)
    response.begin()
    return Answer(response.status, response.headers, response.read())


def head(server: ModelServer, length: int, *headers: str) -> bytes:
    """Returns the head of a POST to the `:predict` of the server's model."""
    lines = [
        f"POST /v1/models/{server.model_name}:predict HTTP/1.1",
        "Host: localhost",
        f"Content-Length: {length}",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode()
