# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests EventSource with real HTTP, moto's SQS and an S3 server."""

from __future__ import annotations

import itertools
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tensorflow_serving_s3.publish import publish_version
from tensorflow_serving_s3.server import ModelServer
from tensorflow_serving_s3.sourcing.conftest import StartServer, wait_until
from tensorflow_serving_s3.sourcing.event import (
    Events,
    EventSource,
    OnObject,
    SqsEvents,
    WebhookEvents,
    objects_of,
)
from tensorflow_serving_s3.testing import saved_models
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS
from tests.support.sqs import sqs_client

_REQUEST = {"instances": [1.0]}
# So long that only an event explains a new version in a test.
_NEVER = 1e6

_names = (f"event-model-{number}" for number in itertools.count())


class Model:
    """A model in S3, and its events."""

    def __init__(self, storage: SeaweedFS, export: Path) -> None:
        self.name = next(_names)
        self.url = f"s3://models/{self.name}"
        self._client = storage.client()
        self._export = export

    def publish(self, version: int) -> None:
        """Publishes a version."""
        publish_version(self._export, self.url, version, client=self._client)

    def event(self, version: int, bucket: str = "models") -> str:
        """Returns the notification of S3 about the version."""
        key = f"{self.name}/{version}/saved_model.pb"
        record = {
            "eventName": "ObjectCreated:Put",
            "s3": {"bucket": {"name": bucket}, "object": {"key": key}},
        }
        return json.dumps({"Records": [record]})


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved_models.save_half_plus_three(tmp_path_factory.mktemp("export") / "half")


@pytest.fixture
def model(storage: SeaweedFS, export: Path) -> Model:
    """A model with version 1."""
    made = Model(storage, export)
    made.publish(1)
    return made


def post(port: int, body: str, **headers: str) -> int:
    """Posts a notification; returns the status of the answer."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/", body.encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            status: int = answer.status
            return status
    except urllib.error.HTTPError as error:
        return error.code


def started(start: StartServer, model: Model, events: Events, **options: Any) -> ModelServer:
    """Returns a server of the model, with version 1 available."""
    source = EventSource({model.name: model.url}, events, **{"poll_seconds": _NEVER, **options})
    server = start(source)
    server.wait_until_available(model.name, 1)
    return server


def test_an_event_by_webhook_makes_a_new_version_served(start: StartServer, model: Model) -> None:
    events = WebhookEvents()
    server = started(start, model, events)
    model.publish(2)
    assert post(events.port, model.event(2)) == 200
    server.wait_until_available(model.name, 2)


@pytest.fixture(scope="module")
def sqs() -> Iterator[Any]:
    """A client of moto's SQS."""
    with sqs_client() as client:
        yield client


def test_an_event_in_a_queue_makes_a_new_version_served(
    start: StartServer, model: Model, sqs: Any
) -> None:
    queue = sqs.create_queue(QueueName="models")["QueueUrl"]
    server = started(start, model, SqsEvents(queue, client=sqs))
    sqs.send_message(QueueUrl=queue, MessageBody="not an event")
    model.publish(2)
    sqs.send_message(QueueUrl=queue, MessageBody=model.event(2))
    server.wait_until_available(model.name, 2)
    name = "ApproximateNumberOfMessages"
    hidden = "ApproximateNumberOfMessagesNotVisible"

    def left() -> int:
        counts = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=[name, hidden])
        return sum(int(counts["Attributes"][key]) for key in (name, hidden))

    wait_until(lambda: left() == 0)


