# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests --model_config_file: several models, versions, labels, and changes of the file."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving_s3._programs import MODEL_SERVER, find_program
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.e2e import clients
from tests.e2e.model_configs import model_config, model_config_list, model_configs
from tests.e2e.waiting import wait_for
from tests.e2e.world import BUCKET, World

_HALF = [3.5]  # What half_plus_three answers for 1.0.
_TWICE = [102.0]  # What twice_plus_hundred does.
_VERSIONS = (1, 2, 3, 5)
_SECONDS = 30.0
_POLLED = ("--model_config_file_poll_wait_seconds=1",)


def _prediction(server: ModelServer, path: str) -> object:
    """Returns the predictions for 1.0, or the HTTP status code of an error."""
    response = clients.post(server, {"instances": [1.0]}, path=f"/v1/models/{path}:predict")
    return response.json()["predictions"] if response.status_code == 200 else response.status_code


def _wait_for_prediction(server: ModelServer, path: str, wanted: object) -> None:
    wait_for(lambda seen: seen == wanted, lambda: _prediction(server, path))


class ConfigFile:
    """A configuration file in S3 or on the local disk."""

    def __init__(self, path: str, put: Callable[[str, bytes], None]) -> None:
        """Sets the path; `put` writes the file."""
        self.path = path
        self._put = put

    def write(self, text: str) -> None:
        """Writes the file, or replaces it."""
        self._put(self.path, text.encode())


def _put_local(path: str, content: bytes) -> None:
    Path(f"{path}.new").write_bytes(content)
    os.replace(f"{path}.new", path)


@pytest.fixture(params=["local", "s3"])
def config_file(request: pytest.FixtureRequest, world: World, tmp_path: Path) -> ConfigFile:
    """The path of a configuration file that does not exist yet."""
    if request.param == "local":
        return ConfigFile(str(tmp_path / "models.config"), _put_local)
    return ConfigFile(f"{world.new_base_path()}/models.config", world.put)


@pytest.fixture(scope="module")
def half(world: World) -> str:
    """The base path of half_plus_three, version 1."""
    base_path = world.new_base_path()
    world.publish(world.half_plus_three, base_path, 1)
    return base_path


@pytest.fixture(scope="module")
def twice(world: World) -> str:
    """The base path of twice_plus_hundred, version 1."""
    base_path = world.new_base_path()
    world.publish(world.twice_plus_hundred, base_path, 1)
    return base_path


@pytest.fixture(scope="module")
def twice_2(world: World) -> str:
    """The base path of twice_plus_hundred, version 2."""
    base_path = world.new_base_path()
    world.publish(world.twice_plus_hundred, base_path, 2)
    return base_path


def test_every_model_of_the_file_is_served(
    world: World, config_file: ConfigFile, half: str, twice: str
) -> None:
    config_file.write(model_config_list({"half": half, "twice": twice}))
    with world.serving_config(config_file.path, model_name="half") as server:
        _wait_for_prediction(server, "half", _HALF)
        _wait_for_prediction(server, "twice", _TWICE)


@pytest.fixture(scope="module")
def four_versions(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelServer]:
    """A server with several policies for four versions. The odd versions are half_plus_three."""
    base_path = world.new_base_path()
    for version in _VERSIONS:
        model = world.half_plus_three if version % 2 else world.twice_plus_hundred
        world.publish(model, base_path, version)
    config = tmp_path_factory.mktemp("config") / "models.config"
    config.write_text(
        model_configs(
            model_config("no_policy", base_path),
            model_config("latest", base_path, versions="latest { num_versions: 2 }"),
            model_config("all", base_path, versions="all {}"),
            model_config(
                "specific",
                base_path,
                versions="specific { versions: 1 versions: 2 }",
                labels={"stable": 1, "canary": 2},
            ),
        )
    )
    with world.serving_config(config, model_name="specific") as server:
        wait_for(
            lambda code: code == 200,
            lambda: clients.get(server, "/readyz").status_code,
            timeout_seconds=_SECONDS,
        )
        yield server


