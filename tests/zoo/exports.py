# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Saves SavedModels as different exporters write them, with inputs for their signatures.

Each function saves one SavedModel in a new folder and returns the calls that the test sends. The
test computes the expected outputs with TensorFlow.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import numpy as np
import tensorflow as tf
from tensorflow_serving_s3.testing.saved_models import save_tf1_half_plus_three

tf1 = tf.compat.v1

SERVE = ("serve",)


@dataclass(frozen=True)
class SignatureCall:
    """A call of one signature.

    Attributes:
        signature: The name of the signature.
        inputs: The value of each input, by alias: an array, or a value that becomes an array.
        rows: Whether all inputs and outputs have the same number of rows, as the row format of
            REST requires.
    """

    signature: str
    inputs: Mapping[str, Any]
    rows: bool = True


Export = Callable[[Path], Sequence[SignatureCall]]


def _floats(values: Any) -> Any:
    return np.asarray(values, np.float32)


def _ints(values: Any) -> Any:
    return np.asarray(values, np.int32)


def _longs(values: Any) -> Any:
    return np.asarray(values, np.int64)


def _takes(*specs: Any) -> Callable[[Callable[..., Any]], Any]:
    """Returns a decorator that creates a tf.function with these inputs."""
    return lambda function: tf.function(function, input_signature=list(specs))


def tf1_half_plus_three(folder: Path) -> Sequence[SignatureCall]:
    """TensorFlow Serving's example, with declared shapes: TensorFlow rejects other shapes."""
    save_tf1_half_plus_three(folder)
    return [SignatureCall("serving_default", {"x": _floats([[1.0], [2.0], [5.0]])})]


def tf1_undeclared_shapes(folder: Path) -> Sequence[SignatureCall]:
    """The half_plus_three of TensorFlow Serving's tests without shapes in TensorInfo."""
    with tf.Graph().as_default(), tf1.Session() as session:
        x = tf1.placeholder(tf.float32, name="x")
        y = tf.add(x * 0.5, 3.0, name="y")
        signature = tf1.saved_model.predict_signature_def({"x": x}, {"y": y})
        for info in (signature.inputs["x"], signature.outputs["y"]):
            info.ClearField("tensor_shape")
        _save_graph(folder, session, {"serving_default": signature})
    return [
        SignatureCall("serving_default", {"x": _floats([1.0, 2.0, 5.0])}),
        SignatureCall("serving_default", {"x": _floats([[1.0], [2.0]])}),
        SignatureCall("serving_default", {"x": _floats(4.0)}, rows=False),
    ]


def tf1_tables_and_partitions(folder: Path) -> Sequence[SignatureCall]:
    """A lookup table that the init op fills from an asset file, and partitioned variables."""
    vocabulary = _write_lines(folder.parent / "vocabulary-of-tf1.txt", ["red", "green", "blue"])
    with tf.Graph().as_default(), tf1.Session() as session:
        words = tf1.placeholder(tf.string, [None], name="words")
        asset = tf.constant(str(vocabulary), name="asset")
        table = tf1.lookup.StaticHashTable(
            tf1.lookup.TextFileInitializer(
                asset,
                tf.string,
                tf1.lookup.TextFileIndex.WHOLE_LINE,
                tf.int64,
                tf1.lookup.TextFileIndex.LINE_NUMBER,
            ),
            default_value=3,
        )
        embeddings = tf1.get_variable(
            "embeddings",
            [4, 2],
            initializer=tf1.ones_initializer(),
            partitioner=tf1.fixed_size_partitioner(3),
            use_resource=False,
        )
        vectors = tf.nn.embedding_lookup(embeddings, table.lookup(words), name="vectors")
        session.run([tf1.global_variables_initializer(), tf1.tables_initializer()])
        _save_graph(
            folder,
            session,
            {
                "serving_default": tf1.saved_model.predict_signature_def(
                    {"words": words}, {"vectors": vectors}
                )
            },
            main_op=tf1.tables_initializer(),
        )
    return [SignatureCall("serving_default", {"words": [b"blue", b"red", b"violet"]})]


