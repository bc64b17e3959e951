# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Reads the signatures of a saved_model.pb without TensorFlow's runtime."""

from __future__ import annotations

import dataclasses
from typing import Any

from google.protobuf.message import DecodeError

from tensorflow_serving_s3 import _messages
from tensorflow_serving_s3.errors import StorageError

_SERVE = "serve"
_INTERNAL = "__saved_model_init_op"


@dataclasses.dataclass(frozen=True)
class Signature:
    """A signature of a graph.

    Attributes:
        inputs: The type and shape by name, such as `{"x": "float32[-1, 4]"}`.
        outputs: The same of the outputs.
        method: The method name, such as `tensorflow/serving/predict`.
    """

    inputs: dict[str, str]
    outputs: dict[str, str]
    method: str


def read_signatures(content: bytes, name: str) -> dict[str, Signature]:
    """Returns the signatures of the graph with the tag `serve`, by name.

    Args:
        content: A saved_model.pb.
        name: Its URL, for messages.

    Raises:
        StorageError: It is not a SavedModel, or it has no graph with the tag `serve`.
    """
    model = _messages.saved_model().SavedModel()
    try:
        model.ParseFromString(content)
    except DecodeError as error:
        raise StorageError(f"{name}: not a SavedModel: {error}; publish it again") from error
    graphs = [graph for graph in model.meta_graphs if _SERVE in graph.meta_info_def.tags]
    if not graphs:
        tags = sorted({tag for graph in model.meta_graphs for tag in graph.meta_info_def.tags})
        raise StorageError(
            f'{name}: no graph with the tag "{_SERVE}"; its tags are: {", ".join(tags) or "none"}; '
            "export it with tf.saved_model.save, or start the server with --saved_model_tags"
        )
    return {
        key: Signature(
            _tensors(signature.inputs), _tensors(signature.outputs), signature.method_name
        )
        for key, signature in sorted(graphs[0].signature_def.items())
        if key != _INTERNAL
    }


def _tensors(tensors: Any) -> dict[str, str]:
    return {name: describe_tensor(info) for name, info in sorted(tensors.items())}


def describe_tensor(info: Any) -> str:
    """Returns the type and the shape of a TensorInfo, such as `float32[-1, 4]`."""
    name = _messages.saved_model().DataType.Name(info.dtype)
    dtype = name.removeprefix("DT_").lower()
    dtype = {"float": "float32", "double": "float64"}.get(dtype, dtype)
    if info.tensor_shape.unknown_rank:
        return f"{dtype}[...]"
    return f"{dtype}[{', '.join(str(dim.size) for dim in info.tensor_shape.dim)}]"
