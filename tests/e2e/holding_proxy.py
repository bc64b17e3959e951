# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""A proxy of an S3 server that holds selected requests, like a slow S3 server.

Example:
    with HoldingProxy(storage.endpoint) as proxy:
        proxy.hold(b"/models/slow/")
        ...  # Requests that contain these bytes wait here.
        proxy.release()
"""

from __future__ import annotations

import threading
from types import TracebackType

from tests.support.reverse_proxy import Exchange, ReverseProxy


class HoldingProxy(ReverseProxy):
    """Forwards HTTP requests to one server and holds selected requests."""

    def __init__(self, upstream: str) -> None:
        """Creates a proxy of the server with this URL; a `with` block runs it."""
        super().__init__(upstream)
        self._changed = threading.Condition()
        self._pattern: bytes | None = None
        self._held = 0

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Releases held requests and stops listening."""
        self.release()
        super().__exit__(exc_type, exc, traceback)

    def hold(self, pattern: bytes) -> None:
        """Starts to hold every request whose head contains `pattern`, such as a part of a path."""
        with self._changed:
            self._pattern = pattern

    def release(self) -> None:
        """Releases the held requests and holds no more."""
        with self._changed:
            self._pattern = None
            self._changed.notify_all()

    def wait_until_held(self, *, timeout_seconds: float = 30.0) -> None:
        """Blocks until a request is held.

        Raises:
            TimeoutError: No request arrived in time.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._held > 0, timeout_seconds):
                raise TimeoutError(f"no request to hold in {timeout_seconds:g} s")

    def handle(self, exchange: Exchange) -> None:
        """Holds the request if it is selected, then forwards it."""
        head = exchange.request.head

        def free() -> bool:
            return self._pattern is None or self._pattern not in head

        with self._changed:
            if not free():
                self._held += 1
                self._changed.notify_all()
                self._changed.wait_for(free)
                self._held -= 1
        exchange.pass_on(exchange.fetch())
