# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Saves small SavedModels with known answers.

Importing this module imports TensorFlow, which takes seconds.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

# TensorFlow reads these when it is loaded. They disable its start-up messages. The message of
# oneDNN has no other switch.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import tensorflow as tf


def save_linear(folder: str | os.PathLike[str], *, slope: float, offset: float) -> Path:
    """Saves a model that computes `y = slope * x + offset`.

    The signature `serving_default` has the input `x` and the output `y`, float32 vectors of any
    length. The signature `double` returns `2 * y`.

    Args:
        folder: The folder of the SavedModel; created if it is missing.
        slope: The factor of x.
        offset: The constant term.

    Returns:
        The folder.
    """
    module = tf.Module()
    module.slope = tf.Variable(slope, dtype=tf.float32, name="slope")
    module.offset = tf.Variable(offset, dtype=tf.float32, name="offset")

    def predict(x: Any) -> dict[str, Any]:
        return {"y": module.slope * x + module.offset}

    def double(x: Any) -> dict[str, Any]:
        return {"y": 2.0 * (module.slope * x + module.offset)}

    inputs = [tf.TensorSpec([None], tf.float32, name="x")]
    return _save(module, folder, inputs, {"serving_default": predict, "double": double})


def save_half_plus_three(folder: str | os.PathLike[str]) -> Path:
    """Saves the model that computes `y = x / 2 + 3`; see `save_linear`."""
    return save_linear(folder, slope=0.5, offset=3.0)


def save_tf1_half_plus_three(folder: str | os.PathLike[str]) -> Path:
    """Saves `y = x / 2 + 3` with the signatures of saved_model_half_plus_three.

    This is a test model of TensorFlow Serving, a TensorFlow 1 graph. `serving_default` declares x
    and y with the shape [-1, 1], but the graph accepts any shape: clients send [1.0, 2.0, 5.0].
    `regress_x_to_y` and `classify_x_to_y` take tf.Examples with the feature x.

    Args:
        folder: The folder of the SavedModel; created if it is missing.

    Returns:
        The folder.
    """
    tf1 = tf.compat.v1
    with tf.Graph().as_default(), tf1.Session() as session:
        examples = tf1.placeholder(tf.string, name="tf_example")
        parsed = tf.io.parse_example(
            tf.reshape(examples, [-1]), {"x": tf.io.FixedLenFeature([1], tf.float32)}
        )
        x = tf.identity(parsed["x"], name="x")
        a = tf1.get_variable("a", initializer=0.5, use_resource=False)
        b = tf1.get_variable("b", initializer=3.0, use_resource=False)
        y = tf.add(tf.multiply(a, x), b, name="y")
        session.run(tf1.global_variables_initializer())
        # TensorFlow 2 logs a deprecation warning for each of these functions.
        logger = tf.get_logger()
        level = logger.level
        logger.setLevel("ERROR")
        try:
            signatures = {
                "serving_default": tf1.saved_model.predict_signature_def({"x": x}, {"y": y}),
                "regress_x_to_y": tf1.saved_model.regression_signature_def(examples, y),
                "classify_x_to_y": tf1.saved_model.classification_signature_def(examples, None, y),
            }
            builder = tf1.saved_model.Builder(os.fspath(folder))
            builder.add_meta_graph_and_variables(session, ["serve"], signature_def_map=signatures)
            builder.save()
        finally:
            logger.setLevel(level)
    return Path(folder)


def save_mixed(folder: str | os.PathLike[str]) -> Path:
    """Saves a model with several inputs and outputs of different types.

    Inputs, n being the batch size: `point` (float32, [n, 2]), `count` (int64, [n]), `word` (string,
    [n]). Outputs: `weighted` (float32, [n]) is `point[0] + 2 * point[1]`; `next` (int64, [n]) is
    `count + 1`; `greeting` (string, [n]) is "hello " and the word; `word_bytes` (string, [n]) is
    the word, in base64 in REST answers because of its name.

    Args:
        folder: The folder of the SavedModel; created if it is missing.

    Returns:
        The folder.
    """
    module = tf.Module()
    module.weights = tf.Variable([[1.0], [2.0]], dtype=tf.float32, name="weights")

    def predict(point: Any, count: Any, word: Any) -> dict[str, Any]:
        return {
            "weighted": tf.squeeze(tf.matmul(point, module.weights), axis=1),
            "next": count + 1,
            "greeting": tf.strings.join(["hello ", word]),
            "word_bytes": tf.identity(word),
        }

    inputs = [
        tf.TensorSpec([None, 2], tf.float32, name="point"),
        tf.TensorSpec([None], tf.int64, name="count"),
        tf.TensorSpec([None], tf.string, name="word"),
    ]
    return _save(module, folder, inputs, {"serving_default": predict})


def save_waiting(folder: str | os.PathLike[str]) -> Path:
    """Saves a model that answers when a file exists.

    Inputs: `x` (float32, [n]); `started` and `awaited` (string, [n]). The first elements of the
    strings are paths. The model writes an empty file `started`, polls until the file `awaited`
    exists, and returns `y`, which is x.

    Args:
        folder: The folder of the SavedModel; created if it is missing.

    Returns:
        The folder.
    """

    def predict(x: Any, started: Any, awaited: Any) -> dict[str, Any]:
        tf.io.write_file(started[0], "")
        # The loop must change the path as far as TensorFlow can see. Otherwise TensorFlow would
        # look for the file only once, before the loop.
        (path,) = tf.while_loop(
            lambda path: tf.equal(tf.size(tf.io.matching_files(path)), 0),
            lambda path: (tf.strings.regex_replace(path, "/+", "/"),),
            (awaited[0],),
        )
        with tf.control_dependencies([path]):
            return {"y": tf.identity(x)}

    inputs = [
        tf.TensorSpec([None], tf.float32, name="x"),
        tf.TensorSpec([None], tf.string, name="started"),
        tf.TensorSpec([None], tf.string, name="awaited"),
    ]
    return _save(tf.Module(), folder, inputs, {"serving_default": predict})


def save_large(folder: str | os.PathLike[str], *, mebibytes: int) -> Path:
    """Saves a model with one large variable of random numbers.

    The signature `serving_default` computes `y = x + v`, where `v` is the first number of the
    variable.

    Args:
        folder: The folder of the SavedModel; created if it is missing.
        mebibytes: The size of the variable.

    Returns:
        The folder.
    """
    module = tf.Module()
    module.ballast = tf.Variable(
        tf.random.stateless_uniform([mebibytes, 512, 512], seed=[1, 2]), name="ballast"
    )

    def predict(x: Any) -> dict[str, Any]:
        return {"y": x + module.ballast[0, 0, 0]}

    inputs = [tf.TensorSpec([None], tf.float32, name="x")]
    return _save(module, folder, inputs, {"serving_default": predict})


def _save(
    module: Any,
    folder: str | os.PathLike[str],
    inputs: Sequence[Any],
    functions: Mapping[str, Callable[..., dict[str, Any]]],
) -> Path:
    signatures = {
        name: tf.function(function, input_signature=inputs) for name, function in functions.items()
    }
    # TensorFlow generates temporary Python code and deletes it, but not the byte code that Python
    # would write beside it.
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        tf.saved_model.save(module, os.fspath(folder), signatures=signatures)
    finally:
        sys.dont_write_bytecode = before
    return Path(folder)
