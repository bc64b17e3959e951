# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that an unload returns the memory to the operating system."""

from __future__ import annotations

from pathlib import Path

from tensorflow_serving_s3.testing import saved_models
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.e2e import clients
from tests.e2e.model_configs import model_config_list
from tests.e2e.waiting import wait_for
from tests.e2e.world import World

_MEBIBYTES = 256
_ROUNDS = 3


def _resident_mebibytes(server: ModelServer) -> int:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) // 1024


def test_an_unload_returns_the_memory(world: World, tmp_path: Path) -> None:
    saved_models.save_large(tmp_path / "large" / "1", mebibytes=_MEBIBYTES)
    half = {"half": world.new_base_path()}
    world.publish(world.half_plus_three, half["half"], 1)
    config = tmp_path / "models.config"
    config.write_text(model_config_list(half))
    with world.serving_config(config, model_name="half") as server:
        server.wait_until_available()
        before = _resident_mebibytes(server)
        for _ in range(_ROUNDS):
            clients.reload_config(
                server, model_config_list({**half, "large": str(tmp_path / "large")})
            )
            assert _resident_mebibytes(server) > before + _MEBIBYTES // 2
            clients.reload_config(server, model_config_list(half))
            wait_for(
                lambda mebibytes: mebibytes < before + _MEBIBYTES // 4,
                lambda: _resident_mebibytes(server),
            )