@pytest.mark.parametrize(
    ("model", "served"),
    [("no_policy", {5}), ("latest", {3, 5}), ("all", {1, 2, 3, 5}), ("specific", {1, 2})],
)
def test_the_version_policy_selects_the_served_versions(
    four_versions: ModelServer, model: str, served: set[int]
) -> None:
    wanted = dict.fromkeys(served, "AVAILABLE")
    wait_for(
        lambda states: states == wanted, lambda: four_versions.status(model_name=model).states()
    )


@pytest.mark.parametrize(("label", "answer"), [("stable", _HALF), ("canary", _TWICE)])
def test_rest_predict_by_a_label(four_versions: ModelServer, label: str, answer: object) -> None:
    _wait_for_prediction(four_versions, f"specific/labels/{label}", answer)


@pytest.mark.parametrize(("label", "version", "answer"), [("stable", 1, 3.5), ("canary", 2, 102.0)])
def test_grpc_predict_by_a_label(
    four_versions: ModelServer, label: str, version: int, answer: float
) -> None:
    _wait_for_prediction(four_versions, f"specific/labels/{label}", [answer])
    request = clients.predict_request(four_versions, {"x": np.array([1.0], np.float32)})
    request.model_spec.version_label = label
    response = clients.predict(four_versions, request)
    assert tf.make_ndarray(response.outputs["y"]).tolist() == [answer]
    assert response.model_spec.version.value == version


@pytest.mark.parametrize(("label", "version"), [("stable", 1), ("canary", 2)])
def test_the_status_of_a_label_is_that_of_its_version(
    four_versions: ModelServer, label: str, version: int
) -> None:
    _wait_for_prediction(four_versions, f"specific/versions/{version}", _of(version))
    answer = clients.get(four_versions, f"/v1/models/specific/labels/{label}").json()
    states = {entry["version"]: entry["state"] for entry in answer["model_version_status"]}
    assert states == {str(version): "AVAILABLE"}


def _of(version: int) -> object:
    return _HALF if version % 2 else _TWICE


def test_an_unknown_label_is_refused_by_rest(four_versions: ModelServer) -> None:
    path = "/v1/models/specific/labels/nightly:predict"
    response = clients.post(four_versions, {"instances": [1.0]}, path=path)
    assert (response.status_code, "nightly" in response.json()["error"]) == (400, True)


def test_an_unknown_label_is_refused_by_grpc(four_versions: ModelServer) -> None:
    request = clients.predict_request(four_versions, {"x": np.array([1.0], np.float32)})
    request.model_spec.version_label = "nightly"
    with pytest.raises(grpc.RpcError, match="nightly") as failure:
        clients.predict(four_versions, request)
    assert failure.value.code() == grpc.StatusCode.INVALID_ARGUMENT


_REFUSED = {
    "no config": (
        "model_config_list { config { nam: ",
        ["Error parsing text-format tensorflow.serving.ModelServerConfig: 1:33: "],
    ),
    "a duplicate name": (
        model_configs(model_config("half", "/models/half"), model_config("half", "/models/other")),
        ["half", "Illegal to list model half multiple times"],
    ),
    "a relative path": (model_config_list({"half": "models/half"}), ["half", "models/half"]),
    "an unknown platform": (
        model_configs(model_config("half", "/models/half", platform="pytorch")),
        ["half", "pytorch", "tensorflow"],
    ),
    "no version": (
        model_configs(model_config("half", "/models/half", versions="specific {}")),
        ["half", "specific"],
    ),
}


