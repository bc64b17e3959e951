# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that the graph, not the signature, decides which inputs are valid, also with batching."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2, types_pb2
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.e2e import clients

tf1 = tf.compat.v1

_DECLARED: dict[str, list[int] | None] = {
    "column": [-1, 1],
    "one": [1],
    "scalar": [],
    "four": [4],
    "unset": None,
}
_VALUES: list[Any] = [[1.0, 2.0, 5.0], 4.0, [[1.0], [2.0]], [[1.0, 2.0]], []]


def _info(tensor: tf.Tensor, shape: list[int] | None) -> Any:
    info = tf1.saved_model.build_tensor_info(tensor)
    info.ClearField("tensor_shape")
    if shape is not None:
        info.tensor_shape.CopyFrom(tf.TensorShape([None if d < 0 else d for d in shape]).as_proto())
    return info


def _signature(inputs: dict[str, Any], outputs: dict[str, Any]) -> Any:
    return tf1.saved_model.build_signature_def(inputs, outputs, "tensorflow/serving/predict")


def _save(folder: Path) -> None:
    """Saves a graph that accepts any shape, with signatures that declare fixed shapes."""
    build_info = tf1.saved_model.build_tensor_info
    with tf.Graph().as_default(), tf1.Session() as session:
        x = tf1.placeholder(tf.float32, name="x")
        k = tf1.placeholder(tf.float32, name="k")
        rows = tf1.placeholder(tf.float32, [None, 3], name="rows")
        y = tf.add(x * 0.5, 3.0, name="y")
        signatures = {
            name: _signature({"x": _info(x, shape)}, {"y": _info(y, shape)})
            for name, shape in _DECLARED.items()
        }
        signatures["serving_default"] = signatures["column"]
        signatures["scaled"] = _signature(
            {"x": _info(x, [-1]), "k": _info(k, [])}, {"y": _info(x * k, [-1])}
        )
        product = tf.matmul(rows, tf.ones([3, 1]))
        signatures["product"] = _signature({"rows": build_info(rows)}, {"y": build_info(product)})
        signatures["sum"] = _signature({"x": _info(x, [-1])}, {"y": _info(tf.reduce_sum(x), None)})
        sparse = build_info(tf.sparse.from_dense(tf.reshape(x, [-1])))
        signatures["partly_sparse"] = _signature(
            {"x": _info(x, [-1])}, {"edges": sparse, "y": _info(y, [-1])}
        )
        builder = tf1.saved_model.Builder(str(folder / "model" / "1"))
        builder.add_meta_graph_and_variables(session, ["serve"], signature_def_map=signatures)
        builder.save()


@pytest.fixture(scope="module", params=["alone", "batching"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ModelServer]:
    """A server with the model, without and with batching."""
    folder = tmp_path_factory.mktemp(request.param)
    _save(folder)
    flags = []
    if request.param == "batching":
        parameters = folder / "batching.config"
        parameters.write_text(
            "max_batch_size { value: 16 } batch_timeout_micros { value: 20000 } "
            "num_batch_threads { value: 2 } max_enqueued_batches { value: 1000 }"
        )
        flags = ["--enable_batching", f"--batching_parameters_file={parameters}"]
    with ModelServer(str(folder / "model"), model_name="model", flags=flags) as running:
        running.wait_until_available()
        yield running


def _predict(
    server: ModelServer,
    signature: str,
    outputs: tuple[str, ...] = (),
    **inputs: tensor_pb2.TensorProto | Any,
) -> Any:
    request = predict_pb2.PredictRequest(output_filter=outputs)
    request.model_spec.name = "model"
    request.model_spec.signature_name = signature
    for name, value in inputs.items():
        is_proto = isinstance(value, tensor_pb2.TensorProto)
        request.inputs[name].CopyFrom(
            value if is_proto else tf.make_tensor_proto(value, tf.float32)
        )
    with clients.channel(server) as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        return stub.Predict(request, timeout=clients.SECONDS, wait_for_ready=True)


def _refusal(server: ModelServer, signature: str, **inputs: Any) -> str:
    """Returns the message of the INVALID_ARGUMENT error of a request."""
    with pytest.raises(grpc.RpcError) as raised:
        _predict(server, signature, **inputs)
    assert raised.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    return str(raised.value.details())


@pytest.mark.parametrize("value", _VALUES, ids=str)
@pytest.mark.parametrize("signature", _DECLARED)
def test_a_declared_shape_is_not_enforced(server: ModelServer, signature: str, value: Any) -> None:
    wanted = (tf.constant(value, tf.float32) * 0.5 + 3.0).numpy().tolist()
    by_grpc = _predict(server, signature, x=value).outputs["y"]
    assert tf.make_ndarray(by_grpc).tolist() == wanted
    by_rest = clients.post(server, {"signature_name": signature, "inputs": {"x": value}})
    # The signature determines the rest of the shape of an empty list.
    if value != []:
        assert (by_rest.status_code, by_rest.json()) == (200, {"outputs": wanted})


def test_a_declared_scalar_in_row_objects(server: ModelServer) -> None:
    rows = [{"x": 1.0, "k": 2.0}, {"x": 3.0, "k": 4.0}]
    answer = clients.post(server, {"signature_name": "scaled", "instances": rows})
    assert (answer.status_code, answer.json()) == (200, {"predictions": [2.0, 12.0]})


def test_a_scalar_beside_rows_is_broadcast(server: ModelServer) -> None:
    answer = _predict(server, "scaled", x=[1.0, 2.0, 3.0], k=10.0)
    assert tf.make_ndarray(answer.outputs["y"]).tolist() == [10.0, 20.0, 30.0]


def test_an_error_of_the_graph_names_the_declared_shape(server: ModelServer) -> None:
    named = 'input "rows" is float [2,2], declared float [?,3]'
    value = [[1.0, 2.0], [3.0, 4.0]]
    assert named in _refusal(server, "product", rows=value)
    answer = clients.post(server, {"signature_name": "product", "inputs": {"rows": value}})
    assert answer.status_code == 400
    assert named in answer.json()["error"]


def test_no_type_of_an_input_ends_the_server(server: ModelServer) -> None:
    for number in types_pb2.DataType.values():
        if number == types_pb2.DT_FLOAT:
            continue
        for dims in ([], [1], [1, 3]):
            tensor = tensor_pb2.TensorProto(dtype=number)
            for size in dims:
                tensor.tensor_shape.dim.add(size=size)
            assert 'input "x"' in _refusal(server, "unset", x=tensor)
    assert tf.make_ndarray(_predict(server, "unset", x=4.0).outputs["y"]).tolist() == 5.0


def test_outputs_beside_a_sparse_one_are_served(server: ModelServer) -> None:
    assert 'output "edges" is a sparse tensor' in _refusal(server, "partly_sparse", x=[4.0])
    answer = _predict(server, "partly_sparse", outputs=("y",), x=[4.0])
    assert tf.make_ndarray(answer.outputs["y"]).tolist() == [5.0]


def test_an_output_without_rows_is_separate_for_each_request(server: ModelServer) -> None:
    def ask(number: int) -> float:
        answer = _predict(server, "sum", x=[float(number), 1.0])
        return float(tf.make_ndarray(answer.outputs["y"]))

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(32))) == [number + 1.0 for number in range(32)]
