# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the conversion of inputs and tensors, and the arithmetic of the benchmark."""

from __future__ import annotations

import collections
import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from tensorflow_serving_s3 import _messages
from tensorflow_serving_s3.client import ModelSpec, _bench, _inputs, _tensors
from tensorflow_serving_s3.errors import Error, RequestError

FLOATS = {"x": _inputs.InputSpec("DT_FLOAT", (-1,))}
TEXTS = {"s": _inputs.InputSpec("DT_STRING", (-1,))}
PAIR = {**FLOATS, **TEXTS}


@pytest.mark.parametrize(
    "array",
    [
        np.array([1.5, 2.0], np.float32),
        np.array([[1], [2]], np.int64),
        np.array(7, np.uint8),
        np.array([], np.float64),
        np.array([True, False]),
        np.array([1 + 2j], np.complex64),
        np.array([1.5], np.float16),
        np.array([1, 2], ">i4"),
        np.array([b"\xff", b""], object),
        np.array([[b"a"]], object),
    ],
)
def test_an_array_survives_a_tensor(array: Any) -> None:
    back = _tensors.to_array(_tensors.to_tensor(array))
    np.testing.assert_array_equal(back, array)
    assert back.dtype == array.dtype.newbyteorder("=")


def test_bfloat16_survives_a_tensor() -> None:
    import ml_dtypes

    array = np.array([1.5, -2.0], ml_dtypes.bfloat16)
    back = _tensors.to_array(_tensors.to_tensor(array))
    assert (back.dtype, back.tolist()) == (array.dtype, [1.5, -2.0])


@pytest.mark.parametrize(
    ("field", "values", "data_type", "expected"),
    [
        ("float_val", [1.0], "DT_FLOAT", [1.0, 1.0, 1.0]),
        ("int_val", [1, 2], "DT_INT16", [1, 2, 2]),
        ("int64_val", [], "DT_INT64", [0, 0, 0]),
        ("bool_val", [True], "DT_BOOL", [True, True, True]),
        ("half_val", [0x3C00], "DT_HALF", [1.0, 1.0, 1.0]),
        ("string_val", [b"a"], "DT_STRING", [b"a", b"a", b"a"]),
        ("scomplex_val", [1.0, 2.0], "DT_COMPLEX64", [1 + 2j] * 3),
    ],
)
def test_repeated_values_of_a_tensor_are_read(
    field: str, values: list[Any], data_type: str, expected: list[Any]
) -> None:
    messages = _messages.apis()
    tensor = messages.TensorProto(dtype=getattr(messages, data_type), **{field: values})
    tensor.tensor_shape.dim.add(size=3)
    assert _tensors.to_array(tensor).tolist() == expected


def test_texts_become_strings() -> None:
    tensor = _tensors.to_tensor(["a", "ü"])
    assert list(tensor.string_val) == [b"a", "ü".encode()]


@pytest.mark.parametrize("array", [np.array(["2026"], "M8[D]"), np.array([None, 1], object)])
def test_a_type_that_tensorflow_lacks_is_refused(array: Any) -> None:
    with pytest.raises(Error):
        _tensors.to_tensor(array)


def test_tensorflow_is_not_imported() -> None:
    _messages.apis()
    assert "tensorflow" not in sys.modules


@pytest.mark.parametrize(
    ("value", "inputs", "expected"),
    [
        ([1, 2.5], FLOATS, {"x": [1.0, 2.5]}),
        ({"x": [1]}, FLOATS, {"x": [1.0]}),
        (["a"], TEXTS, {"s": [b"a"]}),
        ([{"b64": "/w=="}], TEXTS, {"s": [b"\xff"]}),
        ({"x": [1], "s": ["a"]}, PAIR, {"x": [1.0], "s": [b"a"]}),
    ],
)
def test_json_becomes_the_inputs_of_a_signature(
    value: Any, inputs: dict[str, _inputs.InputSpec], expected: Any
) -> None:
    values = _inputs.to_values(_inputs.to_inputs(value, inputs), inputs)
    assert {name: array.tolist() for name, array in values.items()} == expected


