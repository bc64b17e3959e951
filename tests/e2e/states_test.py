# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the state, the code and the message of versions in each situation.

The responses by REST and by gRPC are the same.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import grpc
import numpy as np
import pytest
from tensorflow_serving.apis import get_model_status_pb2, model_pb2
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.e2e import clients
from tests.e2e.model_configs import model_config, model_configs
from tests.e2e.waiting import wait_for
from tests.e2e.world import World

_READY_FLAGS = ("--max_num_load_retries=0", "--load_retry_interval_micros=3600000000")
_HTTP = {
    grpc.StatusCode.OK: 200,
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.NOT_FOUND: 404,
}
_OK = grpc.StatusCode.OK
_NOT_FOUND = grpc.StatusCode.NOT_FOUND
_INVALID = grpc.StatusCode.INVALID_ARGUMENT


@dataclasses.dataclass(frozen=True)
class Situation:
    """A request and its expected responses.

    Attributes:
        asked: "model", "model/7" for a version, or "model@label".
        status: The code of a status request.
        rows: The versions and states in the status.
        predict: The code of a predict request.
        words: The words in the message of the newest row, or of the error.
        not_words: Words that no message may contain, because they do not help in this case.
    """

    asked: str
    status: grpc.StatusCode
    rows: dict[int, str]
    predict: grpc.StatusCode
    words: tuple[str, ...]
    not_words: tuple[str, ...] = ()


_SITUATIONS = {
    "a model that serves": Situation("good", _OK, {1: "AVAILABLE"}, _OK, ()),
    "a label of a version that serves": Situation("good@stable", _OK, {1: "AVAILABLE"}, _OK, ()),
    "no version folder": Situation(
        "empty", _NOT_FOUND, {}, _NOT_FOUND, ("check the base path, or put a version there",)
    ),
    "a version of a model without version folder": Situation(
        "empty/1", _NOT_FOUND, {}, _NOT_FOUND, ("version 1 is not in s3://",)
    ),
    "only an upload": Situation(
        "uploading",
        _OK,
        {5: "START"},
        _NOT_FOUND,
        ("saved_model.pb is missing", "when its upload is finished"),
    ),
    "an upload asked by its number": Situation(
        "uploading/5", _OK, {5: "START"}, _NOT_FOUND, ("saved_model.pb is missing",)
    ),
    "an upload asked by its label": Situation(
        "uploading@next", _OK, {5: "START"}, _NOT_FOUND, ("saved_model.pb is missing",)
    ),
    "an upload beside a version that serves": Situation(
        "upgrading", _OK, {2: "START", 1: "AVAILABLE"}, _OK, ("variables.index is missing",)
    ),
    "a version that does not load": Situation(
        "broken", _OK, {1: "END"}, _NOT_FOUND, ("damaged", "copy it again")
    ),
    "a version that does not load asked by its label": Situation(
        "broken@stable", _OK, {1: "END"}, _NOT_FOUND, ("damaged",)
    ),
    "a file with a number as its name": Situation(
        "file", _OK, {9: "END", 1: "AVAILABLE"}, _OK, ("is a file, and a version is a directory",)
    ),
    "a version that was unloaded": Situation("upgraded/1", _OK, {1: "END"}, _NOT_FOUND, ()),
    "a version that never was": Situation(
        "good/7", _NOT_FOUND, {}, _NOT_FOUND, ("version 7 is not in s3://", "available versions: 1")
    ),
    "a version that the policy leaves out": Situation(
        "two/1",
        _NOT_FOUND,
        {},
        _NOT_FOUND,
        ("model_version_policy of the model excludes it", "available versions: 2"),
    ),
    "a label of a version that is not there": Situation(
        "good@later",
        _NOT_FOUND,
        {},
        _NOT_FOUND,
        ('label "later" points at version 9, which is not in s3://',),
    ),
    "a label that the model does not have": Situation(
        "good@other", _INVALID, {}, _INVALID, ("its labels: later, stable",)
    ),
    "a label of a model without labels": Situation(
        "two@stable", _INVALID, {}, _INVALID, ("add version_labels",)
    ),
    "an unknown model": Situation(
        "nope", _NOT_FOUND, {}, _NOT_FOUND, ('no model "nope" is configured',)
    ),
    "an unknown model asked by version": Situation(
        "nope/1", _NOT_FOUND, {}, _NOT_FOUND, ('no model "nope" is configured',)
    ),
    "an unknown model asked by label": Situation(
        "nope@stable",
        _NOT_FOUND,
        {},
        _INVALID,
        ('no model "nope" is configured',),
        ("by its number",),
    ),
    "a model taken out of the configuration": Situation("removed", _OK, {1: "END"}, _NOT_FOUND, ()),
}


