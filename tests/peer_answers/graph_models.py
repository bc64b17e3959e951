# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The TF1-style models of the recorded answers: functions that build a graph and its signatures."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tests.peer_answers.model_writer import (
    CLASSIFY,
    PREDICT,
    REGRESS,
    UNKNOWN,
    UNSET,
    Build,
    Signatures,
    of,
    signature,
    tensor_info,
    tf1,
)


def half_plus(offset: float) -> Build:
    """Y = x / 2 + offset, of tf.Examples or of a tensor fed behind the parser."""

    def build(session: Any) -> Signatures:
        serialized = tf1.placeholder(tf.string, name="tf_example")
        parsed = tf.io.parse_example(
            tf.reshape(serialized, [-1]),
            {
                "x": tf.io.FixedLenFeature([1], tf.float32),
                "x2": tf.io.FixedLenFeature([1], tf.float32, default_value=[0.0]),
            },
        )
        a = tf1.get_variable("a", initializer=tf.constant(0.5), use_resource=False)
        b = tf1.get_variable("b", initializer=tf.constant(offset), use_resource=False)
        c = tf1.get_variable("c", initializer=tf.constant(offset + 1.0), use_resource=False)
        x, x2 = tf.identity(parsed["x"], name="x"), tf.identity(parsed["x2"], name="x2")
        y, y2, y3 = (
            tf.add(a * x, b, name="y"),
            tf.add(a * x, c, name="y2"),
            tf.add(a * x2, c, name="y3"),
        )
        session.run(tf1.global_variables_initializer())
        return {
            "serving_default": signature({"x": of(x, [-1, 1])}, {"y": of(y, [-1, 1])}),
            "regress_x_to_y": signature(
                {"inputs": of(serialized, UNKNOWN)}, {"outputs": of(y, [-1, 1])}, REGRESS
            ),
            "regress_x_to_y2": signature(
                {"inputs": of(serialized, UNKNOWN)}, {"outputs": of(y2, [-1, 1])}, REGRESS
            ),
            "regress_x2_to_y3": signature(
                {"inputs": of(x2, [-1, 1])}, {"outputs": of(y3, [-1, 1])}, REGRESS
            ),
            "classify_x_to_y": signature(
                {"inputs": of(serialized, UNKNOWN)}, {"scores": of(y, [-1, 1])}, CLASSIFY
            ),
        }

    return build


def half_plus_three(session: Any) -> Signatures:
    """Y = x / 2 + 3, no TensorInfo has a shape."""
    x = tf1.placeholder(tf.float32, name="x")
    a = tf1.get_variable("a", initializer=tf.constant(0.5), use_resource=False)
    b = tf1.get_variable("b", initializer=tf.constant(3.0), use_resource=False)
    y = tf.add(a * x, b, name="y")
    session.run(tf1.global_variables_initializer())
    return {
        "serving_default": signature({"x": of(x, UNSET)}, {"y": of(y, UNSET)}),
        "tensorflow/serving/regress": signature(
            {"inputs": of(x, UNSET)}, {"outputs": of(y, UNSET)}, REGRESS
        ),
    }


def declared(session: Any) -> Signatures:
    """Y = 2x of any shape, declared in every way; some name tensors that do not exist."""
    x = tf1.placeholder(tf.float32, name="x")
    y = tf.multiply(x, 2.0, name="y")
    shapes = {
        "serving_default": [-1],
        "column": [-1, 1],
        "one": [1],
        "scalar": [],
        "row3": [1, 3],
        "four": [4],
        "matrix": [-1, 3],
        "free_matrix": [-1, -1],
        "cube": [-1, 2, 2],
        "zero": [0],
        "unset": UNSET,
        "unknown": UNKNOWN,
    }
    sigs = {
        name: signature({"x": of(x, shape)}, {"y": of(y, shape)}) for name, shape in shapes.items()
    }
    sigs["int_for_float"] = signature({"x": of(x, [-1], tf.int32)}, {"y": of(y, [-1])})
    sigs["double_for_float"] = signature({"x": of(x, [-1], tf.float64)}, {"y": of(y, [-1])})
    sigs["string_for_float"] = signature({"x": of(x, [-1], tf.string)}, {"y": of(y, [-1])})
    sigs["output_dtype"] = signature({"x": of(x, [-1])}, {"y": of(y, [-1], tf.int64)})
    sigs["no_such_input"] = signature(
        {"x": tensor_info("zz:0", tf.float32, [-1])}, {"y": of(y, [-1])}
    )
    sigs["no_such_output"] = signature(
        {"x": of(x, [-1])}, {"y": tensor_info("qq:0", tf.float32, [-1])}
    )
    sigs["no_index"] = signature(
        {"x": tensor_info("x", tf.float32, [-1])}, {"y": tensor_info("y", tf.float32, [-1])}
    )
    sigs["two_names"] = signature({"x": of(x, [-1])}, {"y": of(y, [-1]), "again": of(y, [-1])})
    sigs["same_input"] = signature({"x": of(x, [-1]), "also": of(x, [-1])}, {"y": of(y, [-1])})
    return sigs


