# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs a server in a thread.

Example:
    with LocalServer(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as server:
        requests.get(f"http://127.0.0.1:{server.port}/")
"""

from __future__ import annotations

import socketserver
import threading
from types import TracebackType
from typing import Self


class LocalServer:
    """A server on a port of 127.0.0.1; a `with` block runs it."""

    def __init__(self, server: socketserver.TCPServer) -> None:
        """Takes a listening server."""
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, daemon=True)

    @property
    def port(self) -> int:
        """The port of the server."""
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        """Starts the thread."""
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stops the server."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
