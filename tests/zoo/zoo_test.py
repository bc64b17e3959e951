# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that models of many exporters in S3 have the same responses as TensorFlow in Python."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from runfiles import Runfiles
from tensorflow_serving.apis import classification_pb2, regression_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc as service
from tensorflow_serving_s3.publish import publish_version
from tensorflow_serving_s3.testing.model_server import ModelServer
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from tests.e2e import clients
from tests.e2e.model_configs import model_config, model_configs
from tests.zoo import exports
from tests.zoo.exports import EXPORTS, SignatureCall

tf1 = tf.compat.v1

_BUCKET = "zoo"
_TOKENIZER_OPS = "tensorflow_text/tensorflow_text/python/ops/_whitespace_tokenizer_v2.so"
# Both sides run the same kernels, but with different numbers of threads.
_TOLERANCE = 1e-5


def _packaged(path: str) -> Path:
    known = Runfiles.Create()
    located = known.Rlocation(path) if known else None
    assert located is not None, path
    return Path(located)


def _basic_pitch() -> tuple[Path, Sequence[SignatureCall]]:
    """The pitch detector of the package basic-pitch, exported by TensorFlow 2.4."""
    folder = _packaged("basic_pitch/basic_pitch/saved_models/icassp_2022/nmp/saved_model.pb").parent
    seconds = np.arange(43844, dtype=np.float32) / 22050
    audio = np.sin(2 * np.pi * 440 * seconds).reshape(1, -1, 1)
    return folder, [SignatureCall("serving_default", {"input_2": audio})]


def _guesslang() -> tuple[Path, Sequence[SignatureCall]]:
    """The language detector of the package guesslang, an Estimator of TensorFlow 2.5."""
    folder = _packaged("guesslang/guesslang/data/model/saved_model.pb").parent
    sources = [b"def f(x):\n    return x + 1\n", b"#include <stdio.h>\nint main() {}\n"]
    return folder, [SignatureCall("predict", {"content": sources})]


_PACKAGED = {"basic_pitch": _basic_pitch, "guesslang": _guesslang}


class Zoo:
    """A server with all models.

    Attributes:
        server: The server.
        folders: The SavedModel of each model on the local disk.
        calls: The inputs for each model.
    """

    def __init__(self) -> None:
        self.server: ModelServer
        self.folders: dict[str, Path] = {}
        self.calls: dict[str, Sequence[SignatureCall]] = {}

    def make(self, folder: Path) -> None:
        """Exports all models to a folder."""
        for name, export in EXPORTS.items():
            self.folders[name] = folder / name / "saved_model"
            self.folders[name].parent.mkdir()
            self.calls[name] = export(self.folders[name])
        for name, packaged in _PACKAGED.items():
            self.folders[name], self.calls[name] = packaged()


@pytest.fixture(scope="module")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zoo]:
    """All models, published to S3 and available."""
    made = Zoo()
    folder = tmp_path_factory.mktemp("zoo")
    made.make(folder)
    with SeaweedFS(buckets=[_BUCKET]) as storage:
        entries = []
        for name, model in made.folders.items():
            base_path = f"s3://{_BUCKET}/{name}"
            publish_version(model, base_path, 1, client=storage.client())
            entries.append(model_config(name, base_path))
        config = folder / "models.config"
        config.write_text(model_configs(*entries))
        custom_ops = f"--custom_op_libraries={_packaged(_TOKENIZER_OPS)}"
        with ModelServer(
            model_config_file=config,
            model_name="tables",
            env=storage.env(),
            flags=[custom_ops],
        ) as server:
            made.server = server
            try:
                for name in made.folders:
                    server.wait_until_available(1, model_name=name)
                yield made
            finally:
                print("The server:", *server.log_tail(50), sep="\n  ")


def _expected(folder: Path, call: SignatureCall) -> dict[str, Any]:
    """Returns the outputs of the loader and the session of TensorFlow."""
    with tf.Graph().as_default(), tf1.Session() as session:
        meta_graph = tf1.saved_model.load(session, list(exports.SERVE), str(folder))
        signature = meta_graph.signature_def[call.signature]
        feeds = {signature.inputs[alias].name: value for alias, value in call.inputs.items()}
        fetches = {alias: info.name for alias, info in signature.outputs.items()}
        answer: dict[str, Any] = session.run(fetches, feeds)
        return answer


def _typed_inputs(folder: Path, call: SignatureCall) -> dict[str, Any]:
    """Returns the inputs as tensors with the types of the signature."""
    with tf.Graph().as_default(), tf1.Session() as session:
        meta_graph = tf1.saved_model.load(session, list(exports.SERVE), str(folder))
        signature = meta_graph.signature_def[call.signature]
        return {
            alias: tf.make_tensor_proto(value, dtype=tf.as_dtype(signature.inputs[alias].dtype))
            for alias, value in call.inputs.items()
        }


def _assert_same(got: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    assert got.keys() == expected.keys()
    for alias, value in expected.items():
        wanted = np.asarray(value)
        if wanted.dtype.kind in "OSU":
            assert np.asarray(got[alias], object).tolist() == wanted.tolist(), alias
        else:
            assert np.shape(got[alias]) == wanted.shape, alias
            np.testing.assert_allclose(
                np.asarray(got[alias], wanted.dtype), wanted, _TOLERANCE, _TOLERANCE, err_msg=alias
            )


def _to_json(value: Any) -> Any:
    """Returns a value in the format of REST: bytes as {"b64": ...}."""
    if isinstance(value, bytes):
        return {"b64": base64.b64encode(value).decode()}
    if isinstance(value, list | tuple):
        return [_to_json(element) for element in value]
    return _to_json(value.tolist()) if isinstance(value, np.ndarray | np.generic) else value


def _from_json(value: Any) -> Any:
    """Converts a value of a REST answer: strings to bytes."""
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, dict):
        return base64.b64decode(value["b64"])
    return [_from_json(element) for element in value] if isinstance(value, list) else value


