# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the logging_config of a model, which logs answered requests to TFRecord files."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.e2e import clients
from tests.e2e.waiting import wait_for
from tests.e2e.world import World

_LOG_SECONDS = 30.0


def _config(base_path: str, prefix: Path, *, rate: float = 1.0) -> str:
    return (
        f'model_config_list {{ config {{ name: "half" base_path: "{base_path}"'
        f' logging_config {{ log_collector_config {{ filename_prefix: "{prefix}" }}'
        f" sampling_config {{ sampling_rate: {rate} }} }} }} }}\n"
    )


def _logs(folder: Path) -> list[Any]:
    """Returns the PredictionLog messages in all files of a folder."""
    return [
        prediction_log_pb2.PredictionLog.FromString(record.numpy())
        for file in sorted(folder.glob("*.tfrecord"))
        for record in tf.data.TFRecordDataset(str(file))
    ]


@pytest.fixture
def base_path(world: World) -> str:
    """The base path of version 1 of half_plus_three."""
    path = world.new_base_path()
    world.publish(world.half_plus_three, path, 1)
    return path


@pytest.fixture
def server(world: World, base_path: str, tmp_path: Path) -> Iterator[ModelServer]:
    """A server that logs every request to files in the folder "logs"."""
    config = tmp_path / "models.config"
    config.write_text(_config(base_path, tmp_path / "logs" / "half"))
    with world.serving_config(config, model_name="half") as running:
        running.wait_until_available()
        yield running


def _ask_by_both(server: ModelServer) -> None:
    assert clients.post(server, {"instances": [1.0]}).json() == {"predictions": [3.5]}
    clients.predict(server, clients.predict_request(server, {"x": [2.0]}))


def test_requests_by_rest_and_by_grpc_are_logged_with_their_answers(
    server: ModelServer, tmp_path: Path
) -> None:
    _ask_by_both(server)
    server.stop()
    logged = [
        (
            tf.make_ndarray(log.predict_log.request.inputs["x"]).tolist(),
            tf.make_ndarray(log.predict_log.response.outputs["y"]).tolist(),
            log.log_metadata.model_spec.version.value,
        )
        for log in _logs(tmp_path / "logs")
    ]
    assert logged == [([1.0], [3.5], 1), ([2.0], [4.0], 1)]


def test_a_log_is_a_warmup_file_of_the_next_version(
    server: ModelServer, world: World, base_path: str, tmp_path: Path
) -> None:
    _ask_by_both(server)
    wait_for(lambda logs: len(logs) == 2, lambda: _logs(tmp_path / "logs"))
    (log,) = (tmp_path / "logs").glob("*.tfrecord")
    model = tmp_path / "model"
    shutil.copytree(world.half_plus_three, model)
    (model / "assets.extra").mkdir()
    shutil.copy(log, model / "assets.extra" / "tf_serving_warmup_requests")
    world.publish(model, base_path, 2)
    server.wait_until_available(2)
    server.process.wait_for_line(
        "Warmed up half version 2 with 2 requests", timeout_seconds=_LOG_SECONDS
    )


def test_a_reload_ends_the_logging(server: ModelServer, base_path: str, tmp_path: Path) -> None:
    _ask_by_both(server)
    clients.reload_config(server, _config(base_path, tmp_path / "logs" / "half", rate=0.0))
    _ask_by_both(server)
    server.stop()
    assert len(_logs(tmp_path / "logs")) == 2


def test_an_invalid_rate_is_refused(server: ModelServer, base_path: str, tmp_path: Path) -> None:
    with pytest.raises(grpc.RpcError, match=r"sampling_rate 2 .* is not from 0"):
        clients.reload_config(server, _config(base_path, tmp_path / "half", rate=2.0))
    assert clients.post(server, {"instances": [1.0]}).status_code == 200


def test_requests_succeed_when_the_log_folder_cannot_be_created(
    world: World, base_path: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")
    config = tmp_path / "models.config"
    config.write_text(_config(base_path, tmp_path / "file" / "half"))
    with world.serving_config(config, model_name="half") as server:
        server.wait_until_available()
        _ask_by_both(server)
        wait_for(
            lambda lines: any("Cannot log " in line for line in lines),
            lambda: server.log_tail(50),
        )
