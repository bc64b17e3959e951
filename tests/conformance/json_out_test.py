# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the format of REST answers, including exact bytes where clients depend on them."""

from __future__ import annotations

import base64
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.e2e import clients
from tests.e2e.waiting import wait_for


def _text(server: ModelServer, model: str, body: Any, *, method: str = "predict") -> str:
    response = clients.post(server, body, path=f"/v1/models/{model}:{method}")
    assert response.status_code == 200, response.text
    return response.content.decode("utf-8", errors="strict")


def _same(server: ModelServer, dtype: str, value: str) -> str:
    """Sends one columnar JSON value and returns the JSON text of "outputs"."""
    body = f'{{"signature_name": "{dtype}", "inputs": {value}}}'
    text = "".join(_text(server, "identity", body).split())
    return text.removeprefix('{"outputs":').removesuffix("}")


def _examples(*values: float, signature: str) -> dict[str, Any]:
    return {"signature_name": signature, "examples": [{"x": value} for value in values]}


def _example(x: float) -> bytes:
    features = {"x": tf.train.Feature(float_list=tf.train.FloatList(value=[x]))}
    example = tf.train.Example(features=tf.train.Features(feature=features))
    return bytes(example.SerializeToString())


def test_rows_of_one_output_drop_its_name(server: ModelServer) -> None:
    assert json.loads(_text(server, "half", {"instances": [1.0]})) == {"predictions": [3.5]}


def test_rows_of_several_outputs_are_objects(server: ModelServer) -> None:
    example = {"b64": base64.b64encode(_example(0.25)).decode()}
    answer = json.loads(_text(server, "native", {"instances": [example]}))
    row = {"classes": ["high", "low"], "scores": [0.25, 0.75]}
    assert answer == {"predictions": [row]}


def test_columns_of_one_output_drop_its_name(server: ModelServer) -> None:
    assert json.loads(_text(server, "half", {"inputs": [1.0]})) == {"outputs": [3.5]}


def test_columns_of_several_outputs_have_names(server: ModelServer) -> None:
    body = {"signature_name": "statistics", "inputs": [1.0, 2.0]}
    assert json.loads(_text(server, "many", body)) == {"outputs": {"count": 2, "mean": 1.5}}


def test_rows_need_outputs_of_equal_batch_sizes(server: ModelServer) -> None:
    body = {"signature_name": "statistics", "instances": [1.0, 2.0]}
    response = clients.post(server, body, path="/v1/models/many:predict")
    assert response.status_code == 400
    assert "count" in response.json()["error"]


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16"])
def test_whole_floats_keep_their_fraction(server: ModelServer, dtype: str) -> None:
    assert _same(server, dtype, "[4, -1, 0]") == "[4.0,-1.0,0.0]"


def test_integers_have_no_fraction(server: ModelServer) -> None:
    assert _same(server, "int64", "[9223372036854775807]") == "[9223372036854775807]"
    assert _same(server, "uint64", "[18446744073709551615]") == "[18446744073709551615]"


def test_floats_read_back_to_the_same_float(server: ModelServer) -> None:
    bits = np.random.default_rng(1).integers(0, 2**32, 2_000, dtype=np.uint32)
    floats = bits.view(np.float32)
    floats = floats[np.isfinite(floats)]
    text = _same(server, "float32", json.dumps([float(value) for value in floats]))
    assert np.float32(json.loads(text)).tolist() == floats.tolist()


def test_doubles_read_back_to_the_same_double(server: ModelServer) -> None:
    bits = np.random.default_rng(2).integers(0, 2**63, 2_000, dtype=np.uint64)
    doubles = bits.view(np.float64)
    values = [float(value) for value in doubles[np.isfinite(doubles)]]
    text = _same(server, "float64", json.dumps(values))
    assert [struct.pack("d", value) for value in json.loads(text)] == [
        struct.pack("d", value) for value in values
    ]


@pytest.mark.parametrize(
    ("dtype", "value"),
    [
        ("float32", "0.1"),
        ("float32", "16777216.0"),
        ("float32", "3.4028235e38"),
        ("float64", "0.1"),
        ("float64", "0.30000000000000004"),
        ("float64", "5e-324"),
    ],
)
def test_floats_are_written_in_their_shortest_form(
    server: ModelServer, dtype: str, value: str
) -> None:
    text = _same(server, dtype, value)
    assert float(text) == float(value)
    # The format of the exponent may differ; the digits may not.
    assert text.split("e")[0].strip("0.").replace(".", "") == value.split("e")[0].strip(
        "0."
    ).replace(".", "")