@pytest.fixture(scope="module")
def server(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelServer]:
    """A server with a model for each situation, after all models have their final state."""
    paths = {
        name: world.new_base_path()
        for name in (
            *("good", "empty", "uploading", "upgrading", "broken", "file", "upgraded", "two"),
            "removed",
        )
    }
    for name in ("good", "upgrading", "file", "upgraded", "two", "removed"):
        world.publish(world.half_plus_three, paths[name], 1)
    world.publish(world.half_plus_three, paths["two"], 2)
    world.put(f"{paths['uploading']}/5/fingerprint.pb", b"of an upload")
    world.put(f"{paths['upgrading']}/2/saved_model.pb", b"of an upload")
    world.put(f"{paths['upgrading']}/2/variables/variables.data-00000-of-00001", b"likewise")
    world.put(f"{paths['broken']}/1/saved_model.pb", b"not a model")
    world.put(f"{paths['file']}/9", b"not a folder")

    labels = {
        "good": {"stable": 1, "later": 9},
        "uploading": {"next": 5},
        "broken": {"stable": 1},
    }
    entries = {
        name: model_config(name, path, labels=labels.get(name, {})) for name, path in paths.items()
    }
    file = tmp_path_factory.mktemp("config") / "models.config"
    file.write_text(model_configs(*entries.values()))
    with world.serving_config(file, model_name="good", flags=_READY_FLAGS) as running:
        for name in ("good", "upgrading", "file", "upgraded", "two", "removed"):
            running.wait_until_available(model_name=name)
        world.publish(world.half_plus_three, paths["upgraded"], 2)
        running.wait_until_available(2, model_name="upgraded")
        del entries["removed"]
        clients.reload_config(running, model_configs(*entries.values()))
        for name, states in (
            ("removed", {1: "END"}),
            ("upgraded", {2: "AVAILABLE", 1: "END"}),
            ("broken", {1: "END"}),
            ("uploading", {5: "START"}),
        ):
            _wait_for_states(running, name, states)
        yield running


def _wait_for_states(server: ModelServer, name: str, states: dict[int, str]) -> None:
    wait_for(lambda seen: seen == states, lambda: server.status(model_name=name).states())


def _spec(asked: str) -> model_pb2.ModelSpec:
    spec = model_pb2.ModelSpec()
    if "@" in asked:
        spec.name, spec.version_label = asked.split("@")
    elif "/" in asked:
        spec.name, version = asked.split("/")
        spec.version.value = int(version)
    else:
        spec.name = asked
    return spec


def _path(asked: str) -> str:
    return "/v1/models/" + asked.replace("@", "/labels/").replace(
        "/", "/versions/", int("/" in asked)
    )


@pytest.mark.parametrize("name", _SITUATIONS)
def test_state_code_and_message(server: ModelServer, name: str) -> None:
    situation = _SITUATIONS[name]
    messages = [
        *_status_by_rest(server, situation),
        *_status_by_grpc(server, situation),
        *_prediction_by_rest(server, situation),
        *_prediction_by_grpc(server, situation),
    ]
    for message in messages:
        assert [word for word in situation.words if word not in message] == [], message
        assert [word for word in situation.not_words if word in message] == [], message


