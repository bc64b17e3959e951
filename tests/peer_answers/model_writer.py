# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Writes SavedModels with the signatures that a caller gives, and their models.config."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2

tf1 = tf.compat.v1
PREDICT, CLASSIFY, REGRESS = (
    "tensorflow/serving/" + method for method in ("predict", "classify", "regress")
)
UNSET = "unset"  # no tensor_shape in the TensorInfo
UNKNOWN = None  # tensor_shape { unknown_rank: true }
Shape = str | None | Sequence[int | None]
Signatures = Mapping[str, Any]
Build = Callable[[Any], Signatures]


def tensor_info(name: str, dtype: Any, shape: Shape) -> Any:
    """Returns a TensorInfo; it need not describe the tensor `name` correctly."""
    info = meta_graph_pb2.TensorInfo(name=name, dtype=dtype.as_datatype_enum)
    if shape is UNKNOWN:
        info.tensor_shape.unknown_rank = True
    elif shape != UNSET:
        info.tensor_shape.SetInParent()
        for size in shape:
            info.tensor_shape.dim.add().size = size
    return info


def of(tensor: Any, shape: Shape = "own", dtype: Any = None) -> Any:
    """Returns the TensorInfo of a graph tensor, with another shape or dtype if given."""
    if shape == "own":
        shape = (
            UNKNOWN
            if tensor.shape.rank is None
            else [-1 if d is None else d for d in tensor.shape.as_list()]
        )
    return tensor_info(tensor.name, dtype or tensor.dtype, shape)


def signature(inputs: Mapping[str, Any], outputs: Mapping[str, Any], method: str = PREDICT) -> Any:
    """Returns a SignatureDef; inputs and outputs are graph tensors or TensorInfos by alias."""
    sig = meta_graph_pb2.SignatureDef(method_name=method)
    for key, info in inputs.items():
        sig.inputs[key].CopyFrom(info if isinstance(info, meta_graph_pb2.TensorInfo) else of(info))
    for key, info in outputs.items():
        sig.outputs[key].CopyFrom(info if isinstance(info, meta_graph_pb2.TensorInfo) else of(info))
    return sig


class Writer:
    """Writes models to a folder and collects the lines of models.config."""

    def __init__(self, out: pathlib.Path):
        self.out = out
        self._config: list[str] = []

    def serve(self, name: str, folder: str, extra: str = "") -> None:
        """Adds a model to models.config."""
        self._config.append(
            f'  config {{ name: "{name}" base_path: "{self.out / folder}" '
            f'model_platform: "tensorflow" {extra}}}'
        )

    def graph(
        self,
        folder: str,
        build: Build,
        version: str = "1",
        *,
        config: bool = True,
        as_text: bool = False,
    ) -> None:
        """Writes a TF1-style SavedModel; build(session) returns its signatures."""
        with tf.Graph().as_default(), tf1.Session() as session:
            signatures = build(session)
            builder = tf1.saved_model.Builder(str(self.out / folder / version))
            builder.add_meta_graph_and_variables(
                session, ["serve"], signature_def_map=signatures, strip_default_attrs=True
            )
            builder.save(as_text=as_text)
        if config:
            self.serve(folder, folder)

    def functions(
        self,
        folder: str,
        signatures: Signatures,
        version: str = "1",
        *,
        module: Any = None,
        config: bool = True,
    ) -> None:
        """Writes a TF2-style SavedModel; `signatures` maps their names to tf.functions."""
        path = str(self.out / folder / version)
        tf.saved_model.save(module or tf.Module(), path, signatures=signatures)
        if config:
            self.serve(folder, folder)

    def config(self) -> str:
        """Returns the ModelServerConfig as text."""
        return "model_config_list {\n" + "\n".join(self._config) + "\n}\n"


def spec(shape: Any, dtype: Any, name: str) -> Any:
    """Returns a named TensorSpec."""
    return tf.TensorSpec(shape, dtype, name=name)


def takes(*specs: Any) -> Callable[[Callable[..., Any]], Any]:
    """Returns a decorator that makes a tf.function of these specs."""
    return lambda function: tf.function(function, input_signature=list(specs))
