# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the options of a model in its assets.extra/saved_model_config.pb."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.e2e import clients
from tests.e2e.waiting import wait_for
from tests.e2e.world import World

# SavedModelConfig{session_overrides{disable_meta_optimizer: true}}, and with false.
_DISABLED = b"\x0a\x02\x18\x01"
_ENABLED = b"\x0a\x02\x18\x00"
_METRICS = "/monitoring/prometheus/metrics"
_CALL = ':tensorflow:core:graph_unused_outputs{name="StatefulPartitionedCall"}'
_FILE = "assets.extra/saved_model_config.pb"


def _model_with(world: World, folder: Path, content: bytes) -> Path:
    model = folder / "model"
    shutil.copytree(world.half_plus_three, model)
    (model / "assets.extra").mkdir(exist_ok=True)
    (model / _FILE).write_bytes(content)
    return model


@pytest.mark.parametrize(("content", "is_optimized"), [(_ENABLED, True), (_DISABLED, False)])
def test_a_model_disables_grappler(
    world: World, tmp_path: Path, content: bytes, is_optimized: bool
) -> None:
    monitoring = tmp_path / "monitoring.txt"
    monitoring.write_text("prometheus_config { enable: true }")
    base_path = world.new_base_path()
    world.publish(_model_with(world, tmp_path, content), base_path, 1)
    with world.serving(base_path, flags=[f"--monitoring_config_file={monitoring}"]) as server:
        server.wait_until_available()
        assert clients.post(server, {"instances": [1.0]}).json() == {"predictions": [3.5]}
        # Grappler inlines the function of the signature.
        is_called = _CALL in clients.get(server, _METRICS).text
        assert is_called != is_optimized


def test_a_model_with_a_broken_file_ends_with_an_error_that_names_the_file(
    world: World, tmp_path: Path
) -> None:
    base_path = world.new_base_path()
    world.publish(_model_with(world, tmp_path, b"\x0a\x7f"), base_path, 1)
    with world.serving(base_path, flags=["--max_num_load_retries=0"]) as server:
        wait_for(lambda states: states == {1: "END"}, lambda: server.status().states())
        (entry,) = server.status().body["model_version_status"]
        assert entry["status"]["error_code"] == "DATA_LOSS"
        assert f"{base_path}/1/{_FILE}" in entry["status"]["error_message"]
