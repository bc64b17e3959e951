# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""One interface to gRPC clients of several projects, so that one test runs with each of them.

Example:
    with open_client("grpclib", Endpoint("127.0.0.1:8500")) as client:
        answer = client.call(PREDICT, request.SerializeToString(), timeout=30.0).result()

Messages are bytes. The objects are used by one thread at a time, except that calls of one client
may be started and awaited by several threads.
"""

from __future__ import annotations

import dataclasses
import ssl
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

PREDICT = "/tensorflow.serving.PredictionService/Predict"
GET_MODEL_STATUS = "/tensorflow.serving.ModelService/GetModelStatus"
HEALTH_CHECK = "/grpc.health.v1.Health/Check"
HEALTH_WATCH = "/grpc.health.v1.Health/Watch"
REFLECTION = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"

Metadata = Sequence[tuple[str, str | bytes]]


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """Where a server is, and how to speak to it.

    Attributes:
        address: Host and port, or "unix:" and a path.
        ca: The certificate that the server's certificate must be issued by; None: no TLS.
        key: The key of the client; None: it shows no certificate.
        certificate: The certificate of the client.
    """

    address: str
    ca: Path | None = None
    key: Path | None = None
    certificate: Path | None = None

    def tls(self) -> ssl.SSLContext | None:
        """Returns the TLS settings of a client; None: no TLS."""
        if self.ca is None:
            return None
        context = ssl.create_default_context(cafile=str(self.ca))
        if self.certificate is not None and self.key is not None:
            context.load_cert_chain(str(self.certificate), str(self.key))
        return context


@dataclasses.dataclass(frozen=True)
class Options:
    """What a client does besides calls.

    Attributes:
        compression: "gzip" or "deflate" for requests; empty: none.
        keepalive_seconds: The time between two PINGs, which the client sends at all times; 0: the
            client sends none.
    """

    compression: str = ""
    keepalive_seconds: float = 0.0


class Failure(Exception):
    """A call without a response.

    Attributes:
        code: The name of the status, such as "NOT_FOUND".
        details: The message of the status.
    """

    def __init__(self, code: str, details: str) -> None:
        """Takes the status."""
        super().__init__(f"{code}: {details}")
        self.code = code
        self.details = details


class Call(Protocol):
    """A unary call that was started."""

    def result(self) -> bytes:
        """Waits for the response and returns it.

        Raises:
            Failure: There is none.
        """
        ...

    def cancel(self) -> None:
        """Cancels the call: `result` then raises a Failure with the code CANCELLED."""
        ...


class Stream(Protocol):
    """A call with one request and a stream of responses."""

    def next(self) -> bytes | None:
        """Waits for the next response; None: the stream has ended.

        Raises:
            Failure: The stream has ended with an error.
        """
        ...

    def cancel(self) -> None:
        """Cancels the call."""
        ...


class Client(Protocol):
    """A client with one connection at a time."""

    def __enter__(self) -> Self:
        """Returns the client."""
        ...

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Closes the connection."""
        ...

    def call(self, method: str, request: bytes, *, timeout: float, metadata: Metadata = ()) -> Call:
        """Starts a unary call."""
        ...

    def stream(self, method: str, request: bytes, *, timeout: float) -> Stream:
        """Starts a call with a stream of responses."""
        ...


def read(path: Path | None) -> bytes | None:
    """Returns the bytes of a file; None: of no file."""
    return None if path is None else path.read_bytes()
