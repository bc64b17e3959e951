# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests ModelServer with programs that fail. tests/e2e tests it with the model server."""

from pathlib import Path

import pytest

from tensorflow_serving_s3.errors import ProgramError
from tensorflow_serving_s3.testing.model_server import ModelServer, StatusAnswer


def _program(tmp_path: Path, script: str) -> Path:
    program = tmp_path / "tensorflow_model_server"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def test_a_server_that_ends_immediately_is_reported_with_its_last_lines(tmp_path: Path) -> None:
    server = ModelServer("/m", binary=_program(tmp_path, "echo no such flag; exit 3"))
    with pytest.raises(ProgramError, match="exit code 3") as failure:
        server.start()
    assert failure.value.log == ("no such flag",)


def test_a_server_whose_port_was_taken_is_started_again(tmp_path: Path) -> None:
    count = tmp_path / "count"
    server = ModelServer(
        "/m", binary=_program(tmp_path, f"echo x >> {count}; echo Address already in use; exit 1")
    )
    with pytest.raises(ProgramError, match="exit code 1"):
        server.start()
    assert count.read_text() == "x\nx\nx\n"


def test_the_server_inherits_no_aws_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of this computer's user")
    monkeypatch.setenv("S3_ENDPOINT", "somewhere")
    server = ModelServer(
        "/m", env={"AWS_REGION": "given"}, binary=_program(tmp_path, "env; exit 1")
    )
    with pytest.raises(ProgramError):
        server.start()
    told = dict(line.split("=", 1) for line in server.process.lines())
    about_s3 = {name: told[name] for name in told if name.startswith(("AWS_", "S3_"))}
    assert about_s3 == {
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_REGION": "given",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }


def test_the_flags_are_those_of_tensorflow_serving(tmp_path: Path) -> None:
    program = _program(tmp_path, 'for flag in "$@"; do echo "$flag"; done; exit 1')
    server = ModelServer("s3://b/m", model_name="m", flags=["--extra=1"], binary=program)
    with pytest.raises(ProgramError):
        server.start()
    assert server.process.lines() == (
        f"--port={server.grpc_port}",
        f"--rest_api_port={server.rest_port}",
        "--model_name=m",
        "--model_base_path=s3://b/m",
        "--extra=1",
        "--file_system_poll_wait_seconds=1",
    )


def test_a_configuration_file_replaces_the_base_path(tmp_path: Path) -> None:
    program = _program(tmp_path, 'for flag in "$@"; do echo "$flag"; done; exit 1')
    server = ModelServer(model_config_file="s3://b/models.config", binary=program)
    with pytest.raises(ProgramError):
        server.start()
    about_models = [line for line in server.process.lines() if line.startswith("--model")]
    assert about_models == ["--model_config_file=s3://b/models.config"]


def test_a_base_path_and_a_configuration_file_are_refused() -> None:
    with pytest.raises(ValueError, match="either"):
        ModelServer("s3://b/m", model_config_file="s3://b/models.config")


def test_the_states_of_a_status_answer_are_by_version() -> None:
    body = {"model_version_status": [{"version": "124", "state": "LOADING", "status": {}}]}
    assert StatusAnswer(200, body).states() == {124: "LOADING"}


def test_an_error_has_no_states() -> None:
    assert StatusAnswer(404, {"error": "no such model"}).states() == {}
