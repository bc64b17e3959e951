# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the forms of REST requests of TensorFlow Serving: text around JSON, names in URLs."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.e2e import clients
from tests.e2e.model_configs import model_config, model_configs
from tests.e2e.waiting import wait_for
from tests.e2e.world import World

_NAMES = ("half", "模型", "with space", "a+b", "100%", "a..b", "q?x=1", "a/b", "a:b")
_LABEL = "ready & able"


@pytest.fixture(scope="module")
def server(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelServer]:
    """A server with one model under many names, each with a label."""
    base_path = world.new_base_path()
    world.publish(world.mixed, base_path, 1)
    config = tmp_path_factory.mktemp("config") / "models.config"
    entries = (model_config(name, base_path, labels={_LABEL: 1}) for name in _NAMES)
    config.write_text(model_configs(*entries))
    with world.serving_config(config, model_name="half") as running:
        wait_for(
            lambda code: code == 200,
            lambda: clients.get(running, "/readyz").status_code,
            timeout_seconds=clients.SECONDS,
        )
        yield running


def _ask(server: ModelServer, method: str, path: str, body: bytes = b"") -> tuple[int, Any]:
    """Sends the path unchanged and returns the code and the JSON of the response."""
    connection = http.client.HTTPConnection("127.0.0.1", server.rest_port, timeout=clients.SECONDS)
    with contextlib.closing(connection):
        connection.request(method, path, body)
        response = connection.getresponse()
        return response.status, json.loads(response.read())


_ROW = '{"point": [1.0, 2.0], "count": 1, "word": "ada"}'
_BODY = f'{{"instances": [{_ROW}]}}'.encode()


@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbf" + _BODY,
        b"\xef" + _BODY,
        _BODY + b"\0",
        _BODY + b" \r\n\0\0",
        _BODY + b"\0 what a buffer held before",
        b'{"note": "caf\xe9 \\ude00", ' + _BODY[1:],
        _BODY[:-1] + b', "instances": 1, "signature_name": "serving_default"}',
        b'{"inputs": {"point": [[1, 2]], "count": [1], "word": ["ada"], "extra": [[null]]}}',
        b'{"inputs": {"point": [[1, 2]], "count": [1], "word": ["ada"], "word": 5}}',
    ],
)
def test_a_body_that_tensorflow_serving_accepts_is_accepted(
    server: ModelServer, body: bytes
) -> None:
    code, answer = _ask(server, "POST", "/v1/models/half:predict", body)
    assert code == 200, answer
    results = answer.get("outputs") or answer["predictions"][0]
    assert results["greeting"] in ("hello ada", ["hello ada"])


@pytest.mark.parametrize(
    "body",
    [
        b"\0" + _BODY,
        _BODY + b"\xef\xbb\xbf",
        _BODY[:-1] + b', "note": "\\x"}',
        _BODY[:-1] + b', "note": 01}',
        _BODY[:-1] + b', "note": 1e400}',
        _BODY[:-1] + b', "note": "\\ud83d"}',
        _BODY[:-1] + b', "note": "a\0b"}',
        _BODY[:-1] + b', "inputs": null}',
    ],
)
def test_a_body_that_tensorflow_serving_refuses_is_refused(
    server: ModelServer, body: bytes
) -> None:
    code, answer = _ask(server, "POST", "/v1/models/half:predict", body)
    assert (code, list(answer)) == (400, ["error"])


def test_strings_that_are_not_utf_8_reach_the_model(server: ModelServer) -> None:
    body = _BODY.replace(b"ada", b"caf\xe9")
    code, answer = _ask(server, "POST", "/v1/models/half:predict", body)
    assert code == 200, answer
    greeting = base64.b64encode(b"hello caf\xe9").decode()
    assert answer["predictions"][0]["greeting"] == {"b64": greeting}


@pytest.mark.parametrize(
    "part",
    [
        "%68alf",
        "%E6%A8%A1%E5%9E%8B",
        "%e6%a8%a1%e5%9e%8b",
        "with%20space",
        "a+b",
        "a%2Bb",
        "100%25",
        "a..b",
        "a%2e%2eb",
        "q%3Fx%3D1",
    ],
)
def test_names_in_urls_are_percent_decoded(server: ModelServer, part: str) -> None:
    model = f"/v1/models/{part}"
    code, answer = _ask(server, "POST", f"{model}:predict", _BODY)
    assert (code, list(answer)) == (200, ["predictions"]), answer
    code, answer = _ask(server, "POST", f"{model}/versions/1:predict", _BODY)
    assert (code, list(answer)) == (200, ["predictions"]), answer
    code, answer = _ask(server, "POST", f"{model}/labels/ready%20%26%20able:predict", _BODY)
    assert (code, list(answer)) == (200, ["predictions"]), answer
    code, answer = _ask(server, "GET", model)
    assert (code, answer["model_version_status"][0]["state"]) == (200, "AVAILABLE")
    code, answer = _ask(server, "GET", f"{model}/metadata")
    assert (code, answer["model_spec"]["name"] in _NAMES) == (200, True)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("with+space", 404),
        ("a%252Bb", 404),
        ("half%20", 404),
        ("half%00", 404),
        ("half%0A", 404),
        ("half%ff", 404),
        ("half%2Fversions%2F1", 404),
        ("half%2Fmetadata", 404),
        ("%zz", 400),
        ("half%", 400),
        ("half%2", 400),
        ("half/versions/+1", 400),
        ("half/versions/%31", 400),
        ("half/versions/-1", 400),
        ("half/labels/ready%2", 400),
        ("half/labels/ready+%26+able", 400),
    ],
)
def test_other_names_are_not_found_and_bad_ones_malformed(
    server: ModelServer, path: str, code: int
) -> None:
    for method, suffix in (("GET", ""), ("POST", ":predict")):
        answered, answer = _ask(server, method, f"/v1/models/{path}{suffix}", _BODY)
        assert (answered, list(answer)) == (code, ["error"]), answer
