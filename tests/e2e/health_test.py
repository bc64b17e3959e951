# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the health endpoints."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import numpy as np
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from tensorflow_serving_s3.testing import saved_models
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.e2e import clients
from tests.e2e.model_configs import model_config, model_config_list, model_configs
from tests.e2e.waiting import wait_for
from tests.e2e.world import World

_SECONDS = 30.0
_ANSWER = {"predictions": [3.5]}  # Of half_plus_three, for 1.0.
_HEALTH_FLAG = ("--enable_grpc_healthcheck_service=true",)
_PREDICTION_SERVICE = "tensorflow.serving.PredictionService"
_MODEL = "half_plus_three"
# A part of the error message of each broken model.
_BROKEN = {
    "missing": "this file or directory does not exist",
    "corrupt": "not a SavedModel",
    "empty": "saved_model.pb",
}


def _readiness(server: ModelServer) -> int:
    return clients.get(server, "/readyz").status_code


def _wait_until_ready(server: ModelServer) -> None:
    wait_for(lambda code: code == 200, lambda: _readiness(server))


def test_a_server_without_its_model_is_alive_and_not_ready_with_the_reason(world: World) -> None:
    with world.serving(world.new_base_path()) as server:
        assert clients.get(server, "/livez").status_code == 200
        response = clients.get(server, "/readyz")
        assert (response.status_code, server.model_name in response.text) == (503, True)


def test_verbose_readiness_has_the_reason_of_a_missing_model(world: World) -> None:
    with world.serving(world.new_base_path()) as server:
        response = wait_for(
            lambda response: "check the base path" in response.text,
            lambda: clients.get(server, "/readyz?verbose"),
        )
        (line,) = (line for line in response.text.splitlines() if line.startswith("[-]"))
        assert (server.model_name in line, server.base_path in line) == (True, True)


def test_a_server_is_ready_when_its_model_has_been_published(world: World) -> None:
    with world.serving(world.new_base_path()) as server:
        assert _readiness(server) == 503
        world.publish(world.half_plus_three, server.base_path, 1)
        _wait_until_ready(server)
        assert clients.post(server, {"instances": [1.0]}).json() == _ANSWER
        verbose = clients.get(server, "/readyz?verbose").text
        assert verbose.splitlines() == [f"[+] {server.model_name}: available", "ok"]


def test_a_server_is_ready_when_the_versions_of_its_labels_are_available(
    world: World, tmp_path: Path
) -> None:
    base_path = world.new_base_path()
    world.publish(world.half_plus_three, base_path, 1)
    config = tmp_path / "models.config"
    labels = {"stable": 1, "canary": 2}
    config.write_text(
        model_configs(model_config(_MODEL, base_path, versions="all {}", labels=labels))
    )
    with world.serving_config(config, model_name=_MODEL, flags=_HEALTH_FLAG) as server:
        server.wait_until_available(1)
        response = clients.get(server, "/readyz")
        assert response.status_code == 503
        assert f'{_MODEL}: label "canary" points at version 2' in response.text
        assert clients.health(server, "") == "NOT_SERVING"

        world.publish(world.half_plus_three, base_path, 2)
        _wait_until_ready(server)
        assert clients.health(server, "") == "SERVING"


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_probes_answer_get_and_head_only(world: World, path: str) -> None:
    with world.serving_model(world.half_plus_three) as server:
        assert clients.post(server, {}, path=path).status_code == 405


@dataclasses.dataclass(frozen=True)
class TenModels:
    """A server with ten models, three of which are broken.

    Attributes:
        server: The server; its `model_name` is the first good model.
        paths: The base path of each model.
        repair: A function for each broken model that repairs it.
    """

    server: ModelServer
    paths: dict[str, str]
    repair: dict[str, Callable[[], object]]


@pytest.fixture(scope="module")
def ten(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TenModels]:
    """Ten models, three of which are broken. The tests below repair them in their order."""
    good = [f"good{number}" for number in range(7)]
    paths = {name: world.new_base_path() for name in [*good, *_BROKEN]}
    for name in good:
        world.publish(world.half_plus_three, paths[name], 1)
    world.put(f"{paths['corrupt']}/1/saved_model.pb", b"this is no SavedModel")
    world.put(f"{paths['empty']}/1/", b"")
    config = tmp_path_factory.mktemp("config") / "models.config"
    config.write_text(model_config_list(paths))

    def publish(name: str, version: int) -> None:
        world.publish(world.half_plus_three, paths[name], version)

    with world.serving_config(config, model_name=good[0]) as server:
        yield TenModels(
            server,
            paths,
            repair={
                "missing": lambda: publish("missing", 1),
                "corrupt": lambda: publish("corrupt", 2),
                "empty": lambda: publish("empty", 1),
            },
        )


def _predicts(server: ModelServer, name: str) -> bool:
    response = clients.post(server, {"instances": [1.0]}, path=f"/v1/models/{name}:predict")
    return response.status_code == 200 and response.json() == _ANSWER


def test_seven_of_ten_models_serve_though_three_are_broken(ten: TenModels) -> None:
    _wait_until_serving(ten, set(ten.paths) - set(_BROKEN))


def _wait_until_serving(ten: TenModels, wanted: set[str]) -> None:
    """Waits until only these models answer."""
    wait_for(
        lambda serving: serving == wanted,
        lambda: {name for name in ten.paths if _predicts(ten.server, name)},
    )


