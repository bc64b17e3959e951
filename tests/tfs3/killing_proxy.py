# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""A proxy of an S3 server that kills its client at a chosen request."""

from __future__ import annotations

import enum
import os
import signal
import threading

from tests.support.reverse_proxy import Exchange, ReverseProxy


class Moment(enum.Enum):
    """When the client is killed."""

    BEFORE = "before the request reaches the store"
    AFTER = "after the store has handled the request, before the answer"


class KillingProxy(ReverseProxy):
    """Forwards requests to one server, counts them, and kills a process at one of them.

    Attributes:
        count: The number of requests so far.
    """

    def __init__(self, upstream: str) -> None:
        """Creates a proxy of the server with this URL; a `with` block runs it."""
        super().__init__(upstream)
        self._lock = threading.Lock()
        self._victim: int | None = None
        self._number = 0
        self._moment = Moment.BEFORE
        self.count = 0

    def arm(self, number: int, moment: Moment) -> None:
        """Chooses the request, from 1, at which the process of `aim` is killed."""
        with self._lock:
            self.count = 0
            self._number = number
            self._moment = moment
            self._victim = None

    def aim(self, pid: int) -> None:
        """Sets the process to kill."""
        with self._lock:
            self._victim = pid

    def handle(self, exchange: Exchange) -> None:
        """Forwards a request, or kills the client."""
        with self._lock:
            self.count += 1
            chosen = self.count == self._number
        if chosen and self._moment is Moment.BEFORE:
            self._kill()
        answer = exchange.fetch()
        if chosen and self._moment is Moment.AFTER:
            self._kill()
        exchange.pass_on(answer)

    def _kill(self) -> None:
        with self._lock:
            if self._victim is not None:
                os.kill(self._victim, signal.SIGKILL)
