# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the formats of REST predict requests, and the errors of invalid ones."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.e2e import clients

_INTEGERS = {
    "int8": (-(2**7), 2**7 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint8": (0, 2**8 - 1),
    "uint16": (0, 2**16 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1),
}
_ROW = {"floats": [1.0, 2.0], "ints": 3, "texts": "a", "flag": True}


def _predict(server: ModelServer, model: str, body: Any) -> tuple[int, Any]:
    response = clients.post(server, body, path=f"/v1/models/{model}:predict")
    return response.status_code, response.json()


def _same(server: ModelServer, dtype: str, value: str) -> tuple[int, Any]:
    """Sends one columnar JSON value to the identity function of a type."""
    body = f'{{"signature_name": "{dtype}", "inputs": {value}}}'
    return _predict(server, "identity", body)


def _error(server: ModelServer, model: str, body: Any) -> str:
    code, answer = _predict(server, model, body)
    assert (code, list(answer)) == (400, ["error"])
    return str(answer["error"])


def _type_error(server: ModelServer, dtype: str, value: str) -> str:
    return _error(server, "identity", f'{{"signature_name": "{dtype}", "inputs": {value}}}')


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"signature_name": "serving_default"}, ["instances", "inputs"]),
        ({"instances": [1.0], "inputs": [1.0]}, ["instances", "inputs"]),
        ({"instances": [1.0], "signature_name": 7}, ["signature_name"]),
        ([], []),
        ("", []),
        ("{", []),
    ],
    ids=["neither", "both", "signature name is no string", "no object", "nothing", "cut off"],
)
def test_exactly_one_of_instances_and_inputs(
    server: ModelServer, body: Any, words: list[str]
) -> None:
    message = _error(server, "half", body)
    assert all(word in message for word in words), message


def test_unknown_keys_are_ignored(server: ModelServer) -> None:
    body = {"before": {"deep": [None, 1e40]}, "instances": [1.0], "after": "x"}
    assert _predict(server, "half", body) == (200, {"predictions": [3.5]})


@pytest.mark.parametrize("value", ["1e400", '"\\x"', "01", "nan"])
def test_the_values_of_unknown_keys_are_valid(server: ModelServer, value: str) -> None:
    _error(server, "half", f'{{"unknown": {value}, "instances": [1.0]}}')


def test_the_signature_may_be_named_after_the_values(server: ModelServer) -> None:
    text = '{"inputs": 5, "signature_name": "int8"}'
    assert _predict(server, "identity", text) == (200, {"outputs": 5})


@pytest.mark.parametrize("instances", [[], {}, 1.0, "a", None])
def test_rows_are_a_list_that_is_not_empty(server: ModelServer, instances: Any) -> None:
    assert "instances" in _error(server, "half", {"instances": instances})


def test_rows_of_bare_values_for_one_input(server: ModelServer) -> None:
    assert _predict(server, "half", {"instances": [1, 2.0]}) == (200, {"predictions": [3.5, 4.0]})


def test_rows_of_objects_for_one_input(server: ModelServer) -> None:
    body = {"instances": [{"x": 1}, {"x": 2.0}]}
    assert _predict(server, "half", body) == (200, {"predictions": [3.5, 4.0]})


def test_rows_of_objects_for_several_inputs(server: ModelServer) -> None:
    inputs = {"floats": [[1, 2], [3, 4]], "ints": [5, 6], "texts": ["a", "b"], "flag": True}
    code, answer = _predict(server, "many", {"inputs": inputs})
    assert (code, answer["outputs"]["negated"]) == (200, [-5, -6])


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ({name: value for name, value in _ROW.items() if name != "ints"}, "ints"),
        ({**_ROW, "more": 1}, "more"),
        ([1.0, 2.0], "object"),
    ],
    ids=["one is missing", "one too many", "no object"],
)
def test_keys_of_rows_equal_the_inputs_exactly(server: ModelServer, row: Any, word: str) -> None:
    assert word in _error(server, "many", {"instances": [row]})


def test_rows_with_and_without_names_do_not_mix(server: ModelServer) -> None:
    _error(server, "half", {"instances": [{"x": 1.0}, 2.0]})