def test_the_queue_and_the_bucket_are_reached_with_the_variables_of_the_server(
    start: StartServer,
    model: Model,
    sqs: Any,
    storage: SeaweedFS,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("AWS_ENDPOINT_URL_S3", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", sqs.meta.endpoint_url)
    monkeypatch.setenv("S3_ENDPOINT", storage.endpoint.removeprefix("http://"))
    monkeypatch.setenv("S3_USE_HTTPS", "0")
    queue = sqs.create_queue(QueueName="of-the-environment")["QueueUrl"]
    server = started(start, model, SqsEvents(queue))
    model.publish(2)
    sqs.send_message(QueueUrl=queue, MessageBody=model.event(2))
    server.wait_until_available(model.name, 2)


def test_the_slow_poll_finds_a_version_without_an_event(start: StartServer, model: Model) -> None:
    server = started(start, model, WebhookEvents(), poll_seconds=0.1)
    model.publish(2)
    server.wait_until_available(model.name, 2)


def test_an_incomplete_version_is_ignored_until_it_is_complete(
    start: StartServer, model: Model, storage: SeaweedFS
) -> None:
    events = WebhookEvents()
    server = started(start, model, events)
    client = storage.client()
    client.put_object(
        Bucket="models", Key=f"{model.name}/2/variables/variables.index", Body=b"half"
    )
    assert post(events.port, model.event(2)) == 200
    model.publish(3)
    assert post(events.port, model.event(3)) == 200
    server.wait_until_available(model.name, 3)
    (known,) = server.models()["models"]
    assert "2" not in [status["version"] for status in known["model_version_status"]]


def test_a_broken_source_of_events_does_not_stop_the_poll(
    start: StartServer, model: Model, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Events):
        def listen(self, on_object: OnObject, stopping: threading.Event) -> None:
            raise ConnectionError("no queue")

    server = started(start, model, Broken(), poll_seconds=0.1)
    model.publish(2)
    server.wait_until_available(model.name, 2)
    assert "EventSource receives no events" in caplog.text
    assert 'raise ConnectionError("no queue")' in caplog.text


def test_a_model_without_a_version_is_in_the_status(start: StartServer, model: Model) -> None:
    base_paths = {model.name: model.url, "empty": "s3://models/empty"}
    server = start(EventSource(base_paths, WebhookEvents(), poll_seconds=_NEVER))
    server.wait_until_available(model.name, 1)
    problems = {one["name"]: one["problem"] for one in server.models()["models"]}
    assert problems == {model.name: "", "empty": "no complete version under s3://models/empty"}


def test_the_first_missing_file_of_an_incomplete_version_is_in_the_status(
    start: StartServer, model: Model, storage: SeaweedFS
) -> None:
    key = f"partial-of-{model.name}"
    url = f"s3://models/{key}"
    storage.client().put_object(Bucket="models", Key=f"{key}/3/variables/x", Body=b"half")
    server = start(EventSource({"partial": url}, WebhookEvents(), poll_seconds=_NEVER))
    wanted = f"no complete version under {url}; version 3 has no saved_model.pb"
    wait_until(lambda: [one["problem"] for one in server.models()["models"]] == [wanted])


def test_a_webhook_with_a_token_refuses_others(start: StartServer, model: Model) -> None:
    events = WebhookEvents(token="secret")
    server = started(start, model, events)
    model.publish(2)
    assert post(events.port, model.event(2)) == 401
    assert post(events.port, model.event(2), Authorization="Bearer wrong") == 401
    assert post(events.port, model.event(2), Authorization="Bearer secret") == 200
    server.wait_until_available(model.name, 2)


@pytest.mark.parametrize("body", ["", "{", "[]", "7", '{"Records": 7}', '{"Records": [7, {}]}'])
def test_garbage_in_a_webhook_changes_nothing(start: StartServer, model: Model, body: str) -> None:
    events = WebhookEvents()
    server = started(start, model, events)
    assert post(events.port, body) == 200
    model.publish(2)
    assert post(events.port, model.event(2)) == 200
    server.wait_until_available(model.name, 2)


def test_a_body_that_is_too_large_is_refused(start: StartServer, model: Model) -> None:
    events = WebhookEvents()
    started(start, model, events)
    request = urllib.request.Request(
        f"http://127.0.0.1:{events.port}/", b"", {"Content-Length": str(2 << 20)}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=30)
    assert refused.value.code == 413


_OBJECT = {"bucket": {"name": "models"}, "object": {"key": "half/7/saved+model.pb"}}
_RECORDS = {"Records": [{"s3": _OBJECT}]}


@pytest.mark.parametrize(
    ("document", "objects"),
    [
        (_RECORDS, [("models", "half/7/saved model.pb")]),
        ({"Message": json.dumps(_RECORDS)}, [("models", "half/7/saved model.pb")]),
        ({"detail": _OBJECT}, [("models", "half/7/saved+model.pb")]),
        ({"Service": "Amazon S3", "Event": "s3:TestEvent"}, []),
        ({"detail": {"bucket": 7}}, []),
    ],
)
def test_the_formats_of_events(document: Any, objects: list[tuple[str, str]]) -> None:
    assert list(objects_of(json.dumps(document))) == objects


def test_a_base_path_outside_s3_is_refused() -> None:
    with pytest.raises(ValueError, match="is not an S3 URL"):
        EventSource({"half": "/models/half"}, WebhookEvents())
