# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Clients of the model server: REST by requests, gRPC by the official tensorflow-serving-api."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import grpc
import requests
import tensorflow as tf
from google.protobuf import text_format
from tensorflow_serving.apis import (
    model_management_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)
from tensorflow_serving_s3.testing.model_server import ModelServer

SECONDS = 30.0
# The values of grpc.health.v1.HealthCheckResponse.ServingStatus.
_HEALTH = ("UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN")


def post(server: ModelServer, document: object, *, path: str = "") -> requests.Response:
    """Posts a predict request by REST.

    Args:
        server: The server.
        document: The body. An object that is neither text nor bytes is sent as JSON.
        path: The path of the URL; by default the predict path of the model.
    """
    as_is = document if isinstance(document, str | bytes) else None
    with session() as opened:
        return opened.post(
            f"{server.rest_url}{path or f'/v1/models/{server.model_name}:predict'}",
            data=as_is,
            json=document if as_is is None else None,
            timeout=SECONDS,
        )


def get(server: ModelServer, path: str) -> requests.Response:
    """Gets a path by REST."""
    with session() as opened:
        return opened.get(f"{server.rest_url}{path}", timeout=SECONDS)


def session() -> requests.Session:
    """Returns a session that ignores the proxy of the environment."""
    opened = requests.Session()
    opened.trust_env = False
    return opened


@contextlib.contextmanager
def channel(server: ModelServer) -> Iterator[Any]:
    """Opens a gRPC channel."""
    options = [("grpc.enable_http_proxy", 0), ("grpc.max_receive_message_length", -1)]
    with grpc.insecure_channel(server.grpc_address, options=options) as opened:
        yield opened


def health(server: ModelServer, service: str) -> str:
    """Calls grpc.health.v1.Health.Check, and returns the status, such as "SERVING".

    Raises:
        grpc.RpcError: The server answered with an error.
    """
    # HealthCheckRequest and HealthCheckResponse have one field each, with the number 1: a string,
    # and an enumeration that is omitted if it is 0.
    name = service.encode()
    request = b"\x0a" + bytes([len(name)]) + name if name else b""
    with channel(server) as opened:
        check = opened.unary_unary("/grpc.health.v1.Health/Check")
        # The gRPC port opens after the REST port.
        response = check(request, timeout=SECONDS, wait_for_ready=True)
    return _HEALTH[response[1] if response else 0]


def reload_config_request(config: str, *, metric_names: Sequence[str] = ()) -> Any:
    """Returns a ReloadConfigRequest with a ModelServerConfig in text format."""
    request = model_management_pb2.ReloadConfigRequest(metric_names=metric_names)
    text_format.Parse(config, request.config)
    return request


def reload_config(
    server: ModelServer,
    config: str,
    *,
    metric_names: Sequence[str] = (),
    timeout_seconds: float = SECONDS,
) -> Any:
    """Calls ModelService.HandleReloadConfigRequest with a ModelServerConfig in text format.

    Raises:
        grpc.RpcError: The server answered with an error.
    """
    stub, method = model_service_pb2_grpc.ModelServiceStub, "HandleReloadConfigRequest"
    request = reload_config_request(config, metric_names=metric_names)
    return _call(server, stub, method, request, timeout_seconds)


def predict_request(server: ModelServer, inputs: Mapping[str, Any]) -> Any:
    """Returns a PredictRequest for the model of the server. Converts the inputs to tensors."""
    request = predict_pb2.PredictRequest()
    request.model_spec.name = server.model_name
    for name, value in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
    return request


def predict(server: ModelServer, request: Any) -> Any:
    """Calls PredictionService.Predict.

    Raises:
        grpc.RpcError: The server answered with an error.
    """
    return _call(server, prediction_service_pb2_grpc.PredictionServiceStub, "Predict", request)


def get_model_metadata(server: ModelServer, request: Any) -> Any:
    """Calls PredictionService.GetModelMetadata.

    Raises:
        grpc.RpcError: The server answered with an error.
    """
    return _call(
        server, prediction_service_pb2_grpc.PredictionServiceStub, "GetModelMetadata", request
    )


def get_model_status(server: ModelServer, request: Any) -> Any:
    """Calls ModelService.GetModelStatus.

    Raises:
        grpc.RpcError: The server answered with an error.
    """
    return _call(server, model_service_pb2_grpc.ModelServiceStub, "GetModelStatus", request)


def _call(
    server: ModelServer, stub: Any, method: str, request: Any, timeout_seconds: float = SECONDS
) -> Any:
    with channel(server) as opened:
        return getattr(stub(opened), method)(request, timeout=timeout_seconds)
