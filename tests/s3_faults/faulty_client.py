# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs a client of S3 behind a proxy that injects faults."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable
from types import TracebackType
from typing import Self

from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from tests.s3_faults.driver import Done, Driver
from tests.support.fault_proxy import Fault, FaultProxy, FaultsInARow, Kind, Struck, no_faults
from tests.support.reverse_proxy import Request


@dataclasses.dataclass(frozen=True)
class Attempt:
    """An operation with a fault.

    Attributes:
        seed: The seed of the run.
        number: The number in the run.
        fault: The fault.
        skip: The number of requests before the fault.
        times: The number of requests with the fault; None for all.
    """

    seed: int
    number: int
    fault: Fault
    skip: int
    times: int | None


class FaultyClient:
    """A process that uses S3, a proxy in front of the server, and a prefix for its objects.

    A `with` block runs it. Subclasses define the operations.

    Attributes:
        outcomes: The fault and the result of each operation.
    """

    def __init__(
        self,
        storage: SeaweedFS,
        prefix: str,
        *,
        timeout_seconds: float,
        change: Callable[[Request, Kind], None] | None = None,
    ) -> None:
        """Prepares the client.

        Args:
            storage: The server.
            prefix: The prefix of its keys.
            timeout_seconds: The request timeout of the process.
            change: Passed to FaultProxy.
        """
        self.outcomes: list[str] = []
        self._client = storage.client()
        self._prefix = prefix
        self._proxy = FaultProxy(storage.endpoint, change=change)
        self._driver = Driver(
            {
                **storage.env(),
                "AWS_ENDPOINT_URL_S3": self._proxy.url,
                "S3_REQUEST_TIMEOUT_MSEC": str(int(timeout_seconds * 1000)),
            }
        )
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        """Starts the proxy and the process."""
        self._stack.enter_context(self._proxy)
        self._stack.enter_context(self._driver)
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Ends the process, which must succeed, and the proxy."""
        self._stack.__exit__(exc_type, exc, traceback)

    def _do(
        self, what: str, url: str, attempt: Attempt, *, timeout_seconds: float = 60.0
    ) -> tuple[Done, tuple[Struck, ...]]:
        """Runs an operation of the driver with the fault of `attempt`.

        Returns:
            The result, and the requests that had the fault.
        """
        struck_before = len(self._proxy.struck())
        self._proxy.plan = FaultsInARow(attempt.fault, skip=attempt.skip, times=attempt.times)
        done = self._driver.do(what, url, attempt.number, timeout_seconds=timeout_seconds)
        self._proxy.plan = no_faults
        self._proxy.wait_until_calm()
        return done, self._proxy.struck()[struck_before:]
