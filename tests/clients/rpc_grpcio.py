# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The two clients of the package grpcio: the one with threads, and the one for asyncio."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import grpc

from tests.clients.rpc import Call, Endpoint, Failure, Metadata, Options, Stream, read
from tests.clients.rpc_async import AsyncClient

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


def _failure(error: Any) -> Failure:
    """Returns the Failure for an error with a status."""
    return Failure(error.code().name, error.details() or "")


class _Call:
    def __init__(self, future: Any) -> None:
        self._future = future

    def result(self) -> bytes:
        try:
            return bytes(self._future.result())
        except grpc.FutureCancelledError:
            raise Failure("CANCELLED", "") from None
        except grpc.RpcError as error:
            raise _failure(error) from error

    def cancel(self) -> None:
        self._future.cancel()


class _Stream:
    def __init__(self, responses: Any) -> None:
        self._responses = responses

    def next(self) -> bytes | None:
        try:
            return next(self._responses, None)
        except grpc.RpcError as error:
            raise _failure(error) from error

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


class GrpcioAsyncClient(AsyncClient):
    """grpcio for asyncio."""

    async def _open(self, endpoint: Endpoint, options: Options) -> Any:
        arguments = _arguments(options)
        compression = _COMPRESSIONS[options.compression]
        if endpoint.ca is None:
            return grpc.aio.insecure_channel(endpoint.address, arguments, compression)
        return grpc.aio.secure_channel(
            endpoint.address, _credentials(endpoint), arguments, compression
        )

    async def _close(self) -> None:
        await self._channel.close()

    async def _start_call(
        self, method: str, request: bytes, timeout: float, metadata: Metadata
    ) -> Any:
        start = self._channel.unary_unary(method)
        return start(request, timeout=timeout, metadata=tuple(metadata))

    async def _start_stream(self, method: str, request: bytes, timeout: float) -> Any:
        stream = self._channel.stream_stream(method)(timeout=timeout)
        await stream.write(request)
        await stream.done_writing()
        return stream

    async def receive(self, stream: Any) -> bytes | None:
        """Returns the next response; None: the stream has ended."""
        message = await stream.read()
        return None if message is grpc.aio.EOF else bytes(message)

    async def cancel_stream(self, stream: Any) -> None:
        """Cancels a stream."""
        stream.cancel()

    def as_failure(self, error: BaseException) -> Failure:
        """Returns the Failure for an error of a call."""
        if isinstance(error, grpc.aio.AioRpcError):
            return _failure(error)
        return super().as_failure(error)
