# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the programs in C++ and in Python with models and a manifest in an S3 server."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tensorflow_serving_s3.publish import publish_version
from tensorflow_serving_s3.testing import saved_models
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

_FOLDER = Path("examples/custom_source")
_PROGRAMS = {
    "C++": [os.fspath(_FOLDER / "serve_manifest")],
    "Python": [sys.executable, os.fspath(_FOLDER / "serve_manifest.py")],
}
_SECONDS = 60.0


class Session:
    """A running program with its input and output."""

    def __init__(self, program: list[str], storage: SeaweedFS, manifest: str) -> None:
        """Starts the program."""
        self.process = subprocess.Popen(
            [*program, manifest],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={
                **storage.env(),
                "AWS_EC2_METADATA_DISABLED": "true",
                "PYTHONPATH": os.pathsep.join([os.getcwd(), *sys.path]),
            },
            encoding="utf-8",
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._collect, daemon=True)
        self._reader.start()

    def say(self, line: str) -> None:
        """Writes a line to the input."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def wait_for(self, text: str) -> str:
        """Returns the next output line that starts with `text`."""
        while True:
            line = self._lines.get(timeout=_SECONDS)
            assert line is not None, f"the program ended without printing {text!r}"
            if line.startswith(text):
                return line

    def end_of_input(self) -> int:
        """Closes the input and returns the exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(_SECONDS)

    def _collect(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            for line in output:
                self._lines.put(line.rstrip("\n"))
        self._lines.put(None)


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedFS]:
    """An S3 server with two models."""
    folder = tmp_path_factory.mktemp("models")
    half = saved_models.save_half_plus_three(folder / "half")
    twice = saved_models.save_linear(folder / "twice", slope=2.0, offset=100.0)
    with SeaweedFS(buckets=["models"]) as server:
        publish_version(half, "s3://models/half", 7, client=server.client())
        publish_version(twice, "s3://models/elsewhere", 1, client=server.client())
        yield server


@pytest.fixture(params=list(_PROGRAMS))
def program(request: pytest.FixtureRequest) -> list[str]:
    """The command of the program in C++ or Python."""
    return _PROGRAMS[request.param]


@pytest.fixture
def session(program: list[str], storage: SeaweedFS) -> Iterator[Session]:
    """The program with the first model."""
    _write_manifest(storage, "half 7 s3://models/half/7\n")
    running = Session(program, storage, "s3://models/manifest.txt")
    try:
        running.wait_for("half version 7: AVAILABLE")
        yield running
    finally:
        running.process.kill()
        running.process.wait()


def _write_manifest(storage: SeaweedFS, text: str) -> None:
    storage.client().put_object(Bucket="models", Key="manifest.txt", Body=text.encode())


def test_a_model_in_the_manifest_answers(session: Session) -> None:
    session.say("half 1 2 5")
    assert session.wait_for("half") == "half version 7: 3.5 4 5.5"


def test_a_change_of_the_manifest_switches_the_version(
    session: Session, storage: SeaweedFS
) -> None:
    _write_manifest(storage, "half 8 s3://models/elsewhere/1  # a better one\n")
    session.wait_for("half version 8: AVAILABLE")
    session.wait_for("half version 7: END")
    session.say("half 1")
    assert session.wait_for("half") == "half version 8: 102"


def test_a_model_that_is_removed_from_the_manifest_is_unloaded(
    session: Session, storage: SeaweedFS
) -> None:
    _write_manifest(storage, "# nothing today\n")
    session.wait_for("half version 7: END")
    session.say("half 1")
    session.wait_for("Servable not found for request: Latest(half)")


def test_a_missing_version_is_reported_and_the_old_one_serves(
    session: Session, storage: SeaweedFS
) -> None:
    _write_manifest(storage, "half 8 s3://models/half/8\n")
    assert "s3://models/half/8" in session.wait_for("half version 8: LOADING, NOT_FOUND")
    session.say("half 1")
    assert session.wait_for("half version 7: 3.5") == "half version 7: 3.5"


@pytest.mark.parametrize("line", ["half", "half one"])
def test_an_invalid_request_is_reported(session: Session, line: str) -> None:
    session.say(line)
    session.wait_for(f'"{line.split()[-1]}" is no')


def test_the_end_of_the_input_ends_the_program(session: Session) -> None:
    assert session.end_of_input() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_program(session: Session, number: signal.Signals) -> None:
    session.process.send_signal(number)
    assert session.process.wait(_SECONDS) == 0


def test_without_a_manifest_the_program_prints_its_usage(program: list[str]) -> None:
    environment = {"PYTHONPATH": os.pathsep.join([os.getcwd(), *sys.path])}
    done = subprocess.run(program, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 2
    assert "Usage: " in done.stderr
