# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Writes the SavedModels that tests serve.

    make_test_models --output DIR

makes one folder a model in DIR, which is created where it does not exist:

half_plus_three
    serving_default: x float[-1] -> y float[-1], y = x / 2 + 3; two variables.

many_types
    serving_default: every input comes back changed, so that a mix-up shows.
      floats float[-1, 2] -> doubled; ints int64[-1] -> negated;
      texts string[-1] -> shouted_bytes, upper case; flag bool[] -> inverted.
    statistics: values double[-1] -> count int32[], mean double[].
    gather: index int32[] -> value float[], out of [10, 20, 30]; an index
      outside fails while the graph runs.
    wait: loops int64[] -> turns int64[]; counts up to `loops` in a loop, as
      long as the caller likes.
    nothing: x float[] -> no output at all.
"""

from __future__ import annotations

import argparse
import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import tensorflow as tf  # noqa: E402


class HalfPlusThree(tf.Module):
    """y = x / 2 + 3."""

    def __init__(self) -> None:
        super().__init__()
        self.slope = tf.Variable(0.5, name="slope")
        self.offset = tf.Variable(3.0, name="offset")

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="x")])
    def predict(self, x: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"y": self.slope * x + self.offset}

    def save(self, path: pathlib.Path) -> None:
        tf.saved_model.save(
            self, str(path), signatures={"serving_default": self.predict}
        )


class ManyTypes(tf.Module):
    """Several signatures over the element types that clients send."""

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, 2], tf.float32, name="floats"),
            tf.TensorSpec([None], tf.int64, name="ints"),
            tf.TensorSpec([None], tf.string, name="texts"),
            tf.TensorSpec([], tf.bool, name="flag"),
        ]
    )
    def change(
        self, floats: tf.Tensor, ints: tf.Tensor, texts: tf.Tensor, flag: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        return {
            "doubled": 2.0 * floats,
            "negated": -ints,
            "shouted_bytes": tf.strings.upper(texts),
            "inverted": tf.logical_not(flag),
        }

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float64, name="values")])
    def statistics(self, values: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"count": tf.size(values), "mean": tf.reduce_mean(values)}

    @tf.function(input_signature=[tf.TensorSpec([], tf.int32, name="index")])
    def gather(self, index: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"value": tf.gather(tf.constant([10.0, 20.0, 30.0]), index)}

    @tf.function(input_signature=[tf.TensorSpec([], tf.int64, name="loops")])
    def wait(self, loops: tf.Tensor) -> dict[str, tf.Tensor]:
        turns = tf.constant(0, tf.int64)
        while turns < loops:
            turns += 1
        return {"turns": turns}

    @tf.function(input_signature=[tf.TensorSpec([], tf.float32, name="x")])
    def nothing(self, x: tf.Tensor) -> dict[str, tf.Tensor]:
        del x
        return {}

    def save(self, path: pathlib.Path) -> None:
        tf.saved_model.save(
            self,
            str(path),
            signatures={
                "serving_default": self.change,
                "statistics": self.statistics,
                "gather": self.gather,
                "wait": self.wait,
                "nothing": self.nothing,
            },
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Write the SavedModels that tests serve, one folder a model."
    )
    parser.add_argument(
        "--output", type=pathlib.Path, required=True, help="folder to write them to"
    )
    output: pathlib.Path = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    HalfPlusThree().save(output / "half_plus_three")
    ManyTypes().save(output / "many_types")


if __name__ == "__main__":
    main()
