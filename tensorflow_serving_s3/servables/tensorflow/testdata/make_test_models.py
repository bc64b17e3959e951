# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Writes the SavedModels that tests serve.

    make_test_models --output DIR

creates DIR if it does not exist and writes one folder for each model:

half_plus_three
    serving_default: x float[-1] -> y float[-1], y = x / 2 + 3; two variables.

many_types
    serving_default: returns each input changed in another way, so that mixed-up inputs show.
      floats float[-1, 2] -> doubled; ints int64[-1] -> negated;
      texts string[-1] -> shouted_bytes, upper case; flag bool[] -> inverted.
    statistics: values double[-1] -> count int32[], mean double[].
    gather: index int32[] -> value float[], one of [10, 20, 30]; an index out of
      range fails while the graph runs.
    wait: loops int64[] -> turns int64[]; counts to `loops` in a loop.
    nothing: x float[] -> no output.

tf_examples
    Signatures that take serialized tf.Examples as "inputs", with the features x and
      bias (default 0). Their method names are those of TensorFlow 1.
    serving_default, classify: classes [["high", "low"]], scores [[x, 1 - x]].
    classify_classes, classify_scores: only one of the two outputs.
    classify_and_more: scores and another output.
    classify_and_sparse: scores and a sparse output.
    classify_declared_float: like classify, but the input is declared as float.
    regress_sparse: outputs is sparse.
    regress: outputs = 2 * x + bias, [n]; regress_column: the same as [n, 1].
    regress_apart: outputs = -x, of another input tensor.
    Other signatures are invalid; the name of each says why.

native_tf_examples
    Signatures as TensorFlow 2 exports them, all with the method name of Predict:
    serving_default: inputs -> classes, scores as above.
    regress: inputs -> outputs as above.

counter
    serving_default: x float[-1] -> y, the same; counts its runs.
    runs: no input -> count int64[], the number of these runs.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import shutil