def strict(session: Any) -> Signatures:
    """Placeholders with shapes of their own, so that the graph itself may refuse a shape."""
    column = tf1.placeholder(tf.float32, [None, 1], name="column")
    matrix = tf1.placeholder(tf.float32, [None, 3], name="matrix")
    weights = tf.constant([[1.0], [2.0], [3.0]])
    scalar = tf1.placeholder(tf.float32, [], name="scalar")
    vector = tf1.placeholder(tf.float32, [4], name="vector")
    return {
        "serving_default": signature(
            {"x": matrix}, {"y": tf.matmul(matrix, weights, name="product")}
        ),
        "column": signature({"x": column}, {"y": tf.add(column, 1.0, name="plus_one")}),
        "scalar": signature({"x": scalar}, {"y": tf.add(scalar, 1.0, name="scalar_plus_one")}),
        "vector": signature({"x": vector}, {"y": tf.add(vector, 1.0, name="vector_plus_one")}),
    }


DTYPES = [
    "float64",
    "float32",
    "float16",
    "bfloat16",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "bool",
    "string",
    "complex64",
    "complex128",
]


def types(session: Any) -> Signatures:
    """One echo signature a dtype, any shape."""
    sigs = {}
    for name in DTYPES:
        x = tf1.placeholder(getattr(tf, name), name="in_" + name)
        sigs[name] = signature(
            {"x": of(x, UNKNOWN)}, {"y": of(tf.identity(x, name="out_" + name), UNKNOWN)}
        )
    return sigs


def several(session: Any) -> Signatures:
    """A vector, a matrix and a string in and out; the name of one output ends in _bytes."""
    a = tf1.placeholder(tf.float32, [None], name="a")
    b = tf1.placeholder(tf.int32, [None, 2], name="b")
    s = tf1.placeholder(tf.string, [None], name="s")
    total = tf.add(a, tf.cast(tf.reduce_sum(b, 1), tf.float32), name="total")
    twice = tf.multiply(b, 2, name="twice")
    text, raw = tf.identity(s, name="text"), tf.identity(s, name="raw")
    count = tf.size(a, name="count")
    return {
        "serving_default": signature(
            {"a": a, "b": b, "s": s},
            {"total": total, "twice": twice, "text": text, "raw_bytes": raw},
        ),
        "one_output": signature({"a": a, "b": b}, {"total": total}),
        "with_count": signature({"a": a}, {"a2": tf.multiply(a, 2.0, name="a2"), "count": count}),
        "count_only": signature({"a": a}, {"count": count}),
        "only_bytes": signature({"s": s}, {"out_bytes": raw}),
        "odd_names": signature(
            {'q"uote': a, "naïve key": b, "b64": s}, {'out"put': total, "日本": text}
        ),
        "b64_input": signature({"b64": s}, {"text": text}),
        "instances": signature({"instances": a}, {"predictions": tf.multiply(a, 3.0, name="a3")}),
        "bytes_input": signature({"s_bytes": s}, {"length": tf.strings.length(s, name="length")}),
    }


