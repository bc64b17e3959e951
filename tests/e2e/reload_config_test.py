# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests ModelService.HandleReloadConfigRequest."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.e2e import clients
from tests.e2e.holding_proxy import HoldingProxy
from tests.e2e.model_configs import model_config, model_config_list, model_configs
from tests.e2e.waiting import wait_for
from tests.e2e.world import World

_HALF = [3.5]  # What half_plus_three answers for 1.0.
_TWICE = [102.0]  # What twice_plus_hundred does.
_LOAD_ATTEMPTS = "/tensorflow/cc/saved_model/load_attempt_count"
_THREADS = 8
_SHORT_SECONDS = 3.0


def _prediction(server: ModelServer, path: str) -> object:
    """Returns the predictions for 1.0, or the HTTP status code of an error."""
    response = clients.post(server, {"instances": [1.0]}, path=f"/v1/models/{path}:predict")
    return response.json()["predictions"] if response.status_code == 200 else response.status_code


@pytest.fixture(scope="module")
def half(world: World) -> str:
    """The base path of half_plus_three, versions 1 and 2."""
    base_path = world.new_base_path()
    world.publish(world.half_plus_three, base_path, 1)
    world.publish(world.half_plus_three, base_path, 2)
    return base_path


@pytest.fixture(scope="module")
def twice(world: World) -> str:
    """The base path of twice_plus_hundred, versions 3 and 4."""
    base_path = world.new_base_path()
    world.publish(world.twice_plus_hundred, base_path, 3)
    world.publish(world.twice_plus_hundred, base_path, 4)
    return base_path


@pytest.fixture
def proxy(world: World) -> Iterator[HoldingProxy]:
    """A proxy between the model server and the S3 server."""
    with HoldingProxy(world.storage.endpoint) as running:
        yield running


@pytest.fixture
def server(world: World, proxy: HoldingProxy, half: str, tmp_path: Path) -> Iterator[ModelServer]:
    """A server whose model "half" is available."""
    config = tmp_path / "models.config"
    config.write_text(model_config_list({"half": half}))
    env = {"AWS_ENDPOINT_URL_S3": proxy.url}
    with world.serving_config(config, model_name="half", env=env) as running:
        running.wait_until_available()
        yield running


def test_an_added_model_is_available_when_the_call_returns(
    server: ModelServer, half: str, twice: str
) -> None:
    response = clients.reload_config(server, model_config_list({"half": half, "twice": twice}))
    assert (response.status.error_code, _prediction(server, "twice")) == (0, _TWICE)


def test_a_removed_model_is_unloaded(server: ModelServer, half: str, twice: str) -> None:
    clients.reload_config(server, model_config_list({"half": half, "twice": twice}))
    clients.reload_config(server, model_config_list({"twice": twice}))
    wait_for(lambda code: code == 404, lambda: _prediction(server, "half"))
    assert _prediction(server, "twice") == _TWICE


def test_a_model_that_moves_answers_from_its_new_path_when_the_call_returns(
    server: ModelServer, twice: str
) -> None:
    clients.reload_config(server, model_config_list({"half": twice}))
    assert _prediction(server, "half") == _TWICE
    wait_for(lambda states: states == {2: "END", 4: "AVAILABLE"}, lambda: server.status().states())


def test_a_model_that_moves_to_the_same_version_answers_from_there_when_the_call_returns(
    world: World, server: ModelServer
) -> None:
    elsewhere = world.new_base_path()
    world.publish(world.twice_plus_hundred, elsewhere, 2)
    clients.reload_config(server, model_config_list({"half": elsewhere}))
    assert _prediction(server, "half") == _TWICE


def test_a_model_that_fails_to_move_to_the_same_version_answers_as_before(
    world: World, server: ModelServer
) -> None:
    broken = world.new_base_path()
    world.put(f"{broken}/2/saved_model.pb", b"this is no SavedModel")
    with pytest.raises(grpc.RpcError, match=r"half: .*saved_model\.pb: not a SavedModel"):
        clients.reload_config(server, model_config_list({"half": broken}))
    assert _prediction(server, "half") == _HALF


