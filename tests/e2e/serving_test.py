# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests half_plus_three in S3 by REST and by gRPC."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import get_model_metadata_pb2, get_model_status_pb2
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.e2e import clients
from tests.e2e.world import World

_AVAILABLE = {
    "model_version_status": [
        {
            "version": "123",
            "state": "AVAILABLE",
            "status": {"error_code": "OK", "error_message": ""},
        }
    ]
}


@pytest.fixture(scope="module")
def server(world: World) -> Iterator[ModelServer]:
    """A server with version 00000123 of half_plus_three in S3."""
    with world.serving_model(world.half_plus_three, "00000123") as running:
        yield running


@pytest.mark.parametrize(
    ("request_document", "answer"),
    [
        ({"instances": [1.0, 2.0, 5.0]}, {"predictions": [3.5, 4.0, 5.5]}),
        ({"instances": [1, 2, 5]}, {"predictions": [3.5, 4.0, 5.5]}),
        ({"instances": [{"x": 1.0}, {"x": 2.0}]}, {"predictions": [3.5, 4.0]}),
        ({"inputs": {"x": [1.0, 2.0, 5.0]}}, {"outputs": [3.5, 4.0, 5.5]}),
        ({"inputs": [1.0, 2.0, 5.0]}, {"outputs": [3.5, 4.0, 5.5]}),
        ({"signature_name": "double", "instances": [1.0]}, {"predictions": [7.0]}),
        ({"signature_name": "serving_default", "instances": [1.0]}, {"predictions": [3.5]}),
        ({"instances": [1.0], "something else": [None, {}]}, {"predictions": [3.5]}),
    ],
    ids=[
        "row",
        "whole numbers for floats",
        "row of objects",
        "columnar",
        "columnar bare value",
        "other signature",
        "default signature by name",
        "unknown key",
    ],
)
def test_rest_predict(server: ModelServer, request_document: Any, answer: Any) -> None:
    response = clients.post(server, request_document)
    assert (response.status_code, response.json()) == (200, answer)


def test_rest_predict_of_a_version(server: ModelServer) -> None:
    path = f"/v1/models/{server.model_name}/versions/123:predict"
    response = clients.post(server, {"instances": [1.0]}, path=path)
    assert (response.status_code, response.json()) == (200, {"predictions": [3.5]})


def test_rest_writes_whole_floats_with_a_fraction(server: ModelServer) -> None:
    assert "[4.0]" in "".join(clients.post(server, {"instances": [2]}).text.split())


def test_rest_floats_are_parsed_to_the_same_float(server: ModelServer) -> None:
    third = float(np.float32(1.0) / np.float32(3.0))
    answer = clients.post(server, {"instances": [third]}).json()["predictions"]
    assert np.float32(answer[0]) == np.float32(third) * np.float32(0.5) + np.float32(3.0)


def test_rest_answers_are_json(server: ModelServer) -> None:
    response = clients.post(server, {"instances": [1.0]})
    assert response.headers["Content-Type"].startswith("application/json")


@pytest.mark.parametrize("path", ["", "/versions/123"])
def test_rest_status(server: ModelServer, path: str) -> None:
    response = clients.get(server, f"/v1/models/{server.model_name}{path}")
    assert (response.status_code, response.json()) == (200, _AVAILABLE)


def test_rest_status_has_its_fields_in_tensorflow_servings_order(server: ModelServer) -> None:
    text = clients.get(server, f"/v1/models/{server.model_name}").text
    assert "".join(text.split()) == "".join(json.dumps(_AVAILABLE).split())


def test_grpc_predict(server: ModelServer) -> None:
    request = clients.predict_request(server, {"x": np.array([1.0, 2.0, 5.0], np.float32)})
    answer = tf.make_ndarray(clients.predict(server, request).outputs["y"])
    np.testing.assert_array_equal(answer, np.array([3.5, 4.0, 5.5], np.float32))


def test_grpc_predict_has_the_model_spec(server: ModelServer) -> None:
    request = clients.predict_request(server, {"x": np.array([1.0], np.float32)})
    spec = clients.predict(server, request).model_spec
    answered = (spec.name, spec.version.value, spec.signature_name)
    assert answered == (server.model_name, 123, "serving_default")


def test_grpc_predict_of_a_version_and_a_signature(server: ModelServer) -> None:
    request = clients.predict_request(server, {"x": np.array([1.0], np.float32)})
    request.model_spec.version.value = 123
    request.model_spec.signature_name = "double"
    answer = tf.make_ndarray(clients.predict(server, request).outputs["y"])
    np.testing.assert_array_equal(answer, np.array([7.0], np.float32))


def test_grpc_model_status(server: ModelServer) -> None:
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = server.model_name
    (status,) = clients.get_model_status(server, request).model_version_status
    available = get_model_status_pb2.ModelVersionStatus.AVAILABLE
    assert (status.version, status.state, status.status.error_code) == (123, available, 0)


def test_grpc_model_metadata(server: ModelServer) -> None:
    request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"])
    request.model_spec.name = server.model_name
    response = clients.get_model_metadata(server, request)
    signatures = get_model_metadata_pb2.SignatureDefMap()
    assert response.metadata["signature_def"].Unpack(signatures)
    signature = signatures.signature_def["serving_default"]
    assert response.model_spec.version.value == 123
    assert (list(signature.inputs), list(signature.outputs)) == (["x"], ["y"])
    assert signature.inputs["x"].dtype == tf.float32.as_datatype_enum