def test_columns_by_name_or_bare(server: ModelServer) -> None:
    assert _predict(server, "half", {"inputs": {"x": [1.0]}}) == (200, {"outputs": [3.5]})
    assert _predict(server, "half", {"inputs": [1.0]}) == (200, {"outputs": [3.5]})


def test_a_missing_column_is_named(server: ModelServer) -> None:
    body = {"inputs": {"floats": [[1, 2]], "texts": ["a"], "flag": True}}
    assert "ints" in _error(server, "many", body)


def test_an_unknown_column_is_ignored(server: ModelServer) -> None:
    body = {"inputs": {"x": [1.0], "z": [1.0]}}
    assert _predict(server, "half", body) == (200, {"outputs": [3.5]})


def test_shapes_come_from_the_first_element(server: ModelServer) -> None:
    for text in ("1.0", "[1.0]", "[[1.0, 2.0], [3.0, 4.0]]", "[[[]], [[]]]", "[[[[1.0]]]]", "[]"):
        assert _same(server, "float32", text) == (200, {"outputs": json.loads(text)})


@pytest.mark.parametrize(
    "value",
    ["[[1, 2], [3]]", "[[1], [2, 3]]", "[[1], 2]", "[1, [2]]", "[[], [1]]"],
)
def test_ragged_lists_are_errors_that_name_the_place(server: ModelServer, value: str) -> None:
    message = _type_error(server, "float32", value)
    assert "1" in message and "x" in message, message


def test_a_ragged_list_names_size_level_and_element(server: ModelServer) -> None:
    message = _type_error(server, "float32", "[[[1, 2], [1, 2]], [[1, 2], [1, 2, 3]]]")
    assert "3" in message and "2" in message and "level" in message, message


def test_base64_objects_are_bytes(server: ModelServer) -> None:
    text = json.dumps({"b64": base64.b64encode(b"\xffbytes").decode()})
    body = f'{{"signature_name": "bytes", "inputs": [{text}]}}'
    assert _predict(server, "identity", body) == (200, {"outputs": [json.loads(text)]})


@pytest.mark.parametrize(
    "value", ['{"b64": "YQ==", "more": 1}', '{"b64": "?"}', '{"b64": 1}', '{"base64": "YQ=="}']
)
def test_base64_is_the_only_key_of_its_object(server: ModelServer, value: str) -> None:
    _type_error(server, "string", f"[{value}]")


def test_base64_is_for_strings_only(server: ModelServer) -> None:
    _type_error(server, "float32", '[{"b64": "YQ=="}]')


def test_whole_numbers_are_accepted_for_floats(server: ModelServer) -> None:
    for dtype in ("float32", "float64", "float16", "bfloat16"):
        assert _same(server, dtype, "[1, -2]") == (200, {"outputs": [1.0, -2.0]})


@pytest.mark.parametrize("dtype", _INTEGERS)
def test_fractions_are_errors_for_integers(server: ModelServer, dtype: str) -> None:
    for value in ("1.0", "1e0", "0.5", '"1"', "true", "null"):
        _type_error(server, dtype, f"[{value}]")


@pytest.mark.parametrize("dtype", _INTEGERS)
def test_integers_are_checked_against_the_range_of_their_type(
    server: ModelServer, dtype: str
) -> None:
    lowest, highest = _INTEGERS[dtype]
    assert _same(server, dtype, f"[{lowest}, {highest}]") == (200, {"outputs": [lowest, highest]})
    for value in (lowest - 1, highest + 1, 10**30):
        assert str(value) in _type_error(server, dtype, f"[{value}]")


@pytest.mark.parametrize(
    ("dtype", "value"),
    [("float32", "1e309"), ("float64", "1e309"), ("float16", "65520"), ("bfloat16", "3.4e38")],
)
def test_floats_are_checked_against_the_range_of_their_type(
    server: ModelServer, dtype: str, value: str
) -> None:
    _type_error(server, dtype, f"[{value}]")


def test_a_double_beyond_the_range_of_a_float_is_infinite(server: ModelServer) -> None:
    code, answer = _same(server, "float32", "[3.5e38, -1e39]")
    assert (code, str(answer["outputs"])) == (200, "[inf, -inf]")


