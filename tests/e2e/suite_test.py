# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The suite runs against a server that runs already, another program, and an image."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tensorflow_serving_s3._programs import MODEL_SERVER, find_program
from tensorflow_serving_s3.testing.model_server import ModelServer
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from tests.e2e import suite


def _suite(*arguments: str, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.suite", *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_a_running_server(tmp_path: Path) -> None:
    empty = tmp_path / "models.config"
    empty.write_text("model_config_list {}")
    with (
        SeaweedFS(buckets=["given"]) as storage,
        ModelServer(model_config_file=empty, env=storage.env()) as server,
    ):
        output = _suite(
            f"--rest={server.rest_url}",
            f"--grpc={server.grpc_address}",
            "--bucket=given",
            env=storage.env(),
        )
    assert re.search(r"\d\d passed", output)


def test_a_program_and_an_image(tmp_path: Path) -> None:
    used = tmp_path / "used"
    docker = tmp_path / "docker"
    # In place of docker: drops its arguments up to the image, and runs the server.
    docker.write_text(
        f'#!/bin/sh\necho "$@" >> {used}\nwhile [ "$1" != image:1 ]; do shift; done\nshift\n'
        f'exec {find_program(MODEL_SERVER)} "$@"\n'
    )
    docker.chmod(docker.stat().st_mode | stat.S_IXUSR)
    one = ["--", "-k", "test_rest_predict_of_a_version"]
    assert "1 passed" in _suite("--image=image:1", f"--docker={docker}", *one)
    assert "--network=host" in used.read_text()
    assert "-e AWS_ENDPOINT_URL_S3" in used.read_text()
    assert "1 passed" in _suite(f"--server_binary={find_program(MODEL_SERVER)}", *one)


def test_the_commands_of_the_page_are_valid() -> None:
    page = Path("docs/testing.md").read_text(encoding="utf-8")
    commands = re.findall(r"^\./bazelw run //tests/e2e:suite -- (.*)$", page, re.MULTILINE)
    assert len(commands) == 3
    for command in commands:
        suite._parse(command.split())


def test_a_running_server_needs_all_addresses() -> None:
    with pytest.raises(SystemExit):
        suite.main(["--rest=http://localhost:8501"])
