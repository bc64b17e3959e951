# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests random invalid messages: each is answered with a client error and leaks no memory."""

from __future__ import annotations

import collections
import http.client
import json
from collections.abc import Sequence
from typing import Any

import grpc
import tensorflow as tf
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    predict_pb2,
    regression_pb2,
    session_service_pb2,
)
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.conformance.mutations import Mutator, seed
from tests.conformance.servers import resident_mebibytes
from tests.e2e import clients

_COUNT = 10_000
_WARM_UP = 2_000
_AT_ONCE = 100
_SECONDS = 60.0
_MOST_MEBIBYTES = 64.0

_TOKENS = [
    *(b'[ ] { } , : " \\ / - + . e E 0 1 9 NaN Infinity -Infinity true false null'.split(b" ")),
    *(b'"b64" {"b64":"YQ=="} "instances": "inputs": "signature_name": "examples":'.split(b" ")),
    *(b"1e999 -1e-999 99999999999999999999999 0.1 [[]] [[[[[[[[ ]]]]]]]]".split(b" ")),
    *(b"\\ud800", b"\\u0000"),
    *(b"\xff", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"\x00", b"\n", b" "),
]
_PROTO_TOKENS = [
    b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    b"\x80\x80\x80\x80\x08",
    b"\x00",
    b"\x08\x01",
    b"\x12\x00",
    b"\x0a\x04half",
    b"\x1a\x00",
]
_ALLOWED = {
    grpc.StatusCode.OK,
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.OUT_OF_RANGE,
    grpc.StatusCode.UNIMPLEMENTED,
}


def _rest_bodies() -> list[tuple[str, bytes]]:
    example = {"x": 0.25, "bias": [1.0], "text": {"b64": "YQ=="}, "words": ["a", "b"], "n": 7}
    many = {"floats": [[1.5, 2], [3, 4]], "ints": [5, 6], "texts": ["a", "é"], "flag": True}
    bodies: list[tuple[str, Any]] = [
        ("half:predict", {"instances": [1.0, 2, -3e-3]}),
        ("half:predict", {"signature_name": "serving_default", "inputs": {"x": [1.0, 2.0]}}),
        ("many:predict", {"inputs": many}),
        ("many:predict", {"instances": [{"floats": [1, 2], "ints": 3, "texts": "a"}]}),
        ("examples:classify", {"signature_name": "classify", "examples": [example, example]}),
        ("examples:regress", {"context": {"bias": 1.0}, "examples": [example, {}]}),
    ]
    for dtype, value in {
        "float64": [[0.1, 1e300], [float("nan"), float("inf")]],
        "bfloat16": [[[1.0], [2.5]]],
        "int8": [-128, 127],
        "int64": [9223372036854775807],
        "uint64": 18446744073709551615,
        "bool": [True, False],
        "string": ["text", {"b64": "/wA="}, "\ud83d\ude00"],
    }.items():
        bodies.append(("identity:predict", {"signature_name": dtype, "inputs": value}))
    return [(path, json.dumps(body).encode()) for path, body in bodies]


def _grpc_messages() -> list[tuple[str, Any]]:
    prediction = "/tensorflow.serving.PredictionService/"
    messages: list[tuple[str, Any]] = []

    def predict(model: str, signature: str, **inputs: Any) -> None:
        request = predict_pb2.PredictRequest()
        request.model_spec.name = model
        request.model_spec.signature_name = signature
        for name, value in inputs.items():
            request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
        messages.append((f"{prediction}Predict", request))

    predict("half", "", x=tf.constant([1.0, 2.0]))
    predict("many", "gather", index=tf.constant(1))
    predict(
        "many",
        "",
        floats=tf.constant([[1.0, 2.0]]),
        ints=tf.constant([3], tf.int64),
        texts=tf.constant(["a"]),
        flag=tf.constant(True),
    )
    for dtype in (tf.float64, tf.bfloat16, tf.int8, tf.uint64, tf.bool, tf.complex64):
        predict("identity", dtype.name, x=tf.cast([[0, 1], [1, 0]], dtype))
    predict("identity", "string", x=tf.constant(["text", b"\xff"]))
    scalar = predict_pb2.PredictRequest()  # Values by field instead of bytes.
    scalar.model_spec.name = "half"
    scalar.inputs["x"].dtype = tf.float32.as_datatype_enum
    scalar.inputs["x"].tensor_shape.dim.add(size=3)
    scalar.inputs["x"].float_val.extend([1.0, 2.0])
    scalar.output_filter.append("y")
    messages.append((f"{prediction}Predict", scalar))

    for method, request in (
        ("Classify", classification_pb2.ClassificationRequest()),
        ("Regress", regression_pb2.RegressionRequest()),
        ("MultiInference", inference_pb2.MultiInferenceRequest()),
    ):
        example = request.input.example_list.examples.add()
        example.features.feature["x"].float_list.value.append(0.25)
        example.features.feature["text"].bytes_list.value.append(b"a")
        if method == "MultiInference":
            for name in ("classify", "regress"):
                task = request.tasks.add(method_name=f"tensorflow/serving/{name}")
                task.model_spec.name, task.model_spec.signature_name = "examples", name
        else:
            request.model_spec.name = "examples"
            request.model_spec.signature_name = method.lower()
        messages.append((f"{prediction}{method}", request))

    metadata = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"])
    metadata.model_spec.name = "half"
    messages.append((f"{prediction}GetModelMetadata", metadata))
    status = get_model_status_pb2.GetModelStatusRequest()
    status.model_spec.name = "two"
    messages.append(("/tensorflow.serving.ModelService/GetModelStatus", status))
    run = session_service_pb2.SessionRunRequest(fetch=["StatefulPartitionedCall:0"])
    run.model_spec.name = "half"
    run.feed.add(name="serving_default_x:0").tensor.CopyFrom(tf.make_tensor_proto([1.0]))
    messages.append(("/tensorflow.serving.SessionService/SessionRun", run))
    return messages