def _status_by_rest(server: ModelServer, situation: Situation) -> list[str]:
    response = clients.get(server, _path(situation.asked))
    assert response.status_code == _HTTP[situation.status], response.text
    if situation.status != _OK:
        return [response.json()["error"]]
    entries = response.json()["model_version_status"]
    assert {int(entry["version"]): entry["state"] for entry in entries} == situation.rows
    return [entries[0]["status"]["error_message"]]


def _status_by_grpc(server: ModelServer, situation: Situation) -> list[str]:
    request = get_model_status_pb2.GetModelStatusRequest(model_spec=_spec(situation.asked))
    if situation.status != _OK:
        with pytest.raises(grpc.RpcError) as caught:
            clients.get_model_status(server, request)
        assert caught.value.code() == situation.status
        return [caught.value.details()]
    rows = clients.get_model_status(server, request).model_version_status
    states = get_model_status_pb2.ModelVersionStatus.State
    assert {row.version: states.Name(row.state) for row in rows} == situation.rows
    return [rows[0].status.error_message]


def _prediction_by_rest(server: ModelServer, situation: Situation) -> list[str]:
    response = clients.post(server, {"instances": [1.0]}, path=_path(situation.asked) + ":predict")
    assert response.status_code == _HTTP[situation.predict], response.text
    return [] if situation.predict == _OK else [response.json()["error"]]


def _prediction_by_grpc(server: ModelServer, situation: Situation) -> list[str]:
    request = clients.predict_request(server, {"x": np.array([1.0], np.float32)})
    request.model_spec.CopyFrom(_spec(situation.asked))
    if situation.predict == _OK:
        clients.predict(server, request)
        return []
    with pytest.raises(grpc.RpcError) as caught:
        clients.predict(server, request)
    assert caught.value.code() == situation.predict
    return [caught.value.details()]


def test_a_version_goes_from_start_to_available_without_an_end(world: World) -> None:
    base_path = world.new_base_path()
    world.put(f"{base_path}/1/fingerprint.pb", b"of an upload")
    with world.serving(base_path) as running:
        wait_for(lambda states: states == {1: "START"}, lambda: running.status().states())
        seen: list[str] = []
        world.publish(world.half_plus_three, world_copy := world.new_base_path(), 1)
        _copy(world, f"{world_copy}/1", f"{base_path}/1")

        def look() -> str | None:
            state = running.status().states().get(1)
            seen.append(str(state))
            return state

        wait_for(lambda state: state == "AVAILABLE", look)
        assert set(seen) <= {"START", "LOADING", "AVAILABLE"}


def _copy(world: World, source: str, target: str) -> None:
    client = world.storage.client()
    bucket, _, prefix = source.removeprefix("s3://").partition("/")
    listed = client.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}/")["Contents"]
    # saved_model.pb is uploaded last, same as by publish_version.
    for key in sorted(
        (item["Key"] for item in listed), key=lambda key: Path(key).name == "saved_model.pb"
    ):
        body = client.get_object(Bucket=bucket, Key=key)["Body"].read()
        world.put(f"{target}{key.removeprefix(prefix)}", body)


def test_the_row_of_an_ended_version_is_removed_with_its_folder(world: World) -> None:
    with world.serving_model(world.half_plus_three, 1) as running:
        world.publish(world.half_plus_three, running.base_path, 2)
        wait_for(
            lambda states: states == {2: "AVAILABLE", 1: "END"}, lambda: running.status().states()
        )
        client = world.storage.client()
        bucket, _, prefix = running.base_path.removeprefix("s3://").partition("/")
        keys = [
            item["Key"]
            for item in client.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}/1/")["Contents"]
        ]
        # Unlike S3, SeaweedFS keeps empty folders.
        folders = {f"{key.rpartition('/')[0]}/" for key in keys}
        for key in (*keys, *sorted(folders, key=len, reverse=True)):
            client.delete_object(Bucket=bucket, Key=key)
        wait_for(lambda states: states == {2: "AVAILABLE"}, lambda: running.status().states())
        assert running.status(1).code == 404
