# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Models in an S3 server, and functions that start a server in this process or another one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tensorflow_serving_s3.publish import publish_version
from tensorflow_serving_s3.server import ModelServer, ServerOptions
from tensorflow_serving_s3.testing import saved_models
from tensorflow_serving_s3.testing._ports import pick_free_ports
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

RunPython = Callable[[str], "subprocess.CompletedProcess[str]"]
StartServer = Callable[..., ModelServer]

_SECONDS = 240


@pytest.fixture(scope="session")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedFS]:
    """An S3 server with half_plus_three as half/7 and y = 2 x + 100 as half/8.

    The environment of this process refers to it.
    """
    folder = tmp_path_factory.mktemp("models")
    half = saved_models.save_half_plus_three(folder / "half")
    twice = saved_models.save_linear(folder / "twice", slope=2.0, offset=100.0)
    with SeaweedFS(buckets=["models"]) as running, pytest.MonkeyPatch.context() as patch:
        for name, value in {**running.env(), "AWS_EC2_METADATA_DISABLED": "true"}.items():
            patch.setenv(name, value)
        publish_version(half, "s3://models/half", 7, client=running.client())
        publish_version(twice, "s3://models/half", 8, client=running.client())
        yield running


@pytest.fixture
def start(storage: SeaweedFS) -> Iterator[StartServer]:
    """Starts servers in this process on a free REST port: `start(source, **flags)`."""
    servers: list[ModelServer] = []

    def start_server(source: Any = None, *, port: int = 0, **flags: Any) -> ModelServer:
        (rest,) = pick_free_ports(1)
        options = ServerOptions(rest_api_port=rest, port=port, flags=flags)
        server = ModelServer(options, source=source)
        servers.append(server)
        return server

    yield start_server
    for server in servers:
        server.stop()


def wait_until(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Waits until the condition is true, and returns its value."""
    deadline = time.monotonic() + seconds
    while True:
        if value := condition():
            return value
        assert time.monotonic() < deadline, f"not in {seconds:g} s"
        time.sleep(0.02)


@pytest.fixture
def run_python(storage: SeaweedFS, tmp_path: Path) -> RunPython:
    """Runs a program in another Python process with the same modules and the S3 server."""
    environment = {
        **storage.env(),
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "HOME": os.fspath(tmp_path),
        "TF_CPP_MIN_LOG_LEVEL": "1",
    }

    def run(program: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", program],
            env=environment,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )

    return run
