# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the codes and messages of requests that fail, and that the server continues."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
import numpy as np
import pytest
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
)
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.e2e import clients
from tests.e2e.world import World

_GOOD = {"point": [1.0, 2.0], "count": 1, "word": "ada"}
_MODEL = "/v1/models/half_plus_three"
_MEBIBYTE = 1024 * 1024


def _with(**changes: object) -> dict[str, object]:
    return {"instances": [{**_GOOD, **changes}]}


def _without(name: str) -> dict[str, object]:
    return {"instances": [{key: value for key, value in _GOOD.items() if key != name}]}


@pytest.fixture(scope="module")
def shared_server(world: World) -> Iterator[ModelServer]:
    """A server of the model with inputs of several types."""
    with world.serving_model(world.mixed) as running:
        yield running


@pytest.fixture
def server(shared_server: ModelServer) -> Iterator[ModelServer]:
    """The same server. After the test it must still answer correctly."""
    yield shared_server
    answer = clients.post(shared_server, {"instances": [_GOOD]})
    assert answer.json()["predictions"][0]["weighted"] == 5.0


# For each case: the path, if it is not the predict path; the body; the code; and a part of the
# message.
_REST: dict[str, tuple[str, object, int, str]] = {
    "unknown model": ("/v1/models/other:predict", {"instances": [1]}, 404, "other"),
    "unknown version": (f"{_MODEL}/versions/77:predict", {"instances": [_GOOD]}, 404, "77"),
    "version that is no number": (f"{_MODEL}/versions/x:predict", {"instances": [_GOOD]}, 400, ""),
    "unknown verb": (f"{_MODEL}:guess", {"instances": [_GOOD]}, 400, "guess"),
    "unknown path under v1": ("/v1/other", {}, 400, "/v1/other"),
    "path outside v1": ("/other", {}, 404, "/other"),
    "unknown signature": ("", {"signature_name": "other", **_with()}, 400, "other"),
    "signature name that is no text": ("", {"signature_name": 1, **_with()}, 400, "signature_name"),
    "unknown input in a row": ("", _with(other=1.0), 400, "other"),
    "missing input in a row": ("", _without("count"), 400, "count"),
    "missing input in columns": (
        "",
        {"inputs": {"point": [[1.0, 2.0]], "count": [1]}},
        400,
        "word",
    ),
    "bare value for several inputs": ("", {"instances": [1.0]}, 400, ""),
    "text for a number": ("", _with(count="one"), 400, "count"),
    "fraction for a whole number": ("", _with(count=1.0), 400, "count"),
    "whole number too large": ("", _with(count=2**63), 400, "count"),
    "number for text": ("", _with(word=1), 400, "word"),
    "null": ("", _with(word=None), 400, "word"),
    "object for a number": ("", _with(count={"a": 1}), 400, "count"),
    "b64 for a number": ("", _with(count={"b64": "AAAA"}), 400, "count"),
    "b64 that is none": ("", _with(word={"b64": "***"}), 400, "word"),
    "b64 beside another key": ("", _with(word={"b64": "AAAA", "c": 1}), 400, "word"),
    "wrong size": ("", _with(point=[1.0, 2.0, 3.0]), 400, ""),
    "wrong depth": ("", _with(point=1.0), 400, ""),
    "ragged within a row": ("", {"inputs": {**_GOOD, "point": [[1.0, 2.0], [3.0]]}}, 400, "point"),
    "ragged between rows": (
        "",
        {"instances": [_GOOD, {**_GOOD, "point": [1.0]}]},
        400,
        "point",
    ),
    "both forms": ("", {"instances": [_GOOD], "inputs": _GOOD}, 400, "inputs"),
    "neither form": ("", {}, 400, "instances"),
    "no instance": ("", {"instances": []}, 400, "instances"),
    "instances that are no list": ("", {"instances": _GOOD}, 400, "instances"),
    "no object": ("", [1, 2], 400, ""),
    "0 bytes": ("", b"", 400, ""),
    "only blanks": ("", b" \n\t ", 400, ""),
    "broken off": ("", b'{"instances": [1.0, ', 400, "JSON"),
    "text after the document": ("", b'{"instances": [1.0]} x', 400, ""),
    "trailing comma": ("", b'{"instances": [1.0,]}', 400, ""),
    "bad escape in an unused key": ("", b'{"instances": [], "k": "\\x"}', 400, ""),
    "zero byte": ("", b"\x00", 400, ""),
    "one bracket": ("", b"[", 400, "JSON"),
    "very deep": ("", b'{"instances": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400, ""),
}


@pytest.mark.parametrize("case", _REST)
def test_rest(server: ModelServer, case: str) -> None:
    path, body, code, named = _REST[case]
    response = clients.post(server, body, path=path)
    error = response.json()["error"]
    assert (response.status_code, named in error, len(error) > 10) == (code, True, True), error


@pytest.mark.parametrize("case", ["unknown model", "no instance", "broken off", "0 bytes"])
def test_rest_error_has_the_format_of_tensorflow_serving(server: ModelServer, case: str) -> None:
    path, body, _, _ = _REST[case]
    response = clients.post(server, body, path=path)
    assert list(response.json()) == ["error"]
    assert response.headers["Content-Type"].startswith("application/json")


def test_rest_message_of_a_long_request_is_short(server: ModelServer) -> None:
    response = clients.post(server, {"instances": ["x" * _MEBIBYTE]})
    assert (response.status_code, len(response.content) < 4096) == (400, True)


def test_rest_100_mebibytes_of_opening_brackets(server: ModelServer) -> None:
    response = clients.post(server, b"[" * (100 * _MEBIBYTE))
    assert (response.status_code in (400, 413), len(response.content) < 4096) == (True, True)


@pytest.mark.parametrize("path", ["/v1/models/other", f"{_MODEL}/versions/77"])
def test_rest_status_of_an_unknown_model_or_version(server: ModelServer, path: str) -> None:
    response = clients.get(server, path)
    assert (response.status_code, list(response.json())) == (404, ["error"])


def _request(server: ModelServer, **changes: Any) -> Any:
    inputs = {
        "point": np.array([[1.0, 2.0]], np.float32),
        "count": np.array([1], np.int64),
        "word": np.array([b"ada"], dtype=object),
        **changes,
    }
    kept = {name: value for name, value in inputs.items() if value is not None}
    return clients.predict_request(server, kept)


def _unknown_model(request: Any) -> None:
    request.model_spec.name = "other"


def _no_model(request: Any) -> None:
    request.ClearField("model_spec")


def _unknown_version(request: Any) -> None:
    request.model_spec.version.value = 77


def _unknown_signature(request: Any) -> None:
    request.model_spec.signature_name = "other"


def _unknown_output(request: Any) -> None:
    request.output_filter.append("other")


def _unknown_input(request: Any) -> None:
    request.inputs["other"].CopyFrom(request.inputs["word"])


def _missing_input(request: Any) -> None:
    del request.inputs["count"]


def _wrong_type(request: Any) -> None:
    request.inputs["count"].CopyFrom(request.inputs["point"])


def _wrong_shape(request: Any) -> None:
    request.inputs["point"].tensor_shape.dim[1].size = 1
    request.inputs["point"].tensor_content = b"\0" * 4


def _fewer_values_than_the_shape_says(request: Any) -> None:
    request.inputs["point"].tensor_shape.dim[0].size = 1000
    request.inputs["point"].tensor_content = b"\0" * 4


def _shape_too_large_for_any_memory(request: Any) -> None:
    request.inputs["point"].tensor_shape.dim[0].size = 2**62


def _negative_shape(request: Any) -> None:
    request.inputs["point"].tensor_shape.dim[0].size = -5


def _no_type(request: Any) -> None:
    request.inputs["point"].dtype = 0


_GRPC = [
    (_unknown_model, grpc.StatusCode.NOT_FOUND, "other"),
    (_no_model, grpc.StatusCode.INVALID_ARGUMENT, ""),
    (_unknown_version, grpc.StatusCode.NOT_FOUND, "77"),
    (_unknown_signature, grpc.StatusCode.FAILED_PRECONDITION, "other"),
    (_unknown_output, grpc.StatusCode.INVALID_ARGUMENT, "other"),
    (_unknown_input, grpc.StatusCode.INVALID_ARGUMENT, "other"),
    (_missing_input, grpc.StatusCode.INVALID_ARGUMENT, "count"),
    (_wrong_type, grpc.StatusCode.INVALID_ARGUMENT, ""),
    (_wrong_shape, grpc.StatusCode.INVALID_ARGUMENT, ""),
    (_fewer_values_than_the_shape_says, grpc.StatusCode.INVALID_ARGUMENT, "point"),
    (_shape_too_large_for_any_memory, grpc.StatusCode.INVALID_ARGUMENT, "point"),
    (_negative_shape, grpc.StatusCode.INVALID_ARGUMENT, "point"),
    (_no_type, grpc.StatusCode.INVALID_ARGUMENT, "point"),
]


@pytest.mark.parametrize(
    ("change", "code", "named"),
    _GRPC,
    ids=[change.__name__.strip("_").replace("_", " ") for change, _, _ in _GRPC],
)
def test_grpc_predict(server: ModelServer, change: Any, code: grpc.StatusCode, named: str) -> None:
    request = _request(server)
    change(request)
    with pytest.raises(grpc.RpcError) as failure:
        clients.predict(server, request)
    details = failure.value.details() or ""
    found = (failure.value.code(), named in details, len(details) > 10)
    assert found == (code, True, True), details


def test_grpc_model_status_of_an_unknown_model(server: ModelServer) -> None:
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = "other"
    with pytest.raises(grpc.RpcError) as failure:
        clients.get_model_status(server, request)
    assert failure.value.code() == grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize("fields", [[], ["other"]])
def test_grpc_model_metadata_of_no_known_field(server: ModelServer, fields: list[str]) -> None:
    request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=fields)
    request.model_spec.name = server.model_name
    with pytest.raises(grpc.RpcError) as failure:
        clients.get_model_metadata(server, request)
    assert failure.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def _call(server: ModelServer, method: str, body: bytes) -> bytes:
    with clients.channel(server) as channel:
        call = channel.unary_unary(method, lambda data: data, lambda data: data)
        answer: bytes = call(body, timeout=clients.SECONDS)
        return answer