def ops(session: Any) -> Signatures:
    """Graph errors and special values."""
    x = tf1.placeholder(tf.float32, [None], name="x")
    i = tf1.placeholder(tf.int32, [None], name="i")
    m = tf1.placeholder(tf.float32, [None, None], name="m")
    with tf.control_dependencies([tf1.debugging.assert_positive(x, message="x must be positive")]):
        checked = tf.identity(x, name="checked")
    with tf.control_dependencies([tf1.debugging.assert_less(x, 100.0, message='too "large"\n')]):
        quoted = tf.identity(x, name="quoted")
    div = tf.math.floordiv(tf.constant(10), i, name="div")
    special = tf.stack([x / 0.0, -x / 0.0, x * 0.0 / 0.0, x], 1, name="special")
    kept = tf.boolean_mask(x, x > 0)
    indices = tf1.placeholder(tf.int64, [None, 2], name="indices")
    values = tf1.placeholder(tf.float32, [None], name="values")
    dense_shape = tf1.placeholder(tf.int64, [2], name="dense_shape")
    dense = tf.sparse.reduce_sum(tf.SparseTensor(indices, values, dense_shape), 1)
    return {
        "positive": signature({"x": x}, {"y": checked}),
        "below100": signature({"x": x}, {"y": quoted}),
        "divide": signature({"i": i}, {"y": div}),
        "special": signature({"x": x}, {"y": special}),
        "filter": signature({"x": x}, {"y": tf.identity(kept, name="kept")}),
        "repeat": signature({"x": x}, {"y": tf.repeat(x, 3)}),
        "total": signature({"x": x}, {"y": tf.reduce_sum(x, name="sum")}),
        "constant": signature(
            {"x": x}, {"y": tf.identity(x, name="same"), "c": tf.constant([1.0, 2.0], name="c")}
        ),
        "row_sums": signature(
            {"m": m},
            {"sum": tf.reduce_sum(m, 1, name="row_sums"), "same": tf.identity(m, name="m_same")},
        ),
        "squeeze": signature({"m": m}, {"y": tf.squeeze(m, name="squeezed")}),
        "inverse": signature({"m": m}, {"y": tf.linalg.inv(m, name="inverse")}),
        "sparse_sum": signature(
            {"indices": indices, "values": values, "dense_shape": dense_shape}, {"y": dense}
        ),
        "doubles": signature({"x": x}, {"y": tf.cast(x, tf.float64, name="y64") / 3.0}),
        "complex": signature({"x": x}, {"y": tf.complex(x, -x, name="y_complex")}),
    }


def no_inputs(session: Any) -> Signatures:
    """Signatures without inputs, and one whose method has an unusual name."""
    v = tf1.get_variable("v", initializer=tf.constant([1.0, 2.0]), use_resource=False)
    session.run(tf1.global_variables_initializer())
    value, name = tf.identity(v, name="value"), tf.constant("hello", name="greeting")
    scalar = tf.reduce_sum(v, name="scalar")
    x = tf1.placeholder(tf.float32, [None], name="x")
    y = tf.add(x, 1.0, name="y")
    return {
        "vector": signature({}, {"v": value}),
        "two": signature({}, {"v": value, "name": name}),
        "scalar": signature({}, {"s": scalar}),
        "no_output": signature({"x": x}, {}),
        "no_method": signature({"x": x}, {"y": y}, ""),
        "own_method": signature({"x": x}, {"y": y}, "my/method"),
        "says_classify": signature({"x": x}, {"y": y}, CLASSIFY),
        "says_regress": signature({"x": x}, {"y": y}, REGRESS),
        "": signature({"x": x}, {"y": y}),
    }