def test_doubles_are_read_to_the_last_digit(server: ModelServer) -> None:
    for value in ("0.1", "2.2250738585072014e-308", "5e-324", "1.7976931348623157e308"):
        assert _same(server, "float64", value) == (200, {"outputs": float(value)})


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16"])
def test_nan_and_infinity_have_no_quotes(server: ModelServer, dtype: str) -> None:
    code, answer = _same(server, dtype, "[NaN, -NaN, Infinity, -Infinity, Inf]")
    assert (code, str(answer["outputs"])) == (200, "[nan, nan, inf, -inf, inf]")


@pytest.mark.parametrize("value", ["nan", "inf", "+Infinity", "Infinit", '"NaN"', "+1"])
def test_other_words_are_not_numbers(server: ModelServer, value: str) -> None:
    _type_error(server, "float32", f"[{value}]")


def test_half_and_bfloat16_work(server: ModelServer) -> None:
    assert _same(server, "float16", "[0.5, 65504]") == (200, {"outputs": [0.5, 65504.0]})
    assert _same(server, "bfloat16", "[0.5, 65536]") == (200, {"outputs": [0.5, 65536.0]})


def test_bools_are_true_and_false(server: ModelServer) -> None:
    assert _same(server, "bool", "[true, false]") == (200, {"outputs": [True, False]})
    for value in ("1", '"true"', "null", "True"):
        _type_error(server, "bool", f"[{value}]")


def test_strings_are_unescaped(server: ModelServer) -> None:
    text = '"\\u00e9\\n\\"\\ud83d\\ude00 é"'
    assert _same(server, "string", text) == (200, {"outputs": json.loads(text)})
    for value in ("1", "null", "true", '"\\ud83d"', '"\\x"', '"\n"'):
        _type_error(server, "string", f"[{value}]")


@pytest.mark.parametrize("after", ["x", "{}", ",", "}", "]", '{"instances": [1.0]}'])
def test_text_after_the_value_is_an_error(server: ModelServer, after: str) -> None:
    _error(server, "half", '{"instances": [1.0]}' + after)


@pytest.mark.parametrize("after", ["\x00", "\n\x00", "\x00 and more"])
def test_text_after_a_nul_is_ignored(server: ModelServer, after: str) -> None:
    assert _predict(server, "half", '{"instances": [1.0]}' + after) == (200, {"predictions": [3.5]})


def test_a_byte_order_mark_is_ignored(server: ModelServer) -> None:
    body = b'\xef\xbb\xbf{"instances": [1.0]}'
    assert _predict(server, "half", body) == (200, {"predictions": [3.5]})


def test_white_space_around_the_value_is_ignored(server: ModelServer) -> None:
    body = '\r\n\t {"instances": [1.0]} \n'
    assert _predict(server, "half", body) == (200, {"predictions": [3.5]})


def test_bytes_that_are_not_utf8_are_accepted_unchanged(server: ModelServer) -> None:
    body = b'{"signature_name": "string", "inputs": "\xff"}'
    assert _predict(server, "identity", body) == (200, {"outputs": {"b64": "/w=="}})


def test_lists_deeper_than_a_tensor_are_errors(server: ModelServer) -> None:
    _type_error(server, "float32", "[" * 300 + "1" + "]" * 300)


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("classify", {"signature_name": "classify"}),
        ("classify", {"signature_name": "classify", "examples": []}),
        ("classify", {"signature_name": "classify", "examples": [1]}),
        ("regress", {"signature_name": "regress", "examples": [{"x": {"a": 1}}]}),
        ("regress", {"signature_name": "regress", "examples": [{"x": [1.0, "a"]}]}),
        ("regress", {"signature_name": "regress", "context": [], "examples": [{"x": 1.0}]}),
    ],
)
def test_invalid_examples_are_errors(server: ModelServer, method: str, body: Any) -> None:
    response = clients.post(server, body, path=f"/v1/models/examples:{method}")
    assert (response.status_code, list(response.json())) == (400, ["error"])


def test_examples_with_lists_bytes_and_a_context(server: ModelServer) -> None:
    example = {"x": [0.25], "unused": {"b64": "/w=="}, "words": ["a", "b"], "none": []}
    body = {"signature_name": "regress", "context": {"bias": 2.0}, "examples": [example]}
    response = clients.post(server, body, path="/v1/models/examples:regress")
    assert (response.status_code, response.json()) == (200, {"results": [2.5]})
