# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Requests that need much more memory than their size: the server refuses them and survives."""

from __future__ import annotations

import concurrent.futures
import contextlib
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2
from tensorflow_serving.apis import (
    classification_pb2,
    predict_pb2,
    prediction_service_pb2_grpc,
)
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.abuse import rest
from tests.abuse.servers import (
    assert_serves,
    limit_data,
    peak_growth_below,
    saved_model,
    serving,
)

_BUDGET_MEBIBYTES = 512
# The budget, and memory outside of it: heap fragmentation, socket buffers, threads.
_MOST_MEBIBYTES = _BUDGET_MEBIBYTES * 2.0
# A server without a memory budget needs more than this, and ends with std::bad_alloc.
_DATA_MEBIBYTES = 2048
_MEBIBYTE = 1 << 20
_CLASSIFY = "/v1/models/examples:classify"
_BODY = b'{"instances": [1.0, 2.0]}'


def _models() -> dict[str, Path]:
    return {
        "half": saved_model("half_plus_three"),
        "examples": saved_model("tf_examples"),
        "identity": saved_model("identity"),
    }


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ModelServer]:
    """A server with a budget of 512 MiB; checks that it predicts before and after the test."""
    flags = [f"--request_memory_mib={_BUDGET_MEBIBYTES}"]
    with serving(tmp_path, _models(), flags=flags) as running:
        _assert_predicts(running)
        limit_data(running, mebibytes=_DATA_MEBIBYTES)
        yield running
        _assert_predicts(running)


def _assert_predicts(server: ModelServer) -> None:
    assert_serves(server)
    answer = rest.post(server, _BODY)
    assert (answer.code, answer.json()) == (200, {"predictions": [3.5, 4.0]})


@contextlib.contextmanager
def _stub(server: ModelServer) -> Iterator[Any]:
    options = [
        ("grpc.max_receive_message_length", -1),
        ("grpc.max_send_message_length", -1),
        ("grpc.enable_http_proxy", 0),
        # Otherwise channels with the same options share connections.
        ("grpc.use_local_subchannel_pool", 1),
    ]
    with grpc.insecure_channel(server.grpc_address, options=options) as channel:
        yield prediction_service_pb2_grpc.PredictionServiceStub(channel)


def _code_of(server: ModelServer, method: str, request: Any) -> grpc.StatusCode:
    """Calls a method on a new connection, and returns the code of the response."""
    with _stub(server) as stub:
        try:
            getattr(stub, method)(request, timeout=rest.SECONDS)
        except grpc.RpcError as error:
            print(error.code(), error.details())
            return error.code()
    return grpc.StatusCode.OK


