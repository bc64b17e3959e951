# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Saves the SavedModels of the conformance suite.

    make_models --output DIR

creates a folder for each model in DIR:

identity
    A signature for each element type, with the name of the type in TensorFlow (float32, bfloat16,
    ...): x of any shape -> y = x. `serving_default` is the signature for float32. The signature
    `bytes` has strings as x and returns them as y_bytes.

steps
    serving_default: x float[-1] -> y = 2 * x + 100, a different answer than half_plus_three.
    wrong: x float[-1] -> y = x; a row below zero fails the whole run.
"""

from __future__ import annotations

import argparse
import os
import pathlib
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import tensorflow as tf

_TYPES = (
    tf.float32,
    tf.float64,
    tf.float16,
    tf.bfloat16,
    tf.int8,
    tf.int16,
    tf.int32,
    tf.int64,
    tf.uint8,
    tf.uint16,
    tf.uint32,
    tf.uint64,
    tf.bool,
    tf.string,
    tf.complex64,
)


def _save(folder: pathlib.Path, module: Any, functions: dict[str, tuple[Any, Any]]) -> None:
    signatures = {
        name: tf.function(function, input_signature=[spec])
        for name, (function, spec) in functions.items()
    }
    tf.saved_model.save(module, str(folder), signatures=signatures)


def save_identity(folder: pathlib.Path) -> None:
    """Writes the model `identity`."""

    def same(x: Any) -> dict[str, Any]:
        return {"y": tf.identity(x)}

    def same_bytes(x: Any) -> dict[str, Any]:
        return {"y_bytes": tf.identity(x)}

    functions = {
        dtype.name: (same, tf.TensorSpec(shape=None, dtype=dtype, name="x")) for dtype in _TYPES
    }
    functions["serving_default"] = functions["float32"]
    functions["bytes"] = (same_bytes, tf.TensorSpec(shape=None, dtype=tf.string, name="x"))
    _save(folder, tf.Module(), functions)


def save_steps(folder: pathlib.Path) -> None:
    """Writes the model `steps`."""
    module = tf.Module()
    module.slope = tf.Variable(2.0, name="slope")

    def step(x: Any) -> dict[str, Any]:
        return {"y": module.slope * x + 100.0}

    def wrong(x: Any) -> dict[str, Any]:
        with tf.control_dependencies([tf.debugging.assert_non_negative(x)]):
            return {"y": tf.identity(x)}

    spec = tf.TensorSpec([None], tf.float32, name="x")
    _save(folder, module, {"serving_default": (step, spec), "wrong": (wrong, spec)})


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(
        description="Write the SavedModels of the conformance suite, one folder a model."
    )
    parser.add_argument(
        "--output", type=pathlib.Path, required=True, help="folder to write them to"
    )
    output: pathlib.Path = parser.parse_args().output
    tf.get_logger().setLevel("ERROR")
    save_identity(output / "identity")
    save_steps(output / "steps")


if __name__ == "__main__":
    main()