def estimator(folder: Path) -> Sequence[SignatureCall]:
    """The signatures that an Estimator exports: classify, regress and predict, with tf.Examples."""
    with tf.Graph().as_default(), tf1.Session() as session:
        serialized = tf1.placeholder(tf.string, [None], name="input_example_tensor")
        features = tf.io.parse_example(
            serialized,
            {
                "age": tf.io.FixedLenFeature([1], tf.float32),
                "hours": tf.io.FixedLenFeature([1], tf.float32, default_value=[40.0]),
                "interests": tf.io.VarLenFeature(tf.string),
            },
        )
        count = tf.cast(
            tf.sparse.reduce_sum(
                tf.SparseTensor(
                    features["interests"].indices,
                    tf.ones_like(features["interests"].values, tf.float32),
                    features["interests"].dense_shape,
                ),
                axis=1,
                keepdims=True,
            ),
            tf.float32,
        )
        inputs = tf.concat([features["age"], features["hours"], count], 1)
        weights = tf1.get_variable("w", initializer=_floats([[0.02], [0.01], [-0.3]]))
        logits = tf.matmul(inputs, weights)
        logistic = tf.sigmoid(logits, name="logistic")
        scores = tf.concat([1.0 - logistic, logistic], 1, name="probabilities")
        classes = tf.tile([["no", "yes"]], [tf.shape(scores)[0], 1])
        class_ids = tf.expand_dims(tf.argmax(scores, 1), 1)
        session.run(tf1.global_variables_initializer())
        classify = tf1.saved_model.classification_signature_def(serialized, classes, scores)
        _save_graph(
            folder,
            session,
            {
                "serving_default": classify,
                "classification": classify,
                "regression": tf1.saved_model.regression_signature_def(serialized, logistic),
                "predict": tf1.saved_model.predict_signature_def(
                    {"examples": serialized},
                    {"probabilities": scores, "class_ids": class_ids, "classes": classes},
                ),
            },
        )
    examples = [
        _example(age=[39.0], interests=[b"chess", b"rowing"]),
        _example(age=[17.5], hours=[10.0]),
    ]
    return [SignatureCall("predict", {"examples": examples})]


def several_tag_sets(folder: Path) -> Sequence[SignatureCall]:
    """One SavedModel with a graph for training and one for serving."""
    builder = tf1.saved_model.Builder(os.fspath(folder))
    for first, tags in ((True, ["train"]), (False, list(SERVE))):
        with tf.Graph().as_default(), tf1.Session() as session:
            x = tf1.placeholder(tf.float32, [None, 2], name="x")
            v = tf1.get_variable("v", initializer=_floats([[1.0], [10.0]]), use_resource=False)
            y = tf.matmul(x, v)
            if first:
                y = y + 1000.0
            signatures = {
                "serving_default": tf1.saved_model.predict_signature_def({"x": x}, {"y": y})
            }
            session.run(tf1.global_variables_initializer())
            if first:
                builder.add_meta_graph_and_variables(session, tags, signature_def_map=signatures)
            else:
                builder.add_meta_graph(tags, signature_def_map=signatures)
    builder.save()
    return [SignatureCall("serving_default", {"x": _floats([[1.0, 2.0], [3.0, 4.0]])})]


def keras_functional(folder: Path) -> Sequence[SignatureCall]:
    """Keras 3: two inputs with names, an embedding, a recurrent layer."""
    import keras

    keras.utils.set_random_seed(1)
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    price = keras.Input((1,), name="price")
    state = keras.layers.GRU(4)(keras.layers.Embedding(20, 3)(tokens))
    merged = keras.layers.Concatenate()([state, price])
    model = keras.Model(
        {"tokens": tokens, "price": price},
        {
            "score": keras.layers.Dense(1, name="score")(merged),
            "kind": keras.layers.Dense(3, activation="softmax", name="kind")(merged),
        },
    )
    model.export(os.fspath(folder), verbose=False)
    inputs = {"tokens": _ints([[1, 2, 3], [4, 5, 6]]), "price": _floats([[0.5], [9.0]])}
    return [SignatureCall("serving_default", inputs), SignatureCall("serve", inputs)]


def keras_image(folder: Path) -> Sequence[SignatureCall]:
    """Keras 3: a convolution over images, with batch normalisation."""
    import keras

    keras.utils.set_random_seed(2)
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3), name="image"),
            keras.layers.Rescaling(1 / 255.0),
            keras.layers.Conv2D(4, 3, activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(5, activation="softmax"),
        ]
    )
    model.export(os.fspath(folder), verbose=False)
    (alias,) = _input_aliases(folder, "serving_default")
    image = np.arange(2 * 8 * 8 * 3, dtype=np.float32).reshape(2, 8, 8, 3) % 255
    return [SignatureCall("serving_default", {alias: image})]