@pytest.mark.parametrize(
    ("method", "body", "code"),
    [
        ("/tensorflow.serving.PredictionService/Other", b"", grpc.StatusCode.UNIMPLEMENTED),
        ("/other.Service/Predict", b"", grpc.StatusCode.UNIMPLEMENTED),
        ("/tensorflow.serving.PredictionService/Predict", b"", grpc.StatusCode.INVALID_ARGUMENT),
    ],
    ids=["unknown method", "unknown service", "empty request"],
)
def test_grpc_call(server: ModelServer, method: str, body: bytes, code: grpc.StatusCode) -> None:
    with pytest.raises(grpc.RpcError) as failure:
        _call(server, method, body)
    assert failure.value.code() == code


def test_grpc_request_that_is_not_a_protocol_buffer(server: ModelServer) -> None:
    with pytest.raises(grpc.RpcError) as failure:
        _call(server, "/tensorflow.serving.PredictionService/Predict", b"\xff" * 100)
    # The code of gRPC's C++ server, and the right code for an argument.
    allowed = (grpc.StatusCode.INTERNAL, grpc.StatusCode.INVALID_ARGUMENT)
    assert failure.value.code() in allowed


def test_grpc_request_of_16_mebibytes_is_read(server: ModelServer) -> None:
    word = np.array([b"x" * (16 * _MEBIBYTE)], dtype=object)
    response = clients.predict(server, _request(server, word=word))
    assert len(response.outputs["word_bytes"].string_val[0]) == 16 * _MEBIBYTE
