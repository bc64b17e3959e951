# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The models of the benchmark and their requests. Importing this module imports TensorFlow."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving_s3.testing import saved_models

_IMAGE_SHAPE = (1, 224, 224, 3)
_MLP_LAYERS = (784, 512, 512, 10)
_MLP_BATCH = 32


@dataclasses.dataclass(frozen=True)
class Request:
    """A request to a model, in both protocols.

    Attributes:
        body: The JSON document for REST.
        message: The PredictRequest for gRPC.
    """

    body: bytes
    message: predict_pb2.PredictRequest


def _mlp(folder: Path) -> None:
    module = tf.Module()
    numbers = np.random.default_rng(1)
    module.layers = [
        (
            tf.Variable(numbers.normal(0, 0.05, shape).astype(np.float32)),
            tf.Variable(np.zeros(shape[1], np.float32)),
        )
        for shape in itertools.pairwise(_MLP_LAYERS)
    ]

    @tf.function(input_signature=[tf.TensorSpec([None, _MLP_LAYERS[0]], tf.float32, name="x")])  # type: ignore[untyped-decorator]
    def predict(x: Any) -> dict[str, Any]:
        for weights, bias in module.layers[:-1]:
            x = tf.nn.relu(tf.matmul(x, weights) + bias)
        weights, bias = module.layers[-1]
        return {"y": tf.nn.softmax(tf.matmul(x, weights) + bias)}

    tf.saved_model.save(module, str(folder), signatures={"serving_default": predict})


def _image(folder: Path) -> None:
    module = tf.Module()

    @tf.function(input_signature=[tf.TensorSpec([None, *_IMAGE_SHAPE[1:]], tf.float32, name="x")])  # type: ignore[untyped-decorator]
    def predict(x: Any) -> dict[str, Any]:
        return {"y": tf.reduce_mean(x, [1, 2])}

    tf.saved_model.save(module, str(folder), signatures={"serving_default": predict})


def _half_plus_three(folder: Path) -> None:
    saved_models.save_half_plus_three(folder)


def _random(*shape: int) -> Any:
    return np.random.default_rng(2).random(shape, np.float32)


_MODELS: dict[str, tuple[Callable[[Path], None], Callable[[], Any]]] = {
    "half_plus_three": (_half_plus_three, lambda: np.array([1, 2, 5], np.float32)),
    "mlp": (_mlp, lambda: _random(_MLP_BATCH, _MLP_LAYERS[0])),
    "image": (_image, lambda: _random(*_IMAGE_SHAPE)),
}


def save_model(name: str, folder: Path) -> None:
    """Saves a model as a SavedModel with the input x and the output y."""
    _MODELS[name][0](folder)


def make_request(name: str) -> Request:
    """Returns the request of a model.

    The numbers in JSON have nine digits, the precision of float32.
    """
    x = _MODELS[name][1]()
    rounded = np.round(x.astype(np.float64), 9).tolist()
    message = predict_pb2.PredictRequest()
    message.model_spec.name = name
    message.inputs["x"].CopyFrom(tf.make_tensor_proto(x))
    return Request(json.dumps({"instances": rounded}).encode(), message)
