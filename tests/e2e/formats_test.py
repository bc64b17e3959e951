# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests inputs and outputs of different types by REST and by gRPC."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.e2e import clients
from tests.e2e.world import World


def _b64(content: bytes) -> dict[str, str]:
    return {"b64": base64.b64encode(content).decode()}


def _instance(
    *, point: object = (1.0, 2.0), count: object = 1, word: object = "ada"
) -> dict[str, object]:
    return {"point": point, "count": count, "word": word}


@pytest.fixture(scope="module")
def server(world: World) -> Iterator[ModelServer]:
    """A server of the model with inputs and outputs of several types."""
    with world.serving_model(world.mixed) as running:
        yield running


def _prediction(server: ModelServer, instance: object) -> Any:
    response = clients.post(server, {"instances": [instance]})
    assert response.status_code == 200, response.text
    return response.json()["predictions"][0]


def test_rows_have_all_outputs_by_name(server: ModelServer) -> None:
    instances = [_instance(), _instance(point=[3.0, 0.5], count=-8, word="")]
    response = clients.post(server, {"instances": instances})
    assert response.json() == {
        "predictions": [
            {"weighted": 5.0, "next": 2, "greeting": "hello ada", "word_bytes": _b64(b"ada")},
            {"weighted": 4.0, "next": -7, "greeting": "hello ", "word_bytes": _b64(b"")},
        ]
    }


def test_columns_have_all_outputs_by_name(server: ModelServer) -> None:
    inputs = {"point": [[1.0, 2.0], [3.0, 0.5]], "count": [1, -8], "word": ["ada", ""]}
    response = clients.post(server, {"inputs": inputs})
    assert response.json() == {
        "outputs": {
            "weighted": [5.0, 4.0],
            "next": [2, -7],
            "greeting": ["hello ada", "hello "],
            "word_bytes": [_b64(b"ada"), _b64(b"")],
        }
    }


@pytest.mark.parametrize("number", [0, -1, 2**53 + 1, 2**63 - 2, -(2**63)])
def test_int64_keeps_every_digit(server: ModelServer, number: int) -> None:
    assert _prediction(server, _instance(count=number))["next"] == number + 1


@pytest.mark.parametrize("word", ["", "grüße", "日本語", "🎈", '"\\/\b\f\n\r\t', "\u0000", "</x>"])
def test_text_is_returned_unchanged(server: ModelServer, word: str) -> None:
    assert _prediction(server, _instance(word=word))["greeting"] == f"hello {word}"


@pytest.mark.parametrize("content", [b"", b"ada", b"\x00\x01", b"\xff\xfe\xfd"])
def test_bytes_are_base64(server: ModelServer, content: bytes) -> None:
    assert _prediction(server, _instance(word=_b64(content)))["word_bytes"] == _b64(content)


def test_an_output_that_is_not_text_is_base64(server: ModelServer) -> None:
    prediction = _prediction(server, _instance(word=_b64(b"\xff")))
    assert prediction["greeting"] == _b64(b"hello \xff")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_nan_and_infinity_are_written_without_quotes(server: ModelServer, number: str) -> None:
    body = f'{{"instances": [{{"point": [{number}, 0.0], "count": 1, "word": ""}}]}}'
    assert f'"weighted":{number}' in "".join(clients.post(server, body).text.split())


def test_grpc_carries_all_types(server: ModelServer) -> None:
    inputs = {
        "point": np.array([[1.0, 2.0]], np.float32),
        "count": np.array([2**62], np.int64),
        "word": np.array([b"a\xff"], dtype=object),
    }
    response = clients.predict(server, clients.predict_request(server, inputs))
    answers = {name: tf.make_ndarray(value).tolist() for name, value in response.outputs.items()}
    assert answers == {
        "weighted": [5.0],
        "next": [2**62 + 1],
        "greeting": [b"hello a\xff"],
        "word_bytes": [b"a\xff"],
    }


def test_grpc_output_filter_chooses_the_outputs(server: ModelServer) -> None:
    inputs = {
        "point": np.array([[1.0, 2.0]], np.float32),
        "count": np.array([1], np.int64),
        "word": [b"ada"],
    }
    request = clients.predict_request(server, inputs)
    request.output_filter.extend(["next", "weighted"])
    assert sorted(clients.predict(server, request).outputs) == ["next", "weighted"]
