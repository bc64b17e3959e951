# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the other gRPC services: reloads, health, reflection, and their flags."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)
from tensorflow_serving.apis import prediction_service_pb2_grpc
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.conformance.servers import Served, config_of, serving
from tests.e2e import clients
from tests.e2e.model_configs import model_config, model_configs
from tests.e2e.waiting import wait_for

_SECONDS = 30.0
_LOAD_ATTEMPTS = "/tensorflow/cc/saved_model/load_attempt_count"
_PREDICTION_METHODS = {"Predict", "Classify", "Regress", "MultiInference", "GetModelMetadata"}


@pytest.fixture
def health(channel: Any) -> Any:
    """The official stub of the health service."""
    return health_pb2_grpc.HealthStub(channel)


def _health_of(stub: Any, service: str) -> str:
    response = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=_SECONDS)
    return str(health_pb2.HealthCheckResponse.ServingStatus.Name(response.status))


@pytest.mark.parametrize(
    "service",
    ["", "tensorflow.serving.PredictionService", "tensorflow.serving.ModelService", "half", "two"],
)
def test_health_of_the_server_its_services_and_its_models(health: Any, service: str) -> None:
    assert _health_of(health, service) == "SERVING"


def test_health_of_an_unknown_service(health: Any) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        _health_of(health, "nobody")
    assert raised.value.code() == grpc.StatusCode.NOT_FOUND


def test_health_is_the_readiness_of_each_model(tmp_path: Path) -> None:
    config = config_of(tmp_path, {"half": Served("half_plus_three")})
    (tmp_path / "empty").mkdir()
    entry = model_config("empty", str(tmp_path / "empty"))
    (tmp_path / "models.config").write_text(config.replace("}\n}", f"}}\n{entry}}}"))
    running = ModelServer(
        model_config_file=tmp_path / "models.config",
        model_name="half",
        flags=["--enable_grpc_healthcheck_service"],
    )
    with running as server, clients.channel(server) as channel:
        server.wait_until_available()
        stub = health_pb2_grpc.HealthStub(channel)
        wait_for(lambda status: status == "SERVING", lambda: _health_of(stub, "half"))
        assert _health_of(stub, "empty") == "NOT_SERVING"
        assert _health_of(stub, "") == "NOT_SERVING"
        (tmp_path / "half" / "1").rename(tmp_path / "empty" / "1")
        wait_for(lambda status: status == "SERVING", lambda: _health_of(stub, "empty"))
        wait_for(lambda status: status == "SERVING", lambda: _health_of(stub, ""))


def test_health_is_watched(health: Any) -> None:
    watched = health.Watch(health_pb2.HealthCheckRequest(service="half"), timeout=_SECONDS)
    assert next(watched).status == health_pb2.HealthCheckResponse.SERVING
    watched.cancel()


def _listed(channel: Any) -> set[str]:
    stub = reflection_pb2_grpc.ServerReflectionStub(channel)
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    (response,) = stub.ServerReflectionInfo(iter([request]), timeout=_SECONDS)
    return {service.name for service in response.list_services_response.service}


def test_reflection_lists_the_services(channel: Any) -> None:
    assert _listed(channel) >= {
        "tensorflow.serving.PredictionService",
        "tensorflow.serving.ModelService",
        "tensorflow.serving.SessionService",
        "tensorflow.ProfilerService",
        "grpc.health.v1.Health",
    }


def test_reflection_describes_methods_and_messages(channel: Any) -> None:
    database = ProtoReflectionDescriptorDatabase(channel)
    file = database.FindFileContainingSymbol("tensorflow.serving.PredictionService")
    (service,) = (entry for entry in file.service if entry.name == "PredictionService")
    assert {method.name for method in service.method} == _PREDICTION_METHODS
    file = database.FindFileContainingSymbol("tensorflow.serving.PredictRequest")
    assert "PredictRequest" in {message.name for message in file.message_type}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A channel to a server without the optional services."""
    flags = ["--enable_profiler=false", "--enable_grpc_reflection=false"]
    folder = tmp_path_factory.mktemp("bare")
    served = {"half": Served("half_plus_three")}
    with serving(folder, served, flags=flags) as server, clients.channel(server) as channel:
        yield channel


@pytest.mark.parametrize(
    "method",
    [
        "/grpc.health.v1.Health/Check",
        "/tensorflow.ProfilerService/Profile",
        "/tensorflow.serving.PredictionService/Guess",
        "/nobody/Nothing",
    ],
)
def test_disabled_or_unknown_services_are_unimplemented(bare: Any, method: str) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        bare.unary_unary(method)(b"", timeout=_SECONDS)
    assert raised.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_reflection_is_off_by_a_flag(bare: Any) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        _listed(bare)
    assert raised.value.code() == grpc.StatusCode.UNIMPLEMENTED


@pytest.fixture
def changing(tmp_path: Path) -> Iterator[ModelServer]:
    """A server with one model, and a second model for reloads."""
    config_of(tmp_path, {"steps": Served("steps")})
    with serving(tmp_path, {"half": Served("half_plus_three")}) as server:
        yield server


def test_a_reload_replaces_the_list_of_models(changing: ModelServer, tmp_path: Path) -> None:
    response = clients.reload_config(
        changing, model_configs(model_config("steps", str(tmp_path / "steps")))
    )
    assert response.status.error_code == 0, response.status.error_message
    path = "/v1/models/steps:predict"
    assert clients.post(changing, {"instances": [1.0]}, path=path).json() == {
        "predictions": [102.0]
    }
    assert clients.post(changing, {"instances": [1.0]}).status_code == 404


def test_a_reload_returns_how_metrics_changed(changing: ModelServer, tmp_path: Path) -> None:
    both = model_configs(
        model_config("half", str(tmp_path / "half")), model_config("steps", str(tmp_path / "steps"))
    )
    response = clients.reload_config(changing, both, metric_names=[_LOAD_ATTEMPTS])
    assert response.status.error_code == 0, response.status.error_message
    increases = [entry.int64_value_increase for entry in response.metric]
    assert sum(increases) == 1, response
    assert {entry.name.partition("{")[0] for entry in response.metric} == {_LOAD_ATTEMPTS}


def test_an_invalid_reload_changes_nothing(changing: ModelServer, tmp_path: Path) -> None:
    wrong = model_configs(
        model_config("steps", str(tmp_path / "steps")), model_config("half", "no/absolute/path")
    )
    try:
        response = clients.reload_config(changing, wrong)
        code = response.status.error_code
    except grpc.RpcError as error:
        code = error.code().value[0]
    assert code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert clients.post(changing, {"instances": [1.0]}).json() == {"predictions": [3.5]}
    assert changing.status(model_name="steps").code == 404


def test_one_channel_serves_concurrent_requests(server: ModelServer, channel: Any) -> None:
    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    calls = []
    for number in range(64):
        request = clients.predict_request(server, {"x": [float(number)]})
        calls.append(stub.Predict.future(request, timeout=_SECONDS))
    answers = [call.result().outputs["y"].float_val[0] for call in calls]
    assert answers == [number / 2 + 3 for number in range(64)]
