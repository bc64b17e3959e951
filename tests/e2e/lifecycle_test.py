# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the command line, the start and the end of the program."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator

import numpy as np
import pytest
from tensorflow_serving_s3._programs import MODEL_SERVER, find_program

from tests.e2e import clients
from tests.e2e.load import Load
from tests.e2e.world import World

_FLAGS = (
    "--model_name",
    "--model_base_path",
    "--port",
    "--rest_api_port",
    "--file_system_poll_wait_seconds",
    "--version",
    "--help",
)
_SIGNALS = [signal.SIGTERM, signal.SIGINT]
_AT_ONCE_SECONDS = 5.0  # Less than the server gives requests under way.


def _run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [find_program(MODEL_SERVER), *arguments],
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("signal_number", _SIGNALS)
def test_a_signal_ends_a_serving_server_with_exit_code_0(
    world: World, signal_number: signal.Signals
) -> None:
    with world.serving_model(world.half_plus_three) as server:
        assert server.stop(signal_number) == 0


@pytest.mark.parametrize("signal_number", _SIGNALS)
def test_a_signal_ends_a_server_that_has_found_no_model_with_exit_code_0(
    world: World, signal_number: signal.Signals
) -> None:
    with world.serving(world.new_base_path()) as server:
        assert server.stop(signal_number) == 0


def test_a_signal_ends_a_server_whose_s3_does_not_answer_with_exit_code_0(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # It accepts and says nothing.
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with world.serving("s3://models/m", env={"AWS_ENDPOINT_URL_S3": endpoint}) as server:
            assert server.stop() == 0


def test_a_signal_under_load_ends_the_server_with_exit_code_0(world: World) -> None:
    with world.serving_model(world.half_plus_three) as server:
        ask = lambda: clients.post(server, {"instances": [1.0]}).status_code  # noqa: E731
        with Load([ask] * 4) as load:
            load.wait_for_answers(5)
            assert server.stop() == 0
        assert {answer for record in load.records for answer in record.answers} <= {200, 503}


def test_an_idle_connection_does_not_delay_the_end(world: World) -> None:
    with world.serving_model(world.half_plus_three) as server:
        address = ("127.0.0.1", server.rest_port)
        with socket.create_connection(address), clients.channel(server):
            assert server.process.stop(grace_seconds=_AT_ONCE_SECONDS) == 0


def test_an_answered_request_of_16_mebibytes_does_not_delay_the_end(world: World) -> None:
    with world.serving_model(world.half_plus_three) as server:
        values = np.zeros(4 * 1024 * 1024, np.float32)
        clients.predict(server, clients.predict_request(server, {"x": values}))
        assert server.process.stop(grace_seconds=_AT_ONCE_SECONDS) == 0


def test_version_names_the_server_tensorflow_and_the_s3_filesystem() -> None:
    done = _run("--version")
    lines = [line.partition(": ")[0] for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert lines == ["TensorFlow ModelServer", "TensorFlow Library", "S3 filesystem"]


def test_the_exit_code_of_a_probe_says_whether_the_server_is_ready(world: World) -> None:
    with world.serving(world.new_base_path()) as server:
        url = server.rest_url
        alive, ready = _run(f"--probe={url}/livez"), _run(f"--probe={url}/readyz")
        assert (alive.returncode, alive.stdout, alive.stderr) == (0, "", f"{url}/livez: 200 ok\n")
        assert (ready.returncode, ready.stdout) == (1, "")
        assert ready.stderr.startswith(f"{url}/readyz: 503 not ready: ")
    gone = _run(f"--probe={url}")
    assert (gone.returncode, "Connection refused" in gone.stderr) == (1, True)


def test_a_probe_of_an_address_of_another_form_is_an_error_of_the_command_line() -> None:
    done = _run("--probe=localhost")
    assert (done.returncode, "--probe=localhost is not an address" in done.stderr) == (2, True)


def test_a_base_path_in_a_variable_needs_the_name_in_the_other() -> None:
    done = _run("--port=1", MODEL_BASE_PATH="s3://models", MODEL_NAME="")
    assert (done.returncode, "MODEL_NAME is not set" in done.stderr) == (2, True)


@pytest.mark.parametrize("flag", _FLAGS)
def test_help_names_every_flag(flag: str) -> None:
    done = _run("--help")
    assert (done.returncode, flag in done.stdout) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--no_such_flag=1", "--model_base_path=/m"], "no_such_flag"),
        (["--port=many", "--model_base_path=/m"], "port"),
        (["--port=65536", "--model_base_path=/m"], "port"),
        (["--file_system_poll_wait_seconds=x", "--model_base_path=/m"], "poll_wait_seconds"),
        (["--model_base_path=/m", "stray"], "stray"),
        ([], "--model_base_path"),
    ],
    ids=["unknown", "no number", "no port", "no seconds", "no flag at all", "nothing to serve"],
)
def test_an_invalid_command_line_is_explained(arguments: list[str], named: str) -> None:
    done = _run(*arguments)
    assert (done.returncode not in (0, -signal.SIGABRT), named in done.stderr) == (True, True)


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port on which another socket listens."""
    with socket.create_server(("0.0.0.0", 0)) as other:
        yield other.getsockname()[1]


@pytest.mark.parametrize("flag", ["--port", "--rest_api_port"])
def test_a_port_in_use_is_named(taken_port: int, flag: str) -> None:
    done = _run("--model_base_path=/m", "--port=0", f"{flag}={taken_port}")
    assert (done.returncode > 0, str(taken_port) in done.stderr) == (True, True)


def test_the_ports_open_before_there_is_a_model(world: World) -> None:
    with world.serving(world.new_base_path()) as server:
        assert server.process.exit_code is None
        assert clients.post(server, {"instances": [1.0]}).status_code in (404, 503)