def examples(session: Any) -> Signatures:
    """Classify and Regress over tf.Examples: outputs of right and wrong shapes and dtypes."""
    serialized = tf1.placeholder(tf.string, [None], name="serialized")
    parsed = tf.io.parse_example(
        serialized,
        {
            "age": tf.io.FixedLenFeature([1], tf.float32),
            "n": tf.io.FixedLenFeature([1], tf.int64, default_value=[5]),
            "pair": tf.io.FixedLenFeature([2], tf.float32, default_value=[0.25, 0.75]),
            "name": tf.io.FixedLenFeature([], tf.string, default_value="nobody"),
            "words": tf.io.VarLenFeature(tf.string),
        },
    )
    age, n, words = parsed["age"], parsed["n"], parsed["words"]
    scores = tf.concat([age, tf.cast(n, tf.float32)], 1, name="scores")
    classes = tf.stack(
        [parsed["name"], tf.strings.as_string(tf.reshape(n, [-1]))], 1, name="classes"
    )
    count = tf.shape(age)[0]
    value = tf.multiply(age, 2.0, name="value")
    flat = tf.reshape(value, [-1], name="flat")
    word_counts = tf.reduce_sum(
        tf.cast(tf.not_equal(tf.sparse.to_dense(words, "-"), "-"), tf.float32),
        1,
        name="word_counts",
    )

    def classify(**outputs: Any) -> Any:
        return signature({"inputs": serialized}, outputs, CLASSIFY)

    def regress(**outputs: Any) -> Any:
        return signature({"inputs": serialized}, outputs, REGRESS)

    return {
        "serving_default": classify(classes=classes, scores=scores),
        "scores_only": classify(scores=scores),
        "classes_only": classify(classes=classes),
        "pair_scores": classify(scores=tf.identity(parsed["pair"], name="pair_scores")),
        "uneven": classify(
            classes=classes, scores=tf.concat([scores, scores], 1, name="four_scores")
        ),
        "uneven_rows": classify(
            classes=classes, scores=tf.concat([scores, scores], 0, name="twice_the_rows")
        ),
        "flat_scores": classify(scores=flat),
        "double_scores": classify(scores=tf.cast(scores, tf.float64, name="double_scores")),
        "int_classes": classify(classes=tf.identity(n, name="int_classes"), scores=age),
        "extra_output": classify(classes=classes, scores=scores, more=value),
        "no_known_output": classify(other=scores),
        "regression": regress(outputs=value),
        "regression_flat": regress(outputs=flat),
        "regression_wide": regress(outputs=scores),
        "regression_scalar": regress(outputs=tf.reduce_sum(value, name="all")),
        "regression_double": regress(outputs=tf.cast(value, tf.float64, name="value64")),
        "regression_int": regress(outputs=tf.identity(n, name="value_int")),
        "regression_rows": regress(outputs=tf.tile(value, [2, 1], name="tiled")),
        "regression_name": regress(value=value),
        "regression_extra": regress(outputs=value, more=age),
        "word_counts": regress(outputs=word_counts),
        "names": classify(classes=tf.expand_dims(parsed["name"], 1, name="names")),
        "input_name": signature({"examples": serialized}, {"outputs": value}, REGRESS),
        "predict": signature({"examples": serialized}, {"scores": scores}),
        "predict_many": signature(
            {"examples": serialized}, {"scores": scores, "classes": classes, "count": count}
        ),
        "sparse": signature(
            {"examples": serialized}, {"words": tf1.saved_model.utils.build_tensor_info(words)}
        ),
        "predict_as_regress": signature({"inputs": serialized}, {"outputs": value}, PREDICT),
        "predict_as_classify": signature({"inputs": serialized}, {"scores": scores}, PREDICT),
    }


def only_sparse(session: Any) -> Signatures:
    """The one signature has a sparse output, so that no request can be answered."""
    serialized = tf1.placeholder(tf.string, [None], name="serialized")
    words = tf.io.parse_example(serialized, {"words": tf.io.VarLenFeature(tf.string)})["words"]
    return {
        "serving_default": signature(
            {"examples": serialized}, {"words": tf1.saved_model.utils.build_tensor_info(words)}
        )
    }


def with_default(session: Any) -> Signatures:
    """A placeholder_with_default, and an input that is an output too."""
    x = tf1.placeholder(tf.float32, [None], name="x")
    k = tf1.placeholder_with_default(tf.constant(2.0), [], name="k")
    y = tf.multiply(x, k, name="y")
    return {
        "serving_default": signature({"x": x, "k": k}, {"y": y}),
        "without_k": signature({"x": x}, {"y": y}),
        "fed_and_fetched": signature({"x": x, "k": k}, {"y": y, "same": x}),
    }


def signature_defaults(session: Any) -> Signatures:
    """SignatureDef.defaults gives a value for k."""
    x = tf1.placeholder(tf.float32, [None], name="x")
    k = tf1.placeholder(tf.float32, [], name="k")
    sig = signature({"x": x, "k": k}, {"y": tf.multiply(x, k, name="y")})
    sig.defaults["k"].CopyFrom(tf.make_tensor_proto(10.0))
    return {"serving_default": sig}


def no_default_signature(session: Any) -> Signatures:
    """One signature, and it is not called serving_default."""
    x = tf1.placeholder(tf.float32, [None], name="x")
    return {"custom": signature({"x": x}, {"y": tf.add(x, 1.0, name="y")})}


def times_ten(session: Any) -> Signatures:
    """Y = 10x; for tags, the text format and odd model names."""
    x = tf1.placeholder(tf.float32, [None], name="x")
    return {"serving_default": signature({"x": x}, {"y": tf.multiply(x, 10.0, name="y")})}