def test_an_empty_list_unloads_everything(server: ModelServer) -> None:
    clients.reload_config(server, "model_config_list {}")
    wait_for(lambda code: code == 404, lambda: _prediction(server, "half"))


def test_the_increase_of_metrics_is_returned(server: ModelServer, half: str, twice: str) -> None:
    response = clients.reload_config(
        server,
        model_config_list({"half": half, "twice": twice}),
        metric_names=[_LOAD_ATTEMPTS],
    )
    assert [(metric.name, metric.int64_value_increase) for metric in response.metric] == [
        (_LOAD_ATTEMPTS, 1)
    ]


def test_an_unknown_metric_is_refused_and_nothing_changes(
    server: ModelServer, half: str, twice: str
) -> None:
    with pytest.raises(grpc.RpcError, match="/no/such/metric") as failure:
        clients.reload_config(
            server,
            model_config_list({"half": half, "twice": twice}),
            metric_names=["/no/such/metric"],
        )
    assert failure.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    _assert_only_half(server)


def _assert_only_half(server: ModelServer) -> None:
    models = clients.get(server, "/v1/models").json()["models"]
    assert [model["name"] for model in models] == ["half"]
    assert _prediction(server, "half") == _HALF


_REFUSED = {
    "no name": (model_config_list({"": "/m"}), "name"),
    "two of a name": (
        model_configs(model_config("twin", "/m"), model_config("twin", "/n")),
        "twin",
    ),
    "no base path": (model_config_list({"pathless": ""}), "pathless"),
    "a relative path": (model_config_list({"half": "models/half"}), "models/half"),
    "another platform": (model_configs(model_config("a", "/m", platform="pytorch")), "pytorch"),
    "no specific version": (model_configs(model_config("a", "/m", versions="specific {}")), "a"),
    "a label on a version that is not wanted": (
        model_configs(
            model_config("a", "/m", versions="specific { versions: 1 }", labels={"stable": 2})
        ),
        "stable",
    ),
}


@pytest.mark.parametrize(("config", "named"), _REFUSED.values(), ids=_REFUSED.keys())
def test_an_invalid_configuration_is_refused_and_nothing_changes(
    server: ModelServer, config: str, named: str
) -> None:
    with pytest.raises(grpc.RpcError, match=named) as failure:
        clients.reload_config(server, config)
    assert failure.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    _assert_only_half(server)


def test_an_empty_configuration_is_refused_and_nothing_changes(server: ModelServer) -> None:
    with pytest.raises(grpc.RpcError, match="model_config_list") as failure:
        clients.reload_config(server, "")
    assert failure.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    _assert_only_half(server)


def test_one_invalid_model_refuses_the_whole_configuration(
    server: ModelServer, half: str, twice: str
) -> None:
    with pytest.raises(grpc.RpcError, match="models/relative"):
        clients.reload_config(
            server, model_config_list({"half": half, "twice": twice, "bad": "models/relative"})
        )
    _assert_only_half(server)


def test_a_label_on_a_version_that_is_not_available_is_refused_and_nothing_changes(
    server: ModelServer, half: str
) -> None:
    with pytest.raises(grpc.RpcError, match=r"stable.*version 7") as failure:
        clients.reload_config(
            server, model_configs(model_config("half", half, labels={"stable": 7}))
        )
    assert failure.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert _prediction(server, "half/labels/stable") == 400
    _assert_only_half(server)


def test_a_new_label_may_point_at_a_version_that_is_available(
    server: ModelServer, half: str
) -> None:
    clients.reload_config(server, model_configs(model_config("half", half, labels={"stable": 2})))
    assert _prediction(server, "half/labels/stable") == _HALF


