# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The TF2-style models of the recorded answers: modules with tf.functions, and a Keras model."""

from __future__ import annotations

import pathlib
from typing import Any

import tensorflow as tf

from tests.peer_answers.model_writer import Signatures, spec, takes


def linear(slope: float, offset: float) -> tuple[Any, Signatures]:
    """Y = slope x + offset as a TF2 function with variables; x: [-1]."""
    module = tf.Module()
    module.slope, module.offset = tf.Variable(slope), tf.Variable(offset)
    return module, {
        "serving_default": takes(spec([None], tf.float32, "x"))(
            lambda x: {"y": module.slope * x + module.offset}
        )
    }


def functions() -> Signatures:
    """TF2 signatures: scalars beside rows, unknown rank, loops, strings, a ragged output."""

    @takes(
        spec([None, 3], tf.float32, "x"),
        spec([], tf.float32, "keep_prob"),
        spec([], tf.bool, "training"),
    )
    def scalars(x: Any, keep_prob: Any, training: Any) -> dict[str, Any]:
        return {"y": tf.where(training, x * keep_prob, x)}

    @takes()
    def nothing() -> dict[str, Any]:
        return {"v": tf.constant([1.0, 2.0]), "name": tf.constant("hello")}

    @takes(spec(None, tf.float32, "x"))
    def any_rank(x: Any) -> dict[str, Any]:
        return {"y": x * 2.0, "rank": tf.rank(x)}

    @takes(spec([None], tf.string, "s"))
    def strings(s: Any) -> dict[str, Any]:
        chars = tf.strings.length(s, unit="UTF8_CHAR")
        return {
            "bytes": tf.strings.length(s),
            "chars": chars,
            "upper": tf.strings.upper(s, encoding="utf-8"),
        }

    @takes(spec([None], tf.string, "s"))
    def echo(s: Any) -> dict[str, Any]:
        return {"s": tf.identity(s)}

    @takes(spec([], tf.int64, "n"))
    def loop(n: Any) -> dict[str, Any]:
        i = tf.constant(0, tf.int64)
        while i < n:
            i += 1
        return {"i": i}

    @takes(spec([None], tf.float32, "x"))
    def map_fn(x: Any) -> dict[str, Any]:
        return {"y": tf.map_fn(lambda v: v * 3.0, x)}

    @takes(spec([None], tf.float32, "x"))
    def dataset(x: Any) -> dict[str, Any]:
        rows = tf.data.Dataset.from_tensor_slices(x).map(lambda v: v + 1.0).batch(2)
        return {
            "y": tf.reshape(rows.reduce(tf.constant(0.0), lambda a, b: a + tf.reduce_sum(b)), [1])
        }

    @takes(spec([None], tf.float32, "x"))
    def ragged(x: Any) -> dict[str, Any]:
        return {"r": tf.RaggedTensor.from_row_lengths(x, [2, tf.size(x) - 2])}

    @takes(spec([None, None], tf.uint8, "image"))
    def pixels(image: Any) -> dict[str, Any]:
        return {"sum": tf.reduce_sum(tf.cast(image, tf.int64), axis=1)}

    @takes(spec([None, None], tf.int64, "ids"))
    def ids(ids: Any) -> dict[str, Any]:
        return {"sum": tf.reduce_sum(ids, 1), "same": ids}

    @takes(spec([None, None], tf.string, "words"))
    def join(words: Any) -> dict[str, Any]:
        return {"joined": tf.strings.reduce_join(words, 1, separator="|")}

    return {
        "scalars": scalars,
        "nothing": nothing,
        "any_rank": any_rank,
        "strings": strings,
        "echo": echo,
        "loop": loop,
        "map_fn": map_fn,
        "dataset": dataset,
        "ragged": ragged,
        "pixels": pixels,
        "ids": ids,
        "join": join,
    }


class Vocabulary(tf.Module):  # type: ignore[misc]
    """Lookup tables from an asset file, and a mutable table with contents."""

    def __init__(self, asset: str):
        super().__init__()
        text, index = tf.lookup.TextFileIndex.WHOLE_LINE, tf.lookup.TextFileIndex.LINE_NUMBER
        self.to_id = tf.lookup.StaticVocabularyTable(
            tf.lookup.TextFileInitializer(asset, tf.string, text, tf.int64, index), 1
        )
        self.to_word = tf.lookup.StaticHashTable(
            tf.lookup.TextFileInitializer(asset, tf.int64, index, tf.string, text), "UNK"
        )
        self.counts = tf.lookup.experimental.MutableHashTable(tf.string, tf.int64, -1)
        self.counts.insert(tf.constant(["kilo"]), tf.constant([42], tf.int64))

    @tf.function(input_signature=[spec([None], tf.string, "w")])  # type: ignore[untyped-decorator]
    def look_up(self, w: Any) -> dict[str, Any]:
        """Returns the ids of words, the words of the ids, and counts."""
        ids = self.to_id.lookup(w)
        return {"id": ids, "back": self.to_word.lookup(ids), "count": self.counts.lookup(w)}


def keras_model(path: pathlib.Path) -> None:
    """A Keras model with fixed weights, exported."""
    import keras

    features = keras.Input((4,), name="feat")
    hidden = keras.layers.Dense(2, activation="relu", name="hidden")
    out = keras.layers.Dense(1, name="out")
    model = keras.Model(features, out(hidden(features)))
    hidden.set_weights(
        [
            tf.constant([[1.0, -1.0], [0.5, 0.25], [0.0, 2.0], [-1.0, 1.0]]).numpy(),
            tf.constant([0.5, 0.0]).numpy(),
        ]
    )
    out.set_weights([tf.constant([[2.0], [1.0]]).numpy(), tf.constant([-1.0]).numpy()])
    model.export(str(path), verbose=False)