_NAMES = [*EXPORTS, *_PACKAGED]


@pytest.mark.parametrize("name", _NAMES)
def test_grpc_predict_equals_tensorflow(zoo: Zoo, name: str) -> None:
    zoo.server.model_name = name
    for call in zoo.calls[name]:
        request = clients.predict_request(zoo.server, {})
        request.model_spec.signature_name = call.signature
        for alias, proto in _typed_inputs(zoo.folders[name], call).items():
            request.inputs[alias].CopyFrom(proto)
        response = clients.predict(zoo.server, request)
        got = {alias: tf.make_ndarray(value) for alias, value in response.outputs.items()}
        _assert_same(got, _expected(zoo.folders[name], call))


@pytest.mark.parametrize("name", _NAMES)
def test_rest_columns_equal_tensorflow(zoo: Zoo, name: str) -> None:
    zoo.server.model_name = name
    for call in zoo.calls[name]:
        inputs = {alias: _to_json(value) for alias, value in call.inputs.items()}
        body = {"signature_name": call.signature, "inputs": inputs}
        response = clients.post(zoo.server, body)
        assert response.status_code == 200, response.text
        outputs = response.json()["outputs"]
        expected = _expected(zoo.folders[name], call)
        if len(expected) == 1:
            outputs = {next(iter(expected)): outputs}
        got = {alias: _from_json(value) for alias, value in outputs.items()}
        _assert_same(got, expected)


@pytest.mark.parametrize("name", _NAMES)
def test_rest_rows_equal_tensorflow(zoo: Zoo, name: str) -> None:
    zoo.server.model_name = name
    for call in zoo.calls[name]:
        if not call.rows:
            continue
        columns = {alias: _to_json(value) for alias, value in call.inputs.items()}
        rows = len(next(iter(columns.values())))
        instances = [
            {alias: column[row] for alias, column in columns.items()} for row in range(rows)
        ]
        body = {"signature_name": call.signature, "instances": instances}
        response = clients.post(zoo.server, body)
        assert response.status_code == 200, response.text
        expected = _expected(zoo.folders[name], call)
        predictions = response.json()["predictions"]
        if len(expected) == 1:
            predictions = [{next(iter(expected)): prediction} for prediction in predictions]
        got = {alias: [_from_json(row[alias]) for row in predictions] for alias in expected}
        _assert_same(got, expected)


def _examples() -> Any:
    examples = []
    for age in (39.0, 17.5):
        example = tf.train.Example()
        example.features.feature["age"].float_list.value.append(age)
        examples.append(example)
    return examples


@pytest.mark.parametrize(
    ("name", "signature"),
    [("estimator", "classification"), ("estimator", "serving_default"), ("guesslang", "")],
)
def test_an_estimator_classifies(zoo: Zoo, name: str, signature: str) -> None:
    request = classification_pb2.ClassificationRequest()
    request.model_spec.name = name
    request.model_spec.signature_name = signature
    request.input.example_list.examples.extend(_examples())
    with clients.channel(zoo.server) as channel:
        response = service.PredictionServiceStub(channel).Classify(request, timeout=30)
    serialized = [example.SerializeToString() for example in _examples()]
    expected = _expected(
        zoo.folders[name], SignatureCall(signature or "serving_default", {"inputs": serialized})
    )
    got = [
        [(each.label.encode(), each.score) for each in row.classes]
        for row in response.result.classifications
    ]
    for row, (labels, scores) in enumerate(
        zip(expected["classes"], expected["scores"], strict=True)
    ):
        assert [label for label, _ in got[row]] == list(labels)
        np.testing.assert_allclose([score for _, score in got[row]], scores, _TOLERANCE)


def test_an_estimator_regresses(zoo: Zoo) -> None:
    request = regression_pb2.RegressionRequest()
    request.model_spec.name = "estimator"
    request.model_spec.signature_name = "regression"
    request.input.example_list.examples.extend(_examples())
    with clients.channel(zoo.server) as channel:
        response = service.PredictionServiceStub(channel).Regress(request, timeout=30)
    serialized = [example.SerializeToString() for example in _examples()]
    expected = _expected(
        zoo.folders["estimator"], SignatureCall("regression", {"inputs": serialized})
    )
    got = [regression.value for regression in response.result.regressions]
    np.testing.assert_allclose(got, expected["outputs"].reshape(-1), _TOLERANCE)


def test_a_signature_with_a_sparse_output_is_refused_and_the_others_answer(zoo: Zoo) -> None:
    zoo.server.model_name = "ragged_and_sparse"
    body = {"signature_name": "split", "inputs": {"text": ["to be"]}}
    response = clients.post(zoo.server, body)
    assert response.status_code == 400
    assert "words" in response.json()["error"]


def test_saved_model_tags_select_a_tag_set(
    zoo: Zoo, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("tags")
    publish_version(zoo.folders["several_tag_sets"], folder, 1)
    with ModelServer(str(folder), model_name="tags", flags=["--saved_model_tags=train"]) as server:
        server.wait_until_available(1)
        answer = clients.post(server, json.dumps({"instances": [[1.0, 2.0]]}))
    assert answer.json() == {"predictions": [[1021.0]]}