def keras_text(folder: Path) -> Sequence[SignatureCall]:
    """Keras 3: text input, a vocabulary, and an additional endpoint."""
    import keras

    keras.utils.set_random_seed(3)
    vectorize = keras.layers.TextVectorization(output_sequence_length=4, vocabulary=["good", "bad"])
    score = keras.layers.Dense(1)
    score.build((None, 4))
    vectorize.build((None,))

    archive = keras.export.ExportArchive()
    archive.track(vectorize)
    archive.track(score)
    archive.add_endpoint(
        "score_text",
        lambda text: {"score": score(tf.cast(vectorize(text), tf.float32))},
        [tf.TensorSpec([None], tf.string, name="text")],
    )
    archive.write_out(os.fspath(folder), verbose=False)
    return [SignatureCall("score_text", {"text": [b"good movie", b"bad, bad"]})]


def keras_2(folder: Path) -> Sequence[SignatureCall]:
    """Keras 2 (tf-keras): the format of model.save."""
    import tf_keras

    tf_keras.utils.set_random_seed(4)
    inputs = tf_keras.Input((3,), name="dense_input")
    hidden = tf_keras.layers.Dense(4, activation="tanh")(inputs)
    model = tf_keras.Model(inputs, tf_keras.layers.Dense(2)(tf_keras.layers.Dropout(0.5)(hidden)))
    model.save(os.fspath(folder), save_format="tf")
    return [SignatureCall("serving_default", {"dense_input": _floats([[1, 2, 3], [4, 5, 6]])})]


