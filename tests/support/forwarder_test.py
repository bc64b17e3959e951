# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the forwarder with sockets."""

from __future__ import annotations

import socket

from tests.support.forwarder import Forwarder

_SECONDS = 30.0


def _listen() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def _connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=_SECONDS)


def test_bytes_and_the_end_of_each_direction_are_forwarded() -> None:
    with (
        _listen() as server,
        Forwarder(server.getsockname()[1]) as forwarder,
        _connect(forwarder.port) as client,
    ):
        accepted, _ = server.accept()
        with accepted:
            client.sendall(b"request")
            client.shutdown(socket.SHUT_WR)
            assert accepted.makefile("rb").read() == b"request"
            accepted.sendall(b"response")
            accepted.shutdown(socket.SHUT_WR)
            assert client.makefile("rb").read() == b"response"


def test_new_connections_go_to_the_new_target() -> None:
    with (
        _listen() as first,
        _listen() as second,
        Forwarder(first.getsockname()[1]) as forwarder,
        _connect(forwarder.port) as old,
    ):
        first_accepted, _ = first.accept()
        forwarder.target = second.getsockname()[1]
        with _connect(forwarder.port) as new:
            second_accepted, _ = second.accept()
            with first_accepted, second_accepted:
                old.sendall(b"old")
                new.sendall(b"new")
                assert first_accepted.recv(3) == b"old"
                assert second_accepted.recv(3) == b"new"
