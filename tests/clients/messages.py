# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The bytes of requests, and what responses contain. Importing this module imports TensorFlow."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import get_model_status_pb2, predict_pb2

_ENDLESS = 10**15  # Turns of a loop.


def predict(model: str, *, signature: str = "", **inputs: Any) -> bytes:
    """Returns a PredictRequest with tensors of arrays."""
    request = predict_pb2.PredictRequest()
    request.model_spec.name = model
    request.model_spec.signature_name = signature
    for name, value in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
    return bytes(request.SerializeToString())


def half(x: float = 1.0) -> bytes:
    """Returns a request for x / 2 + 3."""
    return predict("half", x=np.array([x], np.float32))


def endless() -> bytes:
    """Returns a request whose run does not end."""
    return predict("many", signature="wait", loops=np.int64(_ENDLESS))


def waiting(started: Path, awaited: Path) -> bytes:
    """Returns a request that creates the file `started` and ends when the file `awaited` exists."""
    return predict(
        "waiting",
        x=np.array([7.0], np.float32),
        started=[os.fsencode(started)],
        awaited=[os.fsencode(awaited)],
    )


def echo(content: bytes) -> bytes:
    """Returns a request for the same bytes, a multiple of four, which are taken for floats."""
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "identity"
    tensor = request.inputs["x"]
    tensor.dtype = tf.float32.as_datatype_enum
    tensor.tensor_shape.dim.add(size=len(content) // 4)
    tensor.tensor_content = content
    return bytes(request.SerializeToString())


def outputs(response: bytes) -> list[float]:
    """Returns the numbers of the output y of a PredictResponse."""
    tensor = predict_pb2.PredictResponse.FromString(response).outputs["y"]
    values: list[float] = tf.make_ndarray(tensor).tolist()
    return values


def content(response: bytes) -> bytes:
    """Returns the bytes of the output y of a PredictResponse."""
    return bytes(predict_pb2.PredictResponse.FromString(response).outputs["y"].tensor_content)


def status(model: str) -> bytes:
    """Returns a GetModelStatusRequest."""
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = model
    return bytes(request.SerializeToString())


def health(service: str) -> bytes:
    """Returns a HealthCheckRequest: one field with the number 1."""
    name = service.encode()
    return b"\x0a" + bytes([len(name)]) + name if name else b""