def tables(folder: Path) -> Sequence[SignatureCall]:
    """TensorFlow 2: vocabularies from assets, and a mutable table with contents."""
    vocabulary = _write_lines(folder.parent / "vocabulary.txt", ["alpha", "bravo", "charlie"])

    class Model(tf.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            index = tf.lookup.TextFileIndex
            self.ids = tf.lookup.StaticVocabularyTable(
                tf.lookup.TextFileInitializer(
                    os.fspath(vocabulary),
                    tf.string,
                    index.WHOLE_LINE,
                    tf.int64,
                    index.LINE_NUMBER,
                ),
                num_oov_buckets=2,
            )
            self.counts = tf.lookup.experimental.MutableHashTable(tf.string, tf.int64, -1)
            self.counts.insert(tf.constant(["alpha"]), tf.constant([7], tf.int64))

    model = Model()
    look_up = tf.function(
        lambda word: {"id": model.ids.lookup(word), "count": model.counts.lookup(word)},
        input_signature=[tf.TensorSpec([None], tf.string, name="word")],
    )
    tf.saved_model.save(model, os.fspath(folder), signatures=look_up)
    vocabulary.unlink()
    return [SignatureCall("serving_default", {"word": [b"charlie", b"alpha", b"zulu"]})]


def ragged_and_sparse(folder: Path) -> Sequence[SignatureCall]:
    """Ragged and sparse tensors in the graph, and a signature that returns a sparse tensor."""

    @_takes(tf.TensorSpec([None], tf.string, name="text"))
    def count_words(text: Any) -> dict[str, Any]:
        words = tf.strings.split(text)
        return {
            "count": words.row_lengths(),
            "padded": words.to_tensor(default_value="-"),
            "longest": tf.reduce_max(tf.strings.length(words), axis=1),
        }

    @_takes(
        tf.TensorSpec([None, 2], tf.int64, name="indices"),
        tf.TensorSpec([None], tf.float32, name="values"),
        tf.TensorSpec([2], tf.int64, name="dense_shape"),
    )
    def sum_rows(indices: Any, values: Any, dense_shape: Any) -> dict[str, Any]:
        return {"sum": tf.sparse.reduce_sum(tf.SparseTensor(indices, values, dense_shape), axis=1)}

    @_takes(tf.TensorSpec([None], tf.string, name="text"))
    def split(text: Any) -> dict[str, Any]:
        return {"words": tf.strings.split(text).to_sparse()}

    tf.saved_model.save(
        tf.Module(),
        os.fspath(folder),
        signatures={"serving_default": count_words, "sum_rows": sum_rows, "split": split},
    )
    sparse = {
        "indices": _longs([[0, 1], [2, 0], [2, 3]]),
        "values": _floats([1.5, 2.0, 4.0]),
        "dense_shape": _longs([3, 4]),
    }
    return [
        SignatureCall("serving_default", {"text": [b"to be or not", b"one"]}),
        SignatureCall("sum_rows", sparse, rows=False),
    ]


def jpeg_classifier(folder: Path) -> Sequence[SignatureCall]:
    """JPEG images, which the graph decodes with tf.map_fn."""

    @_takes(tf.TensorSpec([None], tf.string, name="image_bytes"))
    def classify(image_bytes: Any) -> dict[str, Any]:
        def mean_of(image: Any) -> Any:
            pixels = tf.image.decode_jpeg(image, channels=3)
            return tf.reduce_mean(tf.cast(pixels, tf.float32), axis=[0, 1])

        return {
            "mean": tf.map_fn(mean_of, image_bytes, tf.float32),
            "key_bytes": tf.io.decode_base64(tf.io.encode_base64(image_bytes)),
        }

    tf.saved_model.save(tf.Module(), os.fspath(folder), signatures=classify)
    images = [
        tf.io.encode_jpeg(tf.fill([4, 4, 3], tf.constant(shade, tf.uint8))).numpy()
        for shade in (10, 200)
    ]
    return [SignatureCall("serving_default", {"image_bytes": images})]


def scalars_beside_rows(folder: Path) -> Sequence[SignatureCall]:
    """A scalar input beside a batch, a loop, a condition, and two outputs of different ranks."""

    @_takes(
        tf.TensorSpec([None, 2], tf.float32, name="x"),
        tf.TensorSpec([], tf.int32, name="steps"),
        tf.TensorSpec([], tf.bool, name="negate"),
    )
    def iterate(x: Any, steps: Any, negate: Any) -> dict[str, Any]:
        y = x
        for _ in tf.range(steps):
            y = y * 2.0
        if negate:
            y = -y
        return {"y": y, "rank": tf.rank(x)}

    tf.saved_model.save(tf.Module(), os.fspath(folder), signatures={"iterate": iterate})
    inputs = {
        "x": _floats([[1.0, 2.0]]),
        "steps": _ints(3),
        "negate": np.bool_(True),
    }
    return [SignatureCall("iterate", inputs, rows=False)]


def text_tokens(folder: Path) -> Sequence[SignatureCall]:
    """tensorflow-text: custom ops and a vocabulary in the graph."""
    from tensorflow_text.python.ops.whitespace_tokenizer import WhitespaceTokenizer

    class Model(tf.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.tokenizer = WhitespaceTokenizer()
            self.ids = tf.lookup.StaticHashTable(
                tf.lookup.KeyValueTensorInitializer(
                    ["what", "this"], tf.constant([1, 2], tf.int64)
                ),
                default_value=0,
            )

    model = Model()

    @_takes(tf.TensorSpec([None], tf.string, name="text"))
    def tokenize(text: Any) -> dict[str, Any]:
        tokens = model.tokenizer.tokenize(text)
        return {"ids": tf.ragged.map_flat_values(model.ids.lookup, tokens).to_tensor()}

    tf.saved_model.save(model, os.fspath(folder), signatures=tokenize)
    return [SignatureCall("serving_default", {"text": [b"what is this", b"this"]})]


EXPORTS: Mapping[str, Export] = {
    export.__name__: export
    for export in (
        tf1_half_plus_three,
        tf1_undeclared_shapes,
        tf1_tables_and_partitions,
        estimator,
        several_tag_sets,
        keras_functional,
        keras_image,
        keras_text,
        keras_2,
        tables,
        ragged_and_sparse,
        jpeg_classifier,
        scalars_beside_rows,
        text_tokens,
    )
}


def _save_graph(
    folder: Path, session: Any, signatures: Mapping[str, Any], *, main_op: Any = None
) -> None:
    builder = tf1.saved_model.Builder(os.fspath(folder))
    builder.add_meta_graph_and_variables(
        session,
        list(SERVE),
        signature_def_map=signatures,
        main_op=main_op,
        assets_collection=tf1.get_collection(tf1.GraphKeys.ASSET_FILEPATHS),
        strip_default_attrs=True,
    )
    builder.save()


def _write_lines(path: Path, lines: Sequence[str]) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def _example(**features: Sequence[Any]) -> bytes:
    example = tf.train.Example()
    for name, values in features.items():
        feature = example.features.feature[name]
        if isinstance(values[0], bytes):
            feature.bytes_list.value.extend(values)
        else:
            feature.float_list.value.extend(values)
    return bytes(example.SerializeToString())


def _input_aliases(folder: Path, signature: str) -> list[str]:
    graph = tf.saved_model.load(os.fspath(folder)).signatures[signature]
    return sorted(graph.structured_input_signature[1])
