# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The gRPC clients of rpc.py by name."""

from __future__ import annotations

from collections.abc import Callable

from tests.clients.rpc import Client, Endpoint, Options
from tests.clients.rpc_grpcio import GrpcioAsyncClient, GrpcioClient
from tests.clients.rpc_grpclib import GrpclibClient
from tests.clients.rpc_node import NodeClient

_CLIENTS: dict[str, Callable[[Endpoint, Options], Client]] = {
    "grpc-js": NodeClient,
    "grpcio": GrpcioClient,
    "grpcio-asyncio": GrpcioAsyncClient,
    "grpclib": GrpclibClient,
}
CLIENTS = tuple(_CLIENTS)


def open_client(name: str, endpoint: Endpoint, options: Options | None = None) -> Client:
    """Returns a client that a `with` block closes."""
    return _CLIENTS[name](endpoint, options or Options())
