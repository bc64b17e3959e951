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

import tensorflow as tf


class HalfPlusThree(tf.Module):  # type: ignore[misc]
    """y = x / 2 + 3."""

    def __init__(self) -> None:
        super().__init__()
        self.slope = tf.Variable(0.5, name="slope")
        self.offset = tf.Variable(3.0, name="offset")

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="x")])  # type: ignore[untyped-decorator]
    def predict(self, x: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns y for a vector x."""
        return {"y": self.slope * x + self.offset}

    def save(self, path: pathlib.Path) -> None:
        """Writes the SavedModel to the folder `path`."""
        tf.saved_model.save(self, str(path), signatures={"serving_default": self.predict})


class ManyTypes(tf.Module):  # type: ignore[misc]
    """Several signatures over the element types that clients send."""

    @tf.function(  # type: ignore[untyped-decorator]
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
        """Returns each input changed a little, in its own type and shape."""
        return {
            "doubled": 2.0 * floats,
            "negated": -ints,
            "shouted_bytes": tf.strings.upper(texts),
            "inverted": tf.logical_not(flag),
        }

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float64, name="values")])  # type: ignore[untyped-decorator]
    def statistics(self, values: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns how many values there are, and their mean."""
        return {"count": tf.size(values), "mean": tf.reduce_mean(values)}

    @tf.function(input_signature=[tf.TensorSpec([], tf.int32, name="index")])  # type: ignore[untyped-decorator]
    def gather(self, index: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns one of three values; an index beyond them is an error while it runs."""
        return {"value": tf.gather(tf.constant([10.0, 20.0, 30.0]), index)}

    @tf.function(input_signature=[tf.TensorSpec([], tf.int64, name="loops")])  # type: ignore[untyped-decorator]
    def wait(self, loops: tf.Tensor) -> dict[str, tf.Tensor]:
        """Takes as long as it is asked to, and returns the turns taken."""
        turns = tf.constant(0, tf.int64)
        while turns < loops:
            turns += 1
        return {"turns": turns}

    @tf.function(input_signature=[tf.TensorSpec([], tf.float32, name="x")])  # type: ignore[untyped-decorator]
    def nothing(self, x: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns no output."""
        del x
        return {}

    def save(self, path: pathlib.Path) -> None:
        """Writes the SavedModel to the folder `path`."""
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
    """Runs the command line."""
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
