# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the clients for asyncio share: each has an event loop on a thread of its own."""

from __future__ import annotations

import abc
import asyncio
from types import TracebackType
from typing import Any, Self

from tests.clients.event_loop import EventLoop
from tests.clients.rpc import Call, Endpoint, Failure, Metadata, Options, Stream


class AsyncClient(abc.ABC):
    """A client for asyncio. A class of one package defines the methods that run on the loop."""

    def __init__(self, endpoint: Endpoint, options: Options) -> None:
        """Opens a channel."""
        self.loop = EventLoop()
        self._channel = self.loop.run(self._open(endpoint, options))

    def __enter__(self) -> Self:
        """Returns the client."""
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Closes the channel."""
        self.loop.run(self._close())
        self.loop.close()

    def call(self, method: str, request: bytes, *, timeout: float, metadata: Metadata = ()) -> Call:
        """Starts a unary call."""
        return _Call(self, self.loop.run(self._start_call(method, request, timeout, metadata)))

    def stream(self, method: str, request: bytes, *, timeout: float) -> Stream:
        """Starts a call with a stream of responses."""
        return _Stream(self, self.loop.run(self._start_stream(method, request, timeout)))

    @abc.abstractmethod
    async def _open(self, endpoint: Endpoint, options: Options) -> Any:
        """Returns the channel."""

    @abc.abstractmethod
    async def _close(self) -> None:
        """Closes the channel."""

    @abc.abstractmethod
    async def _start_call(
        self, method: str, request: bytes, timeout: float, metadata: Metadata
    ) -> Any:
        """Returns a call: `await` returns the response, `cancel()` cancels it."""

    @abc.abstractmethod
    async def _start_stream(self, method: str, request: bytes, timeout: float) -> Any:
        """Returns a stream for `receive` and `cancel_stream`."""

    @abc.abstractmethod
    async def receive(self, stream: Any) -> bytes | None:
        """Returns the next response; None: the stream has ended."""

    @abc.abstractmethod
    async def cancel_stream(self, stream: Any) -> None:
        """Cancels a stream."""

    def as_failure(self, error: BaseException) -> Failure:
        """Returns the Failure for an error of a call."""
        if isinstance(error, asyncio.CancelledError):
            return Failure("CANCELLED", "")
        return Failure("UNKNOWN", repr(error))


class _Call:
    def __init__(self, client: AsyncClient, call: Any) -> None:
        self._client = client
        self._call = call

    def result(self) -> bytes:
        return self._client.loop.run(self._result())

    async def _result(self) -> bytes:
        try:
            return bytes(await self._call)
        except BaseException as error:
            raise self._client.as_failure(error) from error

    def cancel(self) -> None:
        self._client.loop.run(self._cancel())

    async def _cancel(self) -> None:
        self._call.cancel()


class _Stream:
    def __init__(self, client: AsyncClient, stream: Any) -> None:
        self._client = client
        self._stream = stream

    def next(self) -> bytes | None:
        return self._client.loop.run(self._next())

    async def _next(self) -> bytes | None:
        try:
            return await self._client.receive(self._stream)
        except Exception as error:
            raise self._client.as_failure(error) from error

    def cancel(self) -> None:
        self._client.loop.run(self._client.cancel_stream(self._stream))