def _run_with(config_path: str, *, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [find_program(MODEL_SERVER), f"--model_config_file={config_path}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=env,
    )


@pytest.mark.parametrize(("text", "named"), _REFUSED.values(), ids=_REFUSED.keys())
def test_an_invalid_file_ends_the_start_with_exit_code_2_and_one_line(
    tmp_path: Path, text: str, named: list[str]
) -> None:
    config = tmp_path / "models.config"
    config.write_text(text)
    done = _run_with(str(config), env={})
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr
    assert [word for word in named if word not in done.stderr] == []


@pytest.mark.parametrize("folder", ["/there/is/none", f"s3://{BUCKET}/there/is/none"])
def test_a_missing_file_ends_the_start_with_exit_code_2_and_one_line(
    world: World, folder: str
) -> None:
    done = _run_with(f"{folder}/models.config", env=world.storage.env())
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr
    assert f"{folder}/models.config" in done.stderr


@contextlib.contextmanager
def _polling(world: World, config_file: ConfigFile, text: str) -> Iterator[ModelServer]:
    config_file.write(text)
    with world.serving_config(config_file.path, model_name="half", flags=_POLLED) as server:
        _wait_for_prediction(server, "half", _HALF)
        yield server


def test_a_model_that_is_added_to_the_file_is_served(
    world: World, config_file: ConfigFile, half: str, twice: str
) -> None:
    with _polling(world, config_file, model_config_list({"half": half})) as server:
        config_file.write(model_config_list({"half": half, "twice": twice}))
        _wait_for_prediction(server, "twice", _TWICE)


def test_a_model_that_is_removed_from_the_file_is_unloaded(
    world: World, config_file: ConfigFile, half: str, twice: str
) -> None:
    both = model_config_list({"half": half, "twice": twice})
    with _polling(world, config_file, both) as server:
        _wait_for_prediction(server, "twice", _TWICE)
        config_file.write(model_config_list({"half": half}))
        _wait_for_prediction(server, "twice", 404)
        assert _prediction(server, "half") == _HALF


def test_a_model_that_moves_to_a_path_with_another_version_is_served_from_there(
    world: World, config_file: ConfigFile, half: str, twice_2: str
) -> None:
    with _polling(world, config_file, model_config_list({"half": half})) as server:
        config_file.write(model_config_list({"half": twice_2}))
        _wait_for_prediction(server, "half", _TWICE)
        wait_for(
            lambda states: states == {1: "END", 2: "AVAILABLE"}, lambda: server.status().states()
        )


def test_a_model_that_moves_to_a_path_with_the_same_version_is_served_from_there(
    world: World, config_file: ConfigFile, half: str, twice: str
) -> None:
    with _polling(world, config_file, model_config_list({"half": half})) as server:
        config_file.write(model_config_list({"half": twice}))
        _wait_for_prediction(server, "half", _TWICE)
        wait_for(lambda states: states == {1: "AVAILABLE"}, lambda: server.status().states())


@pytest.mark.parametrize("broken", [text for text, _ in _REFUSED.values()], ids=_REFUSED.keys())
def test_an_invalid_file_is_logged_and_changes_nothing_until_it_is_valid(
    world: World, tmp_path: Path, half: str, twice: str, broken: str
) -> None:
    config_file = ConfigFile(str(tmp_path / "models.config"), _put_local)
    with _polling(world, config_file, model_config_list({"half": half})) as server:
        config_file.write(broken)
        line = server.process.wait_for_line("the models do not change", timeout_seconds=_SECONDS)
        assert config_file.path in line
        assert _prediction(server, "half") == _HALF
        config_file.write(model_config_list({"half": half, "twice": twice}))
        _wait_for_prediction(server, "twice", _TWICE)


def test_a_deleted_file_is_logged_and_changes_nothing_until_it_is_back(
    world: World, tmp_path: Path, half: str, twice: str
) -> None:
    config_file = ConfigFile(str(tmp_path / "models.config"), _put_local)
    with _polling(world, config_file, model_config_list({"half": half})) as server:
        os.unlink(config_file.path)
        server.process.wait_for_line("cannot be read", timeout_seconds=_SECONDS)
        assert _prediction(server, "half") == _HALF
        config_file.write(model_config_list({"half": half, "twice": twice}))
        _wait_for_prediction(server, "twice", _TWICE)
