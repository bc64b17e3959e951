# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The two clients of the package grpcio: the one with threads, and the one for asyncio."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Self

import grpc

from tests.clients.event_loop import EventLoop
from tests.clients.rpc import Call, Endpoint, Failure, Metadata, Options, Stream, read

_COMPRESSIONS = {
    "": grpc.Compression.NoCompression,
    "deflate": grpc.Compression.Deflate,
    "gzip": grpc.Compression.Gzip,
}


def _credentials(endpoint: Endpoint) -> grpc.ChannelCredentials:
    return grpc.ssl_channel_credentials(
        root_certificates=read(endpoint.ca),
        private_key=read(endpoint.key),
        certificate_chain=read(endpoint.certificate),
    )


def _arguments(options: Options) -> list[tuple[str, int]]:
    arguments = [
        ("grpc.enable_http_proxy", 0),
        ("grpc.max_receive_message_length", -1),
        # Otherwise channels to the same address share a connection.
        ("grpc.use_local_subchannel_pool", 1),
        # After the end of a server, the client shall not wait for seconds before it connects again.
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.max_reconnect_backoff_ms", 100),
    ]
    if options.keepalive_seconds:
        arguments += [
            ("grpc.keepalive_time_ms", int(options.keepalive_seconds * 1000)),
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.max_pings_without_data", 0),
        ]
    return arguments


class _Call:
    def __init__(self, future: Any) -> None:
        self._future = future

    def result(self) -> bytes:
        try:
            return bytes(self._future.result())
        except grpc.FutureCancelledError:
            raise Failure("CANCELLED", "") from None
        except grpc.RpcError as error:
            raise Failure(error.code().name, error.details() or "") from error

    def cancel(self) -> None:
        self._future.cancel()


class _Stream:
    def __init__(self, responses: Any) -> None:
        self._responses = responses

    def next(self) -> bytes | None:
        try:
            return next(self._responses, None)
        except grpc.RpcError as error:
            raise Failure(error.code().name, error.details() or "") from error

    def cancel(self) -> None:
        self._responses.cancel()


class GrpcioClient:
    """grpcio with threads."""

    def __init__(self, endpoint: Endpoint, options: Options) -> None:
        """Opens a channel."""
        arguments = _arguments(options)
        compression = _COMPRESSIONS[options.compression]
        self._channel = (
            grpc.insecure_channel(endpoint.address, arguments, compression)
            if endpoint.ca is None
            else grpc.secure_channel(
                endpoint.address, _credentials(endpoint), arguments, compression
            )
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
        self._channel.close()

    def call(self, method: str, request: bytes, *, timeout: float, metadata: Metadata = ()) -> Call:
        """Starts a unary call."""
        start = self._channel.unary_unary(method)
        return _Call(start.future(request, timeout=timeout, metadata=tuple(metadata)))

    def stream(self, method: str, request: bytes, *, timeout: float) -> Stream:
        """Starts a call with a stream of responses."""
        start = self._channel.stream_stream(method)
        return _Stream(start(iter([request]), timeout=timeout))


class _AsyncCall:
    def __init__(self, loop: EventLoop, call: Any) -> None:
        self._loop = loop
        self._call = call

    def result(self) -> bytes:
        return self._loop.run(self._result())

    async def _result(self) -> bytes:
        try:
            return bytes(await self._call)
        except asyncio.CancelledError:
            raise Failure("CANCELLED", "") from None
        except grpc.aio.AioRpcError as error:
            raise Failure(error.code().name, error.details() or "") from error

    def cancel(self) -> None:
        self._loop.run(self._cancel())

    async def _cancel(self) -> None:
        self._call.cancel()


class _AsyncStream:
    def __init__(self, loop: EventLoop, call: Any) -> None:
        self._loop = loop
        self._call = call

    def next(self) -> bytes | None:
        return self._loop.run(self._next())

    async def _next(self) -> bytes | None:
        try:
            message = await self._call.read()
        except grpc.aio.AioRpcError as error:
            raise Failure(error.code().name, error.details() or "") from error
        return None if message is grpc.aio.EOF else bytes(message)

    def cancel(self) -> None:
        self._loop.run(self._cancel())

    async def _cancel(self) -> None:
        self._call.cancel()


class GrpcioAsyncClient:
    """grpcio for asyncio."""

    def __init__(self, endpoint: Endpoint, options: Options) -> None:
        """Opens a channel."""
        self._loop = EventLoop()
        self._channel = self._loop.run(self._open(endpoint, options))

    async def _open(self, endpoint: Endpoint, options: Options) -> Any:
        arguments = _arguments(options)
        compression = _COMPRESSIONS[options.compression]
        if endpoint.ca is None:
            return grpc.aio.insecure_channel(endpoint.address, arguments, compression)
        return grpc.aio.secure_channel(
            endpoint.address, _credentials(endpoint), arguments, compression
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
        self._loop.run(self._channel.close())
        self._loop.close()

    def call(self, method: str, request: bytes, *, timeout: float, metadata: Metadata = ()) -> Call:
        """Starts a unary call."""

        async def start() -> Any:
            return self._channel.unary_unary(method)(
                request, timeout=timeout, metadata=tuple(metadata)
            )

        return _AsyncCall(self._loop, self._loop.run(start()))

    def stream(self, method: str, request: bytes, *, timeout: float) -> Stream:
        """Starts a call with a stream of responses."""

        async def start() -> Any:
            call = self._channel.stream_stream(method)(timeout=timeout)
            await call.write(request)
            await call.done_writing()
            return call

        return _AsyncStream(self._loop, self._loop.run(start()))