def test_nan_and_infinity_have_no_quotes(server: ModelServer) -> None:
    assert _same(server, "float32", "[NaN,Infinity,-Infinity]") == "[NaN,Infinity,-Infinity]"


def test_scalars_and_empty_batches(server: ModelServer) -> None:
    assert _same(server, "float32", "4.5") == "4.5"
    assert _same(server, "float32", "[]") == "[]"
    assert _same(server, "string", "[[],[]]") == "[[],[]]"


def test_bools(server: ModelServer) -> None:
    assert _same(server, "bool", "[true,false]") == "[true,false]"


def test_strings_are_base64_if_the_name_ends_in_bytes(server: ModelServer) -> None:
    assert _same(server, "string", '["hi"]') == '["hi"]'
    assert _same(server, "bytes", '["hi"]') == '[{"b64":"aGk="}]'


def test_strings_that_are_not_utf8_are_base64(server: ModelServer) -> None:
    assert _same(server, "string", '["hi",{"b64":"/wA="}]') == '["hi",{"b64":"/wA="}]'


def test_strings_are_escaped(server: ModelServer) -> None:
    value = 'quote " backslash \\ \n \x01 é 😀 \u2028'
    body = {"signature_name": "string", "inputs": value}
    assert json.loads(_text(server, "identity", body)) == {"outputs": value}


def test_classify_pairs_labels_and_scores(server: ModelServer) -> None:
    text = _text(server, "examples", _examples(0.25, signature="classify"), method="classify")
    assert json.loads(text) == {"results": [[["high", 0.25], ["low", 0.75]]]}
    assert "0.25" in text


def test_classify_without_labels_or_without_scores(server: ModelServer) -> None:
    text = _text(
        server, "examples", _examples(0.25, signature="classify_scores"), method="classify"
    )
    assert json.loads(text) == {"results": [[["", 0.25], ["", 0.75]]]}
    text = _text(
        server, "examples", _examples(0.25, signature="classify_classes"), method="classify"
    )
    assert json.loads(text) == {"results": [[["high", 0.0], ["low", 0.0]]]}


def test_regress_lists_values(server: ModelServer) -> None:
    text = _text(server, "examples", _examples(0.25, 1.0, signature="regress"), method="regress")
    assert "".join(text.split()) == '{"results":[0.5,2.0]}'


def test_status_has_versions_as_strings_newest_first(server: ModelServer) -> None:
    body = clients.get(server, "/v1/models/two").json()
    assert [entry["version"] for entry in body["model_version_status"]] == ["2", "1"]
    assert body["model_version_status"][0] == {
        "version": "2",
        "state": "AVAILABLE",
        "status": {"error_code": "OK", "error_message": ""},
    }


def test_metadata_is_in_snake_case_with_int64_as_strings(server: ModelServer) -> None:
    body = clients.get(server, "/v1/models/many/metadata").json()
    assert set(body) == {"model_spec", "metadata"}
    assert set(body["metadata"]) == {"signature_def"}
    signature = body["metadata"]["signature_def"]["signature_def"]["serving_default"]
    assert set(signature) >= {"inputs", "outputs", "method_name"}
    assert signature["method_name"] == "tensorflow/serving/predict"
    floats = signature["inputs"]["floats"]
    assert floats["dtype"] == "DT_FLOAT"
    assert floats["tensor_shape"]["unknown_rank"] is False
    assert [entry["size"] for entry in floats["tensor_shape"]["dim"]] == ["-1", "2"]


def test_errors_are_always_valid_utf8(server: ModelServer) -> None:
    response = clients.post(server, b'{"instances": ["\xff\xfe"]}')
    assert response.status_code == 400
    assert list(json.loads(response.content.decode("utf-8", errors="strict"))) == ["error"]


def test_a_version_that_cannot_load_has_its_state_and_error(tmp_path: Path) -> None:
    broken = tmp_path / "broken" / "1"
    broken.mkdir(parents=True)
    (broken / "saved_model.pb").write_bytes(b"this is no SavedModel")
    flags = ["--max_num_load_retries=0"]
    with ModelServer(str(tmp_path / "broken"), model_name="broken", flags=flags) as running:
        states = wait_for(lambda states: states.get(1) == "END", lambda: running.status().states())
        assert states == {1: "END"}
        (entry,) = running.status().body["model_version_status"]
        assert entry["status"]["error_code"] != "OK"
        assert "saved_model.pb" in entry["status"]["error_message"]
