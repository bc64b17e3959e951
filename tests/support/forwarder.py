# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Forwards TCP connections to a port of 127.0.0.1 that may change, as a load balancer does.

Example:
    with Forwarder(first.rest_port) as forwarder:
        requests.get(f"http://127.0.0.1:{forwarder.port}/livez")
        forwarder.target = second.rest_port  # For new connections only.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

_BACKLOG = 512
_READ_BYTES = 1 << 16


class Forwarder:
    """A listening port whose connections go to another port.

    Attributes:
        port: The listening port.
        target: The port that new connections go to.
    """

    def __init__(self, target: int) -> None:
        """Listens; a `with` block accepts connections."""
        self.target = target
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        """Begins to accept connections."""
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Accepts no more connections. The open ones end with their clients."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()
                continue
            for source, sink in ((client, server), (server, client)):
                sink.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=_copy, args=(source, sink), daemon=True).start()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    """Copies until `source` ends, then ends the same direction of `sink`."""
    with contextlib.suppress(OSError):
        while data := source.recv(_READ_BYTES):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