def test_a_model_that_cannot_load_is_named_with_the_reason_while_the_others_serve(
    world: World, server: ModelServer, half: str, twice: str
) -> None:
    broken = world.new_base_path()
    world.put(f"{broken}/1/saved_model.pb", b"this is no SavedModel")
    config = model_config_list({"half": half, "broken": broken, "twice": twice})
    with pytest.raises(grpc.RpcError, match=r"broken: .*saved_model\.pb: not a SavedModel"):
        clients.reload_config(server, config)
    assert [_prediction(server, name) for name in ("half", "twice", "broken")] == [
        _HALF,
        _TWICE,
        404,
    ]


def test_a_missing_model_is_named_with_the_reason_and_the_next_reload_works(
    world: World, server: ModelServer, half: str, twice: str
) -> None:
    missing = world.new_base_path()
    with pytest.raises(grpc.RpcError, match=f"missing: .*{missing}"):
        clients.reload_config(server, model_config_list({"half": half, "missing": missing}))
    clients.reload_config(server, model_config_list({"half": half, "twice": twice}))
    assert [_prediction(server, name) for name in ("half", "twice", "missing")] == [
        _HALF,
        _TWICE,
        404,
    ]


def test_a_deadline_ends_the_wait_and_names_the_loading_models(
    world: World, server: ModelServer, proxy: HoldingProxy, half: str
) -> None:
    slow = world.new_base_path()
    world.publish(world.twice_plus_hundred, slow, 1)
    config = model_config_list({"half": half, "slow": slow})
    proxy.hold(f"{slow.rpartition('/')[2]}/1/saved_model.pb".encode())
    with pytest.raises(grpc.RpcError, match="still loading: slow") as failure:
        clients.reload_config(server, config, timeout_seconds=_SHORT_SECONDS)
    assert failure.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    # The configuration was applied.
    proxy.release()
    wait_for(lambda answer: answer == _TWICE, lambda: _prediction(server, "slow"))


def test_a_reload_is_answered_while_another_one_waits(
    world: World, server: ModelServer, proxy: HoldingProxy, half: str, twice: str
) -> None:
    slow = world.new_base_path()
    world.publish(world.twice_plus_hundred, slow, 1)
    proxy.hold(f"{slow.rpartition('/')[2]}/1/saved_model.pb".encode())
    with concurrent.futures.ThreadPoolExecutor() as pool:
        waits = pool.submit(
            clients.reload_config, server, model_config_list({"half": half, "slow": slow})
        )
        proxy.wait_until_held()
        clients.reload_config(
            server, model_config_list({"half": half, "slow": slow, "twice": twice})
        )
        assert (waits.done(), _prediction(server, "twice")) == (False, _TWICE)
        proxy.release()
        assert waits.result().status.error_code == 0


def test_concurrent_reloads_apply_one_whole_configuration(
    server: ModelServer, half: str, twice: str
) -> None:
    # Each configuration has models with its number in their names, and "half".
    configs = {
        frozenset({"half", f"a{thread}", f"b{thread}"}): model_config_list(
            {"half": half, f"a{thread}": half, f"b{thread}": twice}
        )
        for thread in range(_THREADS)
    }
    with concurrent.futures.ThreadPoolExecutor(_THREADS) as pool:
        for _ in range(3):
            for done in [
                pool.submit(clients.reload_config, server, config) for config in configs.values()
            ]:
                assert done.result().status.error_code == 0
    in_force = frozenset(
        model["name"] for model in clients.get(server, "/v1/models").json()["models"]
    )
    assert in_force in configs
    clients.reload_config(server, configs[in_force])  # Which waits for its models.
    answers = {name: _prediction(server, name) for name in in_force}
    assert answers == {name: _TWICE if name[0] == "b" else _HALF for name in in_force}
    others = {name for names in configs for name in names} - in_force
    wait_for(lambda codes: codes == {404}, lambda: {_prediction(server, name) for name in others})
