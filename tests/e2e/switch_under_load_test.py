# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that no request fails while versions change under load.

The environment variable SWITCHES is the number of changes.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import requests
import tensorflow as tf
from tensorflow_serving.apis import prediction_service_pb2_grpc
from tensorflow_serving_s3.testing import saved_models
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.e2e import clients
from tests.e2e.load import Load
from tests.e2e.model_configs import model_config, model_configs
from tests.e2e.waiting import wait_for
from tests.e2e.world import World

_SWITCHES = int(os.environ.get("SWITCHES", "20"))
_MODEL = "half_plus_three"
_VERSIONS = (1, 2, 3)
_ANSWERS_PER_SWITCH = 3


def _answer_of(version: int) -> float:
    """Returns the response of a version for 1.0, different for each version."""
    return 1.0 + 100.0 * version


@pytest.fixture(scope="module")
def base_path(world: World, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The base path of three versions with different answers."""
    url = world.new_base_path()
    for version in _VERSIONS:
        folder = tmp_path_factory.mktemp("saved_models") / str(version)
        world.publish(
            saved_models.save_linear(folder, slope=1.0, offset=100.0 * version), url, version
        )
    return url


@pytest.fixture
def server(world: World, base_path: str, tmp_path: Path) -> Iterator[ModelServer]:
    """A server with version 1."""
    config = tmp_path / "models.config"
    config.write_text(_only(base_path, 1))
    with world.serving_config(config, model_name=_MODEL) as running:
        running.wait_until_available(1)
        yield running


def _only(base_path: str, version: int) -> str:
    return model_configs(
        model_config(_MODEL, base_path, versions=f"specific {{ versions: {version} }}")
    )


def _both(base_path: str, label: int) -> str:
    return model_configs(
        model_config(
            _MODEL,
            base_path,
            versions="specific { versions: 1 versions: 2 }",
            labels={"stable": label},
        )
    )


def _by_rest(session: requests.Session, url: str) -> Callable[[], object]:
    def ask() -> object:
        response = session.post(url, json={"instances": [1.0]}, timeout=clients.SECONDS)
        assert response.status_code == 200, response.text
        return response.json()["predictions"]

    return ask


def _by_grpc(server: ModelServer, channel: object, *, label: str = "") -> Callable[[], object]:
    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    request = clients.predict_request(server, {"x": np.array([1.0], np.float32)})
    if label:
        request.model_spec.version_label = label

    def ask() -> object:
        response = stub.Predict(request, timeout=clients.SECONDS)
        return tf.make_ndarray(response.outputs["y"]).tolist()

    return ask


def _switch_under_load(
    server: ModelServer, configs: list[tuple[str, int]], *, label: str = ""
) -> None:
    """Applies the configurations one after the other, each with its expected version."""
    url = f"{server.rest_url}/v1/models/{_MODEL}{f'/labels/{label}' if label else ''}:predict"
    with (
        clients.session() as first,
        clients.session() as second,
        clients.channel(server) as channel,
    ):
        askers = [
            _by_rest(first, url),
            _by_rest(second, url),
            _by_grpc(server, channel, label=label),
            _by_grpc(server, channel, label=label),
        ]
        with Load(askers) as load:
            load.wait_for_answers(_ANSWERS_PER_SWITCH)
            for config, version in configs:
                clients.reload_config(server, config)
                _wait_for_answer(askers[0], version)
                load.wait_for_answers(_ANSWERS_PER_SWITCH)
                # After the first response of the new version, the old version never answers.
                assert load.failures() == []
                assert {str(record.answers[-1]) for record in load.records} == {
                    str([_answer_of(version)])
                }
    steps = [[_answer_of(version)] for _, version in configs]
    assert [record.answers for record in load.records] == [[[_answer_of(1)], *steps]] * len(askers)


def _wait_for_answer(ask: Callable[[], object], version: int) -> None:
    wait_for(lambda answer: answer == [_answer_of(version)], ask)


def test_no_request_fails_while_versions_change(server: ModelServer, base_path: str) -> None:
    versions = itertools.islice(itertools.cycle((2, 3, 1)), _SWITCHES)
    _switch_under_load(server, [(_only(base_path, version), version) for version in versions])


def test_no_request_by_label_fails_while_the_label_moves(
    server: ModelServer, base_path: str
) -> None:
    clients.reload_config(server, _both(base_path, 1))
    versions = itertools.islice(itertools.cycle((2, 1)), _SWITCHES)
    _switch_under_load(
        server, [(_both(base_path, version), version) for version in versions], label="stable"
    )


def test_no_request_by_label_fails_when_the_label_moves_to_a_version_that_is_not_loaded(
    world: World, base_path: str, tmp_path: Path
) -> None:
    def labelled(version: int) -> str:
        policy = f"specific {{ versions: {version} }}"
        return model_configs(
            model_config(_MODEL, base_path, versions=policy, labels={"stable": version})
        )

    config = tmp_path / "models.config"
    config.write_text(labelled(1))
    with world.serving_config(config, model_name=_MODEL) as server:
        server.wait_until_available(1)
        versions = itertools.islice(itertools.cycle((2, 3, 1)), _SWITCHES)
        _switch_under_load(
            server, [(labelled(version), version) for version in versions], label="stable"
        )