class _Rest:
    """Sends bodies on one connection."""

    def __init__(self, server: ModelServer) -> None:
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", server.rest_port, timeout=_SECONDS
        )

    def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        self._connection.request("POST", f"/v1/models/{path}", body)
        response = self._connection.getresponse()
        return response.status, response.read()

    def close(self) -> None:
        self._connection.close()


def _assert_alive(server: ModelServer) -> None:
    assert server.process.exit_code is None
    response = clients.post(server, {"instances": [1.0]})
    assert (response.status_code, response.json()) == (200, {"predictions": [3.5]})


def test_10000_malformed_rest_bodies(server: ModelServer) -> None:
    mutator = Mutator(seed(), _TOKENS)
    bodies = _rest_bodies()
    rest = _Rest(server)
    for path, body in bodies:
        assert rest.post(path, body)[0] in {200, 400}, body
    before = 0.0
    for number in range(_COUNT + _WARM_UP):
        if number == _WARM_UP:
            before = resident_mebibytes(server)
        path, body = bodies[mutator.below(len(bodies))]
        body = mutator.mutate(body)
        code, answer = rest.post(path, body)
        assert code in {200, 400, 404, 501}, (path, body, code, answer)
        document = json.loads(answer.decode("utf-8", errors="strict"))
        assert code == 200 or list(document) == ["error"], (path, body, answer)
    rest.close()
    _assert_alive(server)
    assert resident_mebibytes(server) - before < _MOST_MEBIBYTES


def test_10000_mutated_grpc_messages(server: ModelServer, channel: Any) -> None:
    mutator = Mutator(seed(), _PROTO_TOKENS)
    messages = _grpc_messages()
    methods = {method: channel.unary_unary(method) for method, _ in messages}
    for method, message in messages:
        methods[method](message.SerializeToString(), timeout=_SECONDS)
    before = 0.0
    codes: collections.Counter[grpc.StatusCode] = collections.Counter()
    for begin in range(0, _COUNT + _WARM_UP, _AT_ONCE):
        if begin == _WARM_UP:
            before = resident_mebibytes(server)
        chosen = []
        for _ in range(_AT_ONCE):
            method, message = messages[mutator.below(len(messages))]
            # Half of them are valid messages, half are random bytes.
            if mutator.below(2):
                chosen.append((method, mutator.distort(message)))
            else:
                chosen.append((method, mutator.mutate(message.SerializeToString())))
        codes.update(_codes(methods, chosen))
    print(codes)
    assert codes[grpc.StatusCode.INVALID_ARGUMENT] > _COUNT / 10
    _assert_alive(server)
    assert resident_mebibytes(server) - before < _MOST_MEBIBYTES


def _codes(methods: dict[str, Any], messages: Sequence[tuple[str, bytes]]) -> list[Any]:
    """Sends concurrent messages. Each response must have a client error code."""
    calls = [methods[method].future(message, timeout=_SECONDS) for method, message in messages]
    codes = []
    for call, (method, message) in zip(calls, messages, strict=True):
        assert call.code() in _ALLOWED, (method, message, call.code(), call.details())
        codes.append(call.code())
    return codes
