# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""A way to an S3 server on which chosen requests are held: a store that is slow to answer.

Example:
    with HoldingProxy(storage.endpoint) as proxy:
        proxy.hold(b"/models/slow/")
        ...  # Requests in which these bytes stand get no further,
        proxy.release()  # until now.
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
import urllib.parse
from types import TracebackType
from typing import Self


class HoldingProxy:
    """Carries connections on to one server, listening on a free port of 127.0.0.1.

    Attributes:
        url: Where it listens, as in AWS_ENDPOINT_URL_S3; without a slash at its end.
    """

    def __init__(self, upstream: str) -> None:
        """Prepares a proxy of the server with this URL; a `with` block runs it."""
        address = urllib.parse.urlsplit(upstream)
        self._upstream = (address.hostname, address.port)
        self._changed = threading.Condition()
        self._pattern: bytes | None = None
        self._held = 0
        carry = self._carry_requests

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                carry(self.request)

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="holding proxy", daemon=True
        )
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        """Starts serving."""
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Releases what is held and stops listening."""
        self.release()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def hold(self, pattern: bytes) -> None:
        """From now on holds every request in which `pattern` stands, as in a part of its path."""
        with self._changed:
            self._pattern = pattern

    def release(self) -> None:
        """Lets go what is held, and holds nothing more."""
        with self._changed:
            self._pattern = None
            self._changed.notify_all()

    def wait_until_held(self, *, timeout_seconds: float = 30.0) -> None:
        """Waits until a request is held.

        Raises:
            TimeoutError: None came in that time.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._held > 0, timeout_seconds):
                raise TimeoutError(f"no request to hold in {timeout_seconds:g} s")

    def _carry_requests(self, client: socket.socket) -> None:
        with socket.create_connection(self._upstream) as upstream:
            answers = threading.Thread(target=_carry, args=(upstream, client), daemon=True)
            answers.start()
            with contextlib.suppress(OSError):
                while data := client.recv(65_536):
                    self._wait_while_held(data)
                    upstream.sendall(data)
                upstream.shutdown(socket.SHUT_WR)
            answers.join()

    def _wait_while_held(self, data: bytes) -> None:
        def free() -> bool:
            return self._pattern is None or self._pattern not in data

        with self._changed:
            if free():
                return
            self._held += 1
            self._changed.notify_all()
            self._changed.wait_for(free)
            self._held -= 1


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False  # A client may keep its idle connections as long as it likes.
    request_queue_size = 128


def _carry(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
