# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests ManifestSource with an S3 server and the server in this process."""

from __future__ import annotations

import concurrent.futures
import http.client
import itertools
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tensorflow_serving_s3.server import ModelServer
from tensorflow_serving_s3.sourcing.conftest import StartServer, wait_until
from tensorflow_serving_s3.sourcing.manifest import ManifestSource, parse_manifest
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

_REQUEST = {"instances": [1.0]}
_HALF = {"predictions": [3.5]}
_TWICE = {"predictions": [102.0]}

_keys = (f"manifest-{number}.json" for number in itertools.count())

Write = Callable[[Any], None]


class Manifest:
    """A manifest in S3 that a test replaces."""

    def __init__(self, storage: SeaweedFS) -> None:
        self.key = next(_keys)
        self.url = f"s3://models/{self.key}"
        self._client = storage.client()

    def write(self, *models: tuple[str, int]) -> None:
        """Writes a manifest of models at s3://models/half/VERSION."""
        entries = [
            {"name": name, "version": version, "path": f"s3://models/half/{version}"}
            for name, version in models
        ]
        self.write_text(json.dumps({"models": entries}))

    def write_text(self, text: str) -> None:
        """Writes a text."""
        self._client.put_object(Bucket="models", Key=self.key, Body=text.encode())


@pytest.fixture
def manifest(storage: SeaweedFS) -> Manifest:
    return Manifest(storage)


def started(start: StartServer, manifest: Manifest) -> ModelServer:
    """Returns a server of the manifest, with its first models available."""
    server = start(ManifestSource(manifest.url, interval_seconds=0.05))
    wait_until(lambda: server.is_ready)
    return server


def wait_for_answer(server: ModelServer, model: str, answer: dict[str, Any]) -> None:
    """Waits until a model gives an answer."""
    wait_until(lambda: server.predict(model, _REQUEST) == answer)


def test_the_models_of_the_manifest_are_served(start: StartServer, manifest: Manifest) -> None:
    manifest.write(("a", 7), ("b", 8))
    server = started(start, manifest)
    assert server.predict("a", _REQUEST) == _HALF
    assert server.predict("b", _REQUEST) == _TWICE


def test_a_new_manifest_switches_versions_and_unloads_models(
    start: StartServer, manifest: Manifest
) -> None:
    manifest.write(("a", 7), ("b", 8))
    server = started(start, manifest)
    manifest.write(("a", 8))
    wait_until(lambda: [model["name"] for model in server.models()["models"]] == ["a"])
    wait_until(lambda: server.predict("a", _REQUEST) == _TWICE)


def test_an_invalid_manifest_changes_nothing_and_is_in_the_status(
    start: StartServer, manifest: Manifest
) -> None:
    manifest.write(("a", 7))
    server = started(start, manifest)
    manifest.write_text('{"models": [{"name": "a", "version": "8"}]}')
    wait_until(lambda: "source_problem" in server.models())
    problem = server.models()["source_problem"]
    assert f"{manifest.url}: models[0]: \"version\" is '8'; it must be a whole number" in problem
    assert server.predict("a", _REQUEST) == _HALF
    manifest.write(("a", 8))
    wait_until(lambda: server.predict("a", _REQUEST) == _TWICE)
    wait_until(lambda: "source_problem" not in server.models())


def test_a_missing_manifest_is_in_the_status(start: StartServer, manifest: Manifest) -> None:
    server = start(ManifestSource(manifest.url, interval_seconds=0.05))
    wait_until(lambda: "NoSuchKey" in server.models().get("source_problem", ""))
    manifest.write(("a", 7))
    wait_until(lambda: server.is_ready)


def test_the_manifest_is_read_with_the_variables_of_the_server(
    storage: SeaweedFS, start: StartServer, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ENDPOINT_URL_S3", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("S3_ENDPOINT", storage.endpoint.removeprefix("http://"))
    monkeypatch.setenv("S3_USE_HTTPS", "0")
    manifest.write(("a", 7))
    assert started(start, manifest).predict("a", _REQUEST) == _HALF


def test_an_unchanged_manifest_costs_one_get_without_a_body(
    storage: SeaweedFS, start: StartServer, manifest: Manifest
) -> None:
    manifest.write(("a", 7))
    client = storage.client()
    statuses: list[int] = []
    client.meta.events.register(
        "after-call.s3.GetObject",
        lambda http_response, **_: statuses.append(http_response.status_code),
    )
    start(ManifestSource(manifest.url, interval_seconds=0.02, client=client))
    wait_until(lambda: len(statuses) > 5)
    assert statuses[0] == 200
    assert set(statuses[1:]) == {304}


def test_ten_models_switch_at_once_under_load_without_a_failed_request(
    start: StartServer, manifest: Manifest
) -> None:
    names = [f"model{number}" for number in range(10)]
    manifest.write(*((name, 7) for name in names))
    server = started(start, manifest)
    stop = threading.Event()

    def load(name: str) -> tuple[int, list[Any]]:
        connection = http.client.HTTPConnection(
            "127.0.0.1", server.options.rest_api_port, timeout=60
        )
        count, failures = 0, []
        while not stop.is_set():
            connection.request("POST", f"/v1/models/{name}:predict", json.dumps(_REQUEST))
            answer = connection.getresponse()
            body = answer.read()
            count += 1
            if answer.status != 200 or json.loads(body) not in (_HALF, _TWICE):
                failures.append((answer.status, body))
        connection.close()
        return count, failures

    with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
        loads = [pool.submit(load, name) for name in names]
        try:
            for version, answer in ((8, _TWICE), (7, _HALF), (8, _TWICE)):
                manifest.write(*((name, version) for name in names))
                for name in names:
                    wait_for_answer(server, name, answer)
        finally:
            stop.set()
        results = [load.result() for load in loads]
    assert [failures for _, failures in results] == [[]] * len(names)
    assert all(count > 0 for count, _ in results)


_ENTRY = {"name": "a", "version": 1, "path": "/m"}


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ([], 'm: not an object with a list "models"'),
        ({"models": {}}, 'm: not an object with a list "models"'),
        ({"models": ["a"]}, r"m: models\[0\]: not an object with name"),
        ({"models": [{**_ENTRY, "name": ""}]}, r'models\[0\]: "name" is \'\'; it must be a text'),
        ({"models": [{**_ENTRY, "version": True}]}, '"version" is True'),
        ({"models": [{**_ENTRY, "version": -1}]}, "the version -1 is negative"),
        ({"models": [{"name": "a", "version": 1}]}, '"path" is None'),
        ({"models": [{**_ENTRY, "label": "x"}]}, "unknown field 'label'"),
        ({"models": [_ENTRY, _ENTRY]}, r"models\[1\]: a version 1 is listed twice"),
    ],
)
def test_an_invalid_manifest_is_refused(document: Any, error: str) -> None:
    with pytest.raises(ValueError, match=error):
        parse_manifest(json.dumps(document), "m")


def test_a_text_that_is_not_json_is_refused() -> None:
    with pytest.raises(ValueError, match=r"m: not JSON: .* line 1 column 2"):
        parse_manifest(b"{", "m")


def test_a_model_may_have_several_versions() -> None:
    document = {"models": [_ENTRY, {**_ENTRY, "version": 2}]}
    assert parse_manifest(json.dumps(document), "m") == {"a": [(1, "/m"), (2, "/m")]}


@pytest.mark.parametrize("url", ["/manifest.json", "s3://", "gs://bucket/m"])
def test_a_url_that_is_not_of_s3_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="is not an S3 URL"):
        ManifestSource(url)
