# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The client of the package grpclib: HTTP/2 by the package h2, in Python."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

from grpclib.client import Channel
from grpclib.config import Configuration
from grpclib.const import Cardinality
from grpclib.encoding.base import CodecBase
from grpclib.exceptions import GRPCError, StreamTerminatedError

from tests.clients.rpc import Endpoint, Failure, Metadata, Options
from tests.clients.rpc_async import AsyncClient


class _Bytes(CodecBase):
    """Messages are bytes."""

    __content_subtype__ = "proto"

    def encode(self, message: Any, message_type: Any) -> bytes:
        return bytes(message)

    def decode(self, data: bytes, message_type: Any) -> Any:
        return data


def _context(endpoint: Endpoint) -> ssl.SSLContext | None:
    context = endpoint.tls()
    if context is not None:
        context.set_alpn_protocols(["h2"])
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


class GrpclibClient(AsyncClient):
    """grpclib. It compresses nothing."""

    def __init__(self, endpoint: Endpoint, options: Options) -> None:
        """Opens a channel."""
        assert not options.compression, "grpclib has no compression"
        super().__init__(endpoint, options)

    async def _open(self, endpoint: Endpoint, options: Options) -> Channel:
        path = endpoint.address.removeprefix("unix:")
        where: dict[str, Any] = {"path": path}
        if path == endpoint.address:
            host, _, port = path.rpartition(":")
            where = {"host": host, "port": int(port)}
        return Channel(
            **where, codec=_Bytes(), ssl=_context(endpoint), config=_configuration(options)
        )

    async def _close(self) -> None:
        self._channel.close()

    async def _start_call(
        self, method: str, request: bytes, timeout: float, metadata: Metadata
    ) -> asyncio.Task[bytes]:
        return asyncio.create_task(self._call(method, request, timeout, metadata))

    async def _call(self, method: str, request: bytes, timeout: float, metadata: Metadata) -> bytes:
        opened = self._channel.request(
            method, Cardinality.UNARY_UNARY, bytes, bytes, timeout=timeout, metadata=metadata
        )
        async with opened as stream:
            await stream.send_message(request, end=True)
            message = await stream.recv_message()
        assert message is not None
        return bytes(message)

    async def _start_stream(self, method: str, request: bytes, timeout: float) -> Any:
        stream = await self._channel.request(
            method, Cardinality.STREAM_STREAM, bytes, bytes, timeout=timeout
        ).__aenter__()
        await stream.send_message(request, end=True)
        return stream

    async def receive(self, stream: Any) -> bytes | None:
        """Returns the next response; None: the stream has ended."""
        message = await stream.recv_message()
        if message is None:
            await stream.recv_trailing_metadata()
            return None
        return bytes(message)

    async def cancel_stream(self, stream: Any) -> None:
        """Cancels a stream."""
        await stream.cancel()
        await stream.__aexit__(None, None, None)

    def as_failure(self, error: BaseException) -> Failure:
        """Returns the Failure for an error of a call."""
        match error:
            case GRPCError():
                return Failure(error.status.name, error.message or "")
            case TimeoutError():
                return Failure("DEADLINE_EXCEEDED", "")
            case StreamTerminatedError() | OSError():
                return Failure("UNAVAILABLE", str(error))
        return super().as_failure(error)