@pytest.mark.parametrize(
    ("value", "inputs", "message"),
    [
        ([1], PAIR, r"name the inputs; the signature has s \(string\[-1\]\), x \(float\[-1\]\)"),
        ({"y": [1]}, FLOATS, r"the inputs are y; the signature has x"),
        ([[1], [1, 2]], FLOATS, r"input x .*the lists have different lengths"),
        (["a"], FLOATS, r"input x .*it is a text"),
        ([1], TEXTS, r"input s .*1 is not a text"),
        ([1.5], {"n": _inputs.InputSpec("DT_INT32", (-1,))}, r"input n .*fraction"),
        ([300], {"n": _inputs.InputSpec("DT_UINT8", (-1,))}, r"from 0 to 255"),
    ],
)
def test_json_that_does_not_fit_is_refused(value: Any, inputs: Any, message: str) -> None:
    with pytest.raises(Error, match=message):
        _inputs.to_values(_inputs.to_inputs(value, inputs), inputs)


def _image(tmp_path: Path) -> Path:
    path = tmp_path / "image.png"
    PIL.Image.new("RGB", (4, 2), (10, 20, 30)).save(path)
    return path


def test_an_image_is_sent_as_it_is_to_an_input_of_strings(tmp_path: Path) -> None:
    path = _image(tmp_path)
    (array,) = _inputs.to_values({"s": _inputs.load_file(path)}, TEXTS).values()
    assert array.tolist() == [path.read_bytes()]


@pytest.mark.parametrize(
    ("shape", "expected_shape", "first"),
    [
        ((-1, 2, 4, 3), (1, 2, 4, 3), [10.0, 20.0, 30.0]),
        ((-1, -1, -1, 3), (1, 2, 4, 3), [10.0, 20.0, 30.0]),
        ((-1, 6, 5, 3), (1, 6, 5, 3), [10.0, 20.0, 30.0]),
        ((2, 4, 1), (2, 4, 1), [18.0]),
    ],
)
def test_an_image_is_decoded_for_an_input_of_numbers(
    tmp_path: Path, shape: tuple[int, ...], expected_shape: tuple[int, ...], first: list[float]
) -> None:
    inputs = {"x": _inputs.InputSpec("DT_FLOAT", shape)}
    (array,) = _inputs.to_values({"x": _inputs.load_file(_image(tmp_path))}, inputs).values()
    assert (array.shape, array.dtype) == (expected_shape, np.float32)
    assert array.reshape(-1, shape[-1])[0].tolist() == first


def test_npy_files_are_read(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.array([1.0, 2.0]))
    (array,) = _inputs.to_values({"x": _inputs.load_file(tmp_path / "x.npy")}, FLOATS).values()
    assert (array.dtype, array.tolist()) == (np.float32, [1.0, 2.0])


def test_a_pickle_is_not_read(tmp_path: Path) -> None:
    content = io.BytesIO()
    np.save(content, np.array([{"a": 1}], object), allow_pickle=True)
    (tmp_path / "x.npy").write_bytes(content.getvalue())
    with pytest.raises(Error, match=r"x\.npy: not an array of numpy\.save"):
        _inputs.load_file(tmp_path / "x.npy")


def test_zeros_have_the_declared_shape() -> None:
    inputs = {"x": _inputs.InputSpec("DT_INT64", (-1, 3, -1)), **TEXTS}
    arrays = _inputs.zeros(inputs, 2)
    assert (arrays["x"].shape, arrays["s"].tolist()) == ((2, 3, 1), [b"", b""])


def test_the_path_of_a_model_is_quoted() -> None:
    assert ModelSpec("a/b c").path == "/v1/models/a%2Fb%20c"
    assert ModelSpec("a", version=3).path == "/v1/models/a/versions/3"
    assert ModelSpec("a", label="x/y").path == "/v1/models/a/labels/x%2Fy"
    with pytest.raises(ValueError, match="either a version or a label"):
        ModelSpec("a", version=3, label="x")


@pytest.mark.parametrize(
    ("percent", "expected"), [(50, 5), (90, 9), (99, 10), (100, 10), (0, 1), (10, 1), (11, 2)]
)
def test_percentiles(percent: float, expected: float) -> None:
    assert _bench.percentile([float(n) for n in range(1, 11)], percent) == expected


def test_a_report_counts_failures() -> None:
    report = _bench.report([0.001, 0.003], collections.Counter({"refused": 2}), 0.5)
    assert (report.requests, report.failed, report.errors) == (4, 2, {"refused": 2})
    assert (report.per_second, report.mean_ms, report.max_ms) == (4.0, 2.0, 3.0)
    assert report.percentiles_ms["p50"] == 1.0


def test_the_load_sends_the_number_of_requests() -> None:
    sent: list[int] = []

    def send() -> None:
        sent.append(1)
        if len(sent) % 3 == 0:
            raise RequestError("refused")

    report = _bench.bench(send, clients=4, requests=90, warmup=2)
    assert (report.requests, len(sent)) == (90, 92)
    assert report.failed == len(sent) // 3