def test_readiness_names_the_three_models_and_the_reasons(ten: TenModels) -> None:
    def complaints() -> dict[str, str]:
        lines = clients.get(ten.server, "/readyz?verbose").text.splitlines()
        marked = (line.removeprefix("[-] ") for line in lines if line.startswith("[-] "))
        return {name: reason for name, _, reason in (line.partition(": ") for line in marked)}

    _wait_for_reasons(complaints)
    response = clients.get(ten.server, "/readyz")
    assert (response.status_code, "3 of 10 models" in response.text) == (503, True)
    assert [name for name in _BROKEN if name not in response.text] == []


def _wait_for_reasons(complaints: Callable[[], dict[str, str]]) -> None:
    wait_for(
        lambda seen: (
            set(seen) == set(_BROKEN)
            and all(_BROKEN[name] in reason for name, reason in seen.items())
        ),
        complaints,
    )


def test_the_list_of_models_names_the_three_models_and_the_reasons(ten: TenModels) -> None:
    def complaints() -> dict[str, str]:
        models = clients.get(ten.server, "/v1/models").json()["models"]
        assert {model["name"] for model in models} == set(ten.paths)
        return {model["name"]: model["problem"] for model in models if not model["available"]}

    _wait_for_reasons(complaints)


@pytest.mark.parametrize("name", _BROKEN)
def test_the_status_of_a_broken_model_has_the_reason(ten: TenModels, name: str) -> None:
    wait_for(
        lambda text: _BROKEN[name] in text,
        lambda: clients.get(ten.server, f"/v1/models/{name}").text,
    )


def test_a_repaired_model_is_available_and_after_the_last_one_the_server_is_ready(
    ten: TenModels,
) -> None:
    broken = set(_BROKEN)
    for name, repair in ten.repair.items():
        assert _readiness(ten.server) == 503
        repair()
        broken.remove(name)
        _wait_until_serving(ten, set(ten.paths) - broken)
    _wait_until_ready(ten.server)


def _health(server: ModelServer, service: str) -> str:
    """Returns the health of a service, or the code of the error."""
    try:
        return clients.health(server, service)
    except grpc.RpcError as error:
        return str(error.code().name)


def _wait_for_health(server: ModelServer, service: str, wanted: str) -> None:
    wait_for(lambda seen: seen == wanted, lambda: _health(server, service))


_SERVICES = ["", _PREDICTION_SERVICE, "tensorflow.serving.ModelService", _MODEL]


@pytest.mark.parametrize("service", _SERVICES)
def test_grpc_health_is_serving_when_the_model_is_available(world: World, service: str) -> None:
    base_path = world.new_base_path()
    with world.serving(base_path, flags=_HEALTH_FLAG) as server:
        # Also the first answer: the gRPC port opens after the REST port.
        assert _health(server, service) == "NOT_SERVING"
        world.publish(world.half_plus_three, base_path, 1)
        _wait_for_health(server, service, "SERVING")


def test_grpc_health_of_each_model(world: World, tmp_path: Path) -> None:
    paths = {"half": world.new_base_path(), "missing": world.new_base_path()}
    world.publish(world.half_plus_three, paths["half"], 1)
    config = tmp_path / "models.config"
    config.write_text(model_config_list(paths))
    with world.serving_config(config, model_name="half", flags=_HEALTH_FLAG) as server:
        _wait_for_health(server, "half", "SERVING")
        others = {name: _health(server, name) for name in ("", _PREDICTION_SERVICE, "missing")}
        assert set(others.values()) == {"NOT_SERVING"}


def test_grpc_health_does_not_know_a_model_that_is_not_configured(world: World) -> None:
    with world.serving(world.new_base_path(), flags=_HEALTH_FLAG) as server:
        assert _health(server, "unheard_of") == "NOT_FOUND"


def test_grpc_health_is_not_implemented_without_its_flag(world: World) -> None:
    with world.serving_model(world.half_plus_three) as server:
        assert _health(server, "") == "UNIMPLEMENTED"


def test_grpc_health_tells_its_watchers_that_the_server_stops_while_requests_finish(
    world: World, tmp_path: Path
) -> None:
    saved_models.save_waiting(tmp_path / "waiting" / "1")
    started, awaited = tmp_path / "started", tmp_path / "awaited"
    with (
        world.serving(str(tmp_path / "waiting"), flags=_HEALTH_FLAG) as server,
        grpc.insecure_channel(server.grpc_address) as channel,
        concurrent.futures.ThreadPoolExecutor() as pool,
    ):
        _wait_for_health(server, "", "SERVING")
        request = clients.predict_request(
            server,
            {
                "x": np.array([7.0], np.float32),
                "started": [os.fsencode(started)],
                "awaited": [os.fsencode(awaited)],
            },
        )
        stub = health_pb2_grpc.HealthStub(channel)
        watches = [
            stub.Watch(health_pb2.HealthCheckRequest(service=service), timeout=_SECONDS)
            for service in _SERVICES
        ]
        status = health_pb2.HealthCheckResponse.ServingStatus
        assert [next(watch).status for watch in watches] == [status.SERVING] * len(watches)
        under_way = pool.submit(clients.predict, server, request)
        wait_for(bool, started.exists)
        os.kill(server.process.pid, signal.SIGTERM)
        try:
            for watch in watches:
                assert next(watch).status == status.NOT_SERVING
                with pytest.raises(grpc.RpcError) as caught:
                    next(watch)
                assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        finally:
            awaited.touch()
        under_way.result(_SECONDS)