@functools.cache
def _zeros(mebibytes: int) -> bytes:
    return b'{"instances": [' + b"0," * (mebibytes * _MEBIBYTE // 2) + b"0]}"


@functools.cache
def _gzip_of_zeros(mebibytes: int) -> bytes:
    return rest.gzip_of(b"0,", mebibytes=mebibytes, before=b'{"instances": [', after=b"0]}")


def _examples(part: bytes, mebibytes: int) -> bytes:
    return rest.gzip_of(
        part, mebibytes=mebibytes, before=b'{"examples": [', after=part[:-1] + b"]}"
    )


@pytest.mark.parametrize(
    "part",
    [
        b'{"a":1},',
        b"{},",
        b'{"a":[]},',
        b'{"a":""},',
        b'{"a":[1,1,1,1,1,1,1,1,1,1,1,1]},',
        b'{"x":1,"bias":1},',
    ],
    ids=["one number", "empty", "no value", "empty text", "a list", "the features of the model"],
)
def test_small_examples_of_200_mib_in_gzip_are_refused(server: ModelServer, part: bytes) -> None:
    body = _examples(part, 200)
    assert len(body) < _MEBIBYTE
    with peak_growth_below(server, mebibytes=_MOST_MEBIBYTES):
        for method in ("classify", "regress"):
            path = f"/v1/models/examples:{method}"
            answer = rest.post(server, body, headers=rest.GZIP, path=path)
            assert answer.code in {413, 503}, answer


def test_small_examples_that_are_not_compressed_are_within_the_budget(server: ModelServer) -> None:
    body = b'{"examples": [' + b'{"x":1},' * (4 * _MEBIBYTE) + b"{}]}"
    with peak_growth_below(server, mebibytes=_MOST_MEBIBYTES):
        answers = rest.post_concurrently(server, [body] * 4, path=_CLASSIFY)
    for answer in answers:
        assert answer.code == 400 or rest.is_refused_for_now(answer), answer.code


@pytest.mark.parametrize(
    "part",
    [b"0,", b'"",', b"[],", b'{"b64":""},', b'{"x":0},', b"[0],"],
    ids=["numbers", "texts", "lists", "base64", "objects", "rows"],
)
def test_small_values_of_200_mib_in_gzip_are_within_the_budget(
    server: ModelServer, part: bytes
) -> None:
    body = rest.gzip_of(part, mebibytes=200, before=b'{"instances": [', after=part[:-1] + b"]}")
    with peak_growth_below(server, mebibytes=_MOST_MEBIBYTES):
        for path in ("/v1/models/half:predict", "/v1/models/identity:predict"):
            answer = rest.post(server, body, headers=rest.GZIP, path=path)
            assert answer.code in {200, 400, 413, 503}


def test_eight_requests_with_a_gibibyte_of_numbers_in_gzip_are_refused(
    server: ModelServer,
) -> None:
    body = _gzip_of_zeros(1000)
    assert len(body) < 2 * _MEBIBYTE
    with peak_growth_below(server, mebibytes=_MOST_MEBIBYTES):
        answers = rest.post_concurrently(server, [body] * 8, headers=rest.GZIP)
    assert {answer.code for answer in answers} <= {413, 503}, answers


def test_the_budget_limits_twenty_bodies_of_100_mib(
    server: ModelServer,
) -> None:
    with peak_growth_below(server, mebibytes=_MOST_MEBIBYTES):
        answers = rest.post_concurrently(server, [_zeros(100)] * 20)
    assert any(rest.is_refused_for_now(answer) for answer in answers)
    for answer in answers:
        assert answer.code == 200 or rest.is_refused_for_now(answer), answer


def test_the_budget_limits_answers_much_larger_than_their_requests(
    server: ModelServer,
) -> None:
    # A float has four bytes in a gRPC message, and thirteen in a REST answer.
    body = b'{"signature_name": "float32", "inputs": [' + b"1e-9," * (2 * _MEBIBYTE) + b"0]}"
    with peak_growth_below(server, mebibytes=_MOST_MEBIBYTES):
        answers = rest.post_concurrently(server, [body] * 24, path="/v1/models/identity:predict")
    for answer in answers:
        assert answer.code == 200 or rest.is_refused_for_now(answer), answer.code


def _tensor(dtype: Any, size: int, **values: Any) -> tensor_pb2.TensorProto:
    tensor = tensor_pb2.TensorProto(dtype=dtype.as_datatype_enum, **values)
    tensor.tensor_shape.dim.add(size=size)
    return tensor


def _predict(tensor: Any) -> Any:
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "identity"
    request.model_spec.signature_name = tf.as_dtype(tensor.dtype).name
    request.inputs["x"].CopyFrom(tensor)
    return request


_LARGE_TENSORS = {
    # A tensor of equal values needs only a few bytes in a message.
    "one value for 1 GiB": _tensor(tf.float32, 256 * _MEBIBYTE, float_val=[1.0]),
    "no value for 1 GiB": _tensor(tf.int8, 1024 * _MEBIBYTE),
    "one text for 64 million": _tensor(tf.string, 64 * _MEBIBYTE, string_val=[b"a text"]),
}


@pytest.mark.parametrize("name", list(_LARGE_TENSORS))
def test_a_short_message_with_a_large_tensor_is_refused(server: ModelServer, name: str) -> None:
    request = _predict(_LARGE_TENSORS[name])
    assert request.ByteSize() < 200
    with peak_growth_below(server, mebibytes=_MOST_MEBIBYTES):
        code = _code_of(server, "Predict", request)
    assert code in {grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.INVALID_ARGUMENT}


def test_ten_million_empty_examples_by_grpc_are_refused(server: ModelServer) -> None:
    request = classification_pb2.ClassificationRequest()
    request.model_spec.name = "examples"
    request.model_spec.signature_name = "classify"
    # An empty field 1 of ExampleList.
    request.input.example_list.MergeFromString(b"\x0a\x00" * 10_000_000)
    with peak_growth_below(server, mebibytes=_MOST_MEBIBYTES):
        code = _code_of(server, "Classify", request)
    assert code in {grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.INVALID_ARGUMENT}


def test_the_budget_limits_six_messages_of_100_mib(
    server: ModelServer,
) -> None:
    content = bytes(100 * _MEBIBYTE)
    request = _predict(_tensor(tf.uint8, len(content), tensor_content=content))
    with (
        peak_growth_below(server, mebibytes=_MOST_MEBIBYTES),
        concurrent.futures.ThreadPoolExecutor(6) as pool,
    ):
        codes = set(pool.map(lambda _: _code_of(server, "Predict", request), range(6)))
    assert grpc.StatusCode.RESOURCE_EXHAUSTED in codes
    assert codes <= {grpc.StatusCode.OK, grpc.StatusCode.RESOURCE_EXHAUSTED}


@pytest.fixture
def unlimited(tmp_path: Path) -> Iterator[ModelServer]:
    """A server with a budget far above the 384 MiB that it can still allocate."""
    with serving(tmp_path, _models(), flags=["--request_memory_mib=100000"]) as running:
        _assert_predicts(running)
        limit_data(running, mebibytes=384)
        yield running


def test_a_body_that_cannot_be_allocated_fails_alone(unlimited: ModelServer) -> None:
    for mebibytes in (100, 200, 400):
        answer = rest.post(unlimited, _zeros(mebibytes))
        assert answer.code in {200, 503}, answer
        _assert_predicts(unlimited)
    assert rest.post(unlimited, _zeros(400)).code == 503
    packed = rest.post(unlimited, _gzip_of_zeros(400), headers=rest.GZIP)
    assert packed.code in {413, 503}, packed
    _assert_predicts(unlimited)


def test_a_tensor_that_cannot_be_allocated_fails_alone(
    unlimited: ModelServer,
) -> None:
    content = bytes(200 * _MEBIBYTE)
    request = _predict(_tensor(tf.uint8, len(content), tensor_content=content))
    assert _code_of(unlimited, "Predict", request) in {
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.INTERNAL,
    }
    _assert_predicts(unlimited)


def test_many_requests_that_cannot_be_allocated_fail_alone(
    unlimited: ModelServer,
) -> None:
    for answer in rest.post_concurrently(unlimited, [_zeros(60)] * 8):
        assert answer.code in {200, 503}, answer
    _assert_predicts(unlimited)
