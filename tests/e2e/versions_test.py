# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests which versions in the bucket are served, and changes of versions."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_service_pb2_grpc
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.e2e import clients
from tests.e2e.load import Load
from tests.e2e.world import World

_SECONDS = 30.0
_FIRST = [3.5]  # Of half_plus_three, for 1.0.
_SECOND = [102.0]  # Of twice_plus_hundred.


def _prediction(server: ModelServer) -> object:
    response = clients.post(server, {"instances": [1.0]})
    assert response.status_code == 200, response.text
    return response.json()["predictions"]


def _wait_for(states: dict[int, str], server: ModelServer) -> None:
    deadline = time.monotonic() + _SECONDS
    while (seen := server.status().states()) != states:
        assert time.monotonic() < deadline, f"states are {seen}, not {states}"
        time.sleep(0.02)


def test_the_highest_of_several_versions_is_served(world: World) -> None:
    base_path = world.new_base_path()
    world.publish(world.half_plus_three, base_path, 1)
    world.publish(world.half_plus_three, base_path, 9)
    world.publish(world.twice_plus_hundred, base_path, "00000010")
    with world.serving(base_path) as server:
        server.wait_until_available()
        assert server.status().states() == {10: "AVAILABLE"}
        assert _prediction(server) == _SECOND


def test_a_new_version_is_loaded_and_the_old_one_is_unloaded(world: World) -> None:
    with world.serving_model(world.half_plus_three, 1) as server:
        world.publish(world.twice_plus_hundred, server.base_path, 2)
        _wait_for({2: "AVAILABLE", 1: "END"}, server)
        assert _prediction(server) == _SECOND


def test_status_lists_the_newest_version_first(world: World) -> None:
    with world.serving_model(world.half_plus_three, 9) as server:
        world.publish(world.half_plus_three, server.base_path, 10)
        server.wait_until_available(10)
        entries = server.status().body["model_version_status"]
        assert [entry["version"] for entry in entries] == ["10", "9"]


def test_a_version_that_ended_is_not_found(world: World) -> None:
    with world.serving_model(world.half_plus_three, 1) as server:
        world.publish(world.half_plus_three, server.base_path, 2)
        _wait_for({2: "AVAILABLE", 1: "END"}, server)
        path = f"/v1/models/{server.model_name}/versions/1:predict"
        assert clients.post(server, {"instances": [1.0]}, path=path).status_code == 404


def test_no_request_fails_and_no_old_version_answers_after_a_new_one(world: World) -> None:
    with (
        world.serving_model(world.half_plus_three, 1) as server,
        clients.channel(server) as channel,
    ):
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        request = clients.predict_request(server, {"x": np.array([1.0], np.float32)})

        def by_grpc() -> object:
            response = stub.Predict(request, timeout=clients.SECONDS)
            return tf.make_ndarray(response.outputs["y"]).tolist()

        askers: list[Callable[[], object]] = [lambda: _prediction(server), by_grpc] * 2
        with Load(askers) as load:
            load.wait_for_answers(20)
            world.publish(world.twice_plus_hundred, server.base_path, 2)
            _wait_for({2: "AVAILABLE", 1: "END"}, server)
            load.wait_for_answers(20)
        assert load.failures() == []
        assert [record.answers for record in load.records] == [[_FIRST, _SECOND]] * len(askers)


def test_a_lower_version_published_later_is_not_loaded(world: World) -> None:
    with world.serving_model(world.half_plus_three, 10) as server:
        world.publish(world.twice_plus_hundred, server.base_path, 5)
        # The poll that finds this version finds the one before, too.
        world.publish(world.half_plus_three, server.base_path, 11)
        _wait_for({11: "AVAILABLE", 10: "END"}, server)


def test_a_version_without_saved_model_pb_is_not_loaded(world: World) -> None:
    with world.serving_model(world.half_plus_three, 1) as server:
        world.put(f"{server.base_path}/200/variables/variables.index", b"of an upload under way")
        world.publish(world.half_plus_three, server.base_path, 2)
        # Its state says that it is not complete.
        _wait_for({200: "START", 2: "AVAILABLE", 1: "END"}, server)


def test_folders_that_are_not_versions_are_ignored(world: World) -> None:
    base_path = world.new_base_path()
    for name in ("notes", "12a", "-3", "1.5", "99999999999999999999"):
        _publish_beside_versions(world, world.twice_plus_hundred, f"{base_path}/{name}")
    world.publish(world.half_plus_three, base_path, 1)
    with world.serving(base_path) as server:
        server.wait_until_available()
        assert server.status().states() == {1: "AVAILABLE"}


def _publish_beside_versions(world: World, model: Path, url: str) -> None:
    for file in model.rglob("*"):
        if file.is_file():
            world.put(f"{url}/{file.relative_to(model).as_posix()}", file.read_bytes())


def test_a_trailing_slash_of_the_base_path_is_ignored(world: World) -> None:
    base_path = world.new_base_path()
    world.publish(world.half_plus_three, base_path, 1)
    with world.serving(f"{base_path}/") as server:
        server.wait_until_available(1)
        assert _prediction(server) == _FIRST


def test_a_model_at_the_root_of_its_bucket(world: World) -> None:
    world.storage.client().create_bucket(Bucket="only-one-model")
    world.publish(world.half_plus_three, "s3://only-one-model", 1)
    with world.serving("s3://only-one-model") as server:
        server.wait_until_available(1)
        assert _prediction(server) == _FIRST


def test_a_model_in_a_local_folder(world: World, tmp_path: Path) -> None:
    world.publish(world.half_plus_three, str(tmp_path), "00000123")
    with world.serving(str(tmp_path)) as server:
        server.wait_until_available(123)
        assert _prediction(server) == _FIRST


def test_the_old_version_serves_when_the_new_one_is_broken(world: World) -> None:
    with world.serving_model(world.half_plus_three, 1) as server:
        world.put(f"{server.base_path}/2/saved_model.pb", b"this is no SavedModel")
        server.process.wait_for_line(rf"{server.base_path}/2", timeout_seconds=_SECONDS)
        assert server.status().states()[1] == "AVAILABLE"
        assert _prediction(server) == _FIRST


def test_a_missing_version_is_not_found_by_grpc(world: World) -> None:
    with world.serving_model(world.half_plus_three, 1) as server:
        request = clients.predict_request(server, {"x": np.array([1.0], np.float32)})
        request.model_spec.version.value = 2
        with pytest.raises(grpc.RpcError) as failure:
            clients.predict(server, request)
        assert failure.value.code() == grpc.StatusCode.NOT_FOUND