from typing import Any

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
    """Signatures with all element types that tests send."""

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
        """Returns each input changed, with the same type and shape."""
        return {
            "doubled": 2.0 * floats,
            "negated": -ints,
            "shouted_bytes": tf.strings.upper(texts),
            "inverted": tf.logical_not(flag),
        }

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float64, name="values")])  # type: ignore[untyped-decorator]
    def statistics(self, values: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the number of values and their mean."""
        return {"count": tf.size(values), "mean": tf.reduce_mean(values)}

    @tf.function(input_signature=[tf.TensorSpec([], tf.int32, name="index")])  # type: ignore[untyped-decorator]
    def gather(self, index: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns one of three values; fails during the run if the index is out of range."""
        return {"value": tf.gather(tf.constant([10.0, 20.0, 30.0]), index)}

    @tf.function(input_signature=[tf.TensorSpec([], tf.int64, name="loops")])  # type: ignore[untyped-decorator]
    def wait(self, loops: tf.Tensor) -> dict[str, tf.Tensor]:
        """Counts to `loops` in a loop and returns the count."""
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


def parse_features(serialized: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns x and bias of serialized tf.Examples."""
    features = tf.io.parse_example(
        serialized,
        {
            "x": tf.io.FixedLenFeature([], tf.float32),
            "bias": tf.io.FixedLenFeature([], tf.float32, default_value=0.0),
        },
    )
    return features["x"], features["bias"]


def classify(x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the classes and scores of examples with the feature x."""
    classes = tf.tile([["high", "low"]], [tf.size(x), 1])
    return classes, tf.stack([x, 1.0 - x], axis=1)


class Examples:
    """Signatures with the method names that only TensorFlow 1 writes."""

    def __init__(self) -> None:
        self.signatures: dict[str, Any] = {}

    def add(
        self,
        name: str,
        method: str,
        inputs: dict[str, tf.Tensor],
        outputs: dict[str, tf.Tensor | tf.SparseTensor],
    ) -> None:
        """Adds a signature."""
        info = tf.compat.v1.saved_model.utils.build_tensor_info
        self.signatures[name] = tf.compat.v1.saved_model.build_signature_def(
            inputs={alias: info(tensor) for alias, tensor in inputs.items()},
            outputs={alias: info(tensor) for alias, tensor in outputs.items()},
            method_name=f"tensorflow/serving/{method}",
        )

    def save(self, path: pathlib.Path) -> None:
        """Writes the SavedModel to the folder `path`."""
        v1 = tf.compat.v1
        with tf.Graph().as_default(), v1.Session() as session:
            serialized = v1.placeholder(tf.string, [None], name="serialized")
            apart = v1.placeholder(tf.string, [None], name="apart")
            number = v1.placeholder(tf.float32, [None], name="number")
            slope = v1.get_variable("slope", initializer=2.0, use_resource=True)
            x, bias = parse_features(serialized)
            classes, scores = classify(x)
            values = slope * x + bias
            inputs = {"inputs": serialized}
            both = {"classes": classes, "scores": scores}
            self.add("serving_default", "classify", inputs, both)
            self.add("classify", "classify", inputs, both)
            self.add("classify_classes", "classify", inputs, {"classes": classes})
            self.add("classify_scores", "classify", inputs, {"scores": scores})
            self.add("classify_and_more", "classify", inputs, {"more": x, "scores": scores})
            sparse = tf.sparse.from_dense(scores)
            self.add("classify_and_sparse", "classify", inputs, {"more": sparse, "scores": scores})
            self.add("classify_declared_float", "classify", inputs, both)
            declared = self.signatures["classify_declared_float"].inputs["inputs"]
            declared.dtype = tf.float32.as_datatype_enum
            self.add("regress", "regress", inputs, {"outputs": values})
            self.add("regress_sparse", "regress", inputs, {"outputs": sparse})
            column = tf.expand_dims(values, 1)
            self.add("regress_column", "regress", inputs, {"outputs": column})
            self.add(
                "regress_apart",
                "regress",
                {"inputs": apart},
                {"outputs": -parse_features(apart)[0]},
            )

            self.add("two_inputs", "classify", {"inputs": serialized, "more": apart}, both)
            self.add("misnamed_input", "classify", {"examples": serialized}, both)
            self.add("number_input", "regress", {"inputs": number}, {"outputs": -number})
            self.add("no_output", "classify", inputs, {})
            self.add("three_outputs", "classify", inputs, {**both, "more": x})
            self.add("misnamed_outputs", "classify", inputs, {"labels": classes})
            self.add("classes_number", "classify", inputs, {"classes": scores})
            self.add("scores_flat", "classify", inputs, {"scores": x})
            self.add("scores_double", "classify", inputs, {"scores": tf.cast(scores, tf.float64)})
            self.add(
                "unequal_outputs", "classify", inputs, {"classes": classes, "scores": scores[:, :1]}
            )
            doubled = tf.concat([scores, scores], 0)
            self.add("scores_of_more", "classify", inputs, {"scores": doubled})
            self.add("regress_two_outputs", "regress", inputs, {"outputs": values, "more": x})
            self.add("regress_misnamed", "regress", inputs, {"values": values})
            self.add("regress_wide", "regress", inputs, {"outputs": scores})
            self.add("regress_int", "regress", inputs, {"outputs": tf.cast(x, tf.int32)})
            self.add("regress_of_more", "regress", inputs, {"outputs": tf.concat([x, x], 0)})

            session.run(v1.global_variables_initializer())
            # The builder fails if the folder exists.
            shutil.rmtree(path, ignore_errors=True)
            builder = v1.saved_model.Builder(str(path))
            builder.add_meta_graph_and_variables(
                session, ["serve"], signature_def_map=self.signatures
            )
            builder.save()


class NativeExamples(tf.Module):  # type: ignore[misc]
    """Signatures that take serialized tf.Examples, as TensorFlow 2 exports them."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="inputs")])  # type: ignore[untyped-decorator]
    def classify(self, inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns classes and scores."""
        classes, scores = classify(parse_features(inputs)[0])
        return {"classes": classes, "scores": scores}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="inputs")])  # type: ignore[untyped-decorator]
    def regress(self, inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns one value for each example."""
        x, bias = parse_features(inputs)
        return {"outputs": 2.0 * x + bias}

    def save(self, path: pathlib.Path) -> None:
        """Writes the SavedModel to the folder `path`."""
        tf.saved_model.save(
            self,
            str(path),
            signatures={"serving_default": self.classify, "regress": self.regress},
        )


class Counter(tf.Module):  # type: ignore[misc]
    """Counts its runs."""

    def __init__(self) -> None:
        super().__init__()
        self.count = tf.Variable(0, dtype=tf.int64, name="count")

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="x")])  # type: ignore[untyped-decorator]
    def predict(self, x: tf.Tensor) -> dict[str, tf.Tensor]:
        """Increments the count and returns its input."""
        self.count.assign_add(1)
        return {"y": tf.identity(x)}

    @tf.function(input_signature=[])  # type: ignore[untyped-decorator]
    def runs(self) -> dict[str, tf.Tensor]:
        """Returns the number of runs of predict."""
        return {"count": self.count.read_value()}

    def save(self, path: pathlib.Path) -> None:
        """Writes the SavedModel to the folder `path`."""
        tf.saved_model.save(
            self, str(path), signatures={"serving_default": self.predict, "runs": self.runs}
        )


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(
        description="Write the SavedModels that tests serve, one folder for each model."
    )
    parser.add_argument(
        "--output", type=pathlib.Path, required=True, help="folder to write them to"
    )
    output: pathlib.Path = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    tf.get_logger().setLevel("ERROR")
    HalfPlusThree().save(output / "half_plus_three")
    ManyTypes().save(output / "many_types")
    Examples().save(output / "tf_examples")
    NativeExamples().save(output / "native_tf_examples")
    Counter().save(output / "counter")


if __name__ == "__main__":
    main()
