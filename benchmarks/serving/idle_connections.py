# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Opens many connections, sends one request on each, and leaves them idle."""

from __future__ import annotations

import contextlib
import resource
import socket
import struct
from collections.abc import Iterator

from tensorflow_serving_s3.errors import ProgramError

_SECONDS = 60.0
_DATA, _HEADERS, _SETTINGS = 0, 1, 4
_END_STREAM, _END_HEADERS = 1, 4
_RESERVED_FILES = 256


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def _literal(name: bytes, value: bytes) -> bytes:
    """Encodes a header of fewer than 127 bytes without compression."""
    return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value


def grpc_bytes(method: str, frame: bytes) -> bytes:
    """Returns what a client sends on a new connection for one call.

    Args:
        method: The method, such as "/package.Service/Method".
        frame: The request, as `grpc_frame` returns it.
    """
    headers = {
        b":method": b"POST",
        b":scheme": b"http",
        b":path": method.encode(),
        b":authority": b"localhost",
        b"content-type": b"application/grpc",
        b"te": b"trailers",
    }
    block = b"".join(_literal(name, value) for name, value in headers.items())
    return (
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
        + _frame(_SETTINGS, 0, 0, b"")
        + _frame(_HEADERS, _END_HEADERS, 1, block)
        + _frame(_DATA, _END_STREAM, 1, frame)
    )


def rest_bytes(path: str, body: bytes) -> bytes:
    """Returns what a client sends on a new connection for one request."""
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@contextlib.contextmanager
def idle_connections(port: int, count: int, sent: bytes, awaited: bytes) -> Iterator[None]:
    """Keeps connections to a port of 127.0.0.1 open until the end of the block.

    Args:
        port: The port.
        count: The number of connections.
        sent: What is sent on each connection.
        awaited: What the response contains.

    Raises:
        ProgramError: This process may not open so many files, or a response is missing.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = count + _RESERVED_FILES
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise ProgramError(
            f"{count} connections need {needed} open files, and this process may open {hard}; "
            "raise the limit (ulimit -n)"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, needed), hard))
    with contextlib.ExitStack() as stack:
        for number in range(count):
            address = ("127.0.0.1", port)
            try:
                connection = socket.create_connection(address, timeout=_SECONDS)
                stack.callback(connection.close)
                connection.sendall(sent)
                received = b""
                while awaited not in received:
                    data = connection.recv(1 << 16)
                    if not data:
                        raise ConnectionError(f"closed after {received!r}")
                    received += data
            except OSError as error:
                raise ProgramError(f"connection {number} of {count} to {port}: {error}") from error
        yield
