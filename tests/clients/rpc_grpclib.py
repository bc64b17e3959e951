# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The client of the package grpclib: HTTP/2 by the package h2, in Python."""

from __future__ import annotations

import asyncio
import ssl
from types import TracebackType
from typing import Any, Self

from grpclib.client import Channel
from grpclib.config import Configuration
from grpclib.const import Cardinality
from grpclib.encoding.base import CodecBase
from grpclib.exceptions import GRPCError, StreamTerminatedError

from tests.clients.event_loop import EventLoop
from tests.clients.rpc import Call, Endpoint, Failure, Metadata, Options, Stream


class _Bytes(CodecBase):
    """Messages are bytes."""

    __content_subtype__ = "proto"

    def encode(self, message: Any, message_type: Any) -> bytes:
        return bytes(message)

    def decode(self, data: bytes, message_type: Any) -> Any:
        return data


def _context(endpoint: Endpoint) -> ssl.SSLContext | None:
    if endpoint.ca is None:
        return None
    context = ssl.create_default_context(cafile=str(endpoint.ca))
    context.set_alpn_protocols(["h2"])
    if endpoint.certificate is not None and endpoint.key is not None:
        context.load_cert_chain(str(endpoint.certificate), str(endpoint.key))
    return context


def _configuration(options: Options) -> Configuration:
    if not options.keepalive_seconds:
        return Configuration()
    return Configuration(
        _keepalive_time=options.keepalive_seconds,
        _keepalive_permit_without_calls=True,
        _http2_max_pings_without_data=0,
        _http2_min_sent_ping_interval_without_data=options.keepalive_seconds / 2,
    )


def _as_failure(error: BaseException) -> Failure:
    match error:
        case GRPCError():
            return Failure(error.status.name, error.message or "")
        case asyncio.CancelledError():
            return Failure("CANCELLED", "")
        case TimeoutError():
            return Failure("DEADLINE_EXCEEDED", "")
        case StreamTerminatedError() | OSError():
            return Failure("UNAVAILABLE", str(error))
    return Failure("UNKNOWN", repr(error))


class _Call:
    def __init__(self, loop: EventLoop, task: asyncio.Task[bytes]) -> None:
        self._loop = loop
        self._task = task

    def result(self) -> bytes:
        return self._loop.run(self._result())

    async def _result(self) -> bytes:
        try:
            return await self._task
        except BaseException as error:
            raise _as_failure(error) from error

    def cancel(self) -> None:
        self._loop.run(self._cancel())

    async def _cancel(self) -> None:
        self._task.cancel()


class _Stream:
    def __init__(self, loop: EventLoop, stream: Any) -> None:
        self._loop = loop
        self._stream = stream

    def next(self) -> bytes | None:
        return self._loop.run(self._next())

    async def _next(self) -> bytes | None:
        try:
            message = await self._stream.recv_message()
            if message is None:
                await self._stream.recv_trailing_metadata()
        except Exception as error:
            raise _as_failure(error) from error
        return None if message is None else bytes(message)

    def cancel(self) -> None:
        self._loop.run(self._cancel())

    async def _cancel(self) -> None:
        await self._stream.cancel()
        await self._stream.__aexit__(None, None, None)


class GrpclibClient:
    """grpclib. It compresses nothing."""

    def __init__(self, endpoint: Endpoint, options: Options) -> None:
        """Opens a channel."""
        assert not options.compression, "grpclib has no compression"
        self._loop = EventLoop()
        self._channel = self._loop.run(self._open(endpoint, options))

    async def _open(self, endpoint: Endpoint, options: Options) -> Channel:
        path = endpoint.address.removeprefix("unix:")
        where: dict[str, Any] = {"path": path}
        if path == endpoint.address:
            host, _, port = path.rpartition(":")
            where = {"host": host, "port": int(port)}
        return Channel(
            **where, codec=_Bytes(), ssl=_context(endpoint), config=_configuration(options)
        )

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
        self._loop.run(self._close())
        self._loop.close()

    async def _close(self) -> None:
        self._channel.close()

    def call(self, method: str, request: bytes, *, timeout: float, metadata: Metadata = ()) -> Call:
        """Starts a unary call."""

        async def call() -> bytes:
            opened = self._channel.request(
                method, Cardinality.UNARY_UNARY, bytes, bytes, timeout=timeout, metadata=metadata
            )
            async with opened as stream:
                await stream.send_message(request, end=True)
                message = await stream.recv_message()
            assert message is not None
            return bytes(message)

        async def start() -> asyncio.Task[bytes]:
            return asyncio.create_task(call())

        return _Call(self._loop, self._loop.run(start()))

    def stream(self, method: str, request: bytes, *, timeout: float) -> Stream:
        """Starts a call with a stream of responses."""

        async def start() -> Any:
            stream = await self._channel.request(
                method, Cardinality.STREAM_STREAM, bytes, bytes, timeout=timeout
            ).__aenter__()
            await stream.send_message(request, end=True)
            return stream

        return _Stream(self._loop, self._loop.run(start()))
