# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the quickstart as a separate process."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
import requests

from examples.quickstart import quickstart

_SECONDS = 120.0


@dataclasses.dataclass
class Run:
    """A run of the quickstart with its temporary files in a folder of the test."""

    process: subprocess.Popen[str]
    folder: Path

    def read_until(self, text: str) -> str:
        """Reads the standard output until it contains a text, which may be a part of a line."""
        output: IO[str] | None = self.process.stdout
        assert output is not None
        read = ""
        while text not in read:
            character = output.read(1)
            assert character, f"the output ended without {text!r}: {read}"
            read += character
        return read

    def finish(self) -> tuple[int, str, str]:
        """Waits for the end and returns the exit code and the rest of both outputs."""
        output, errors = self.process.communicate(timeout=_SECONDS)
        return self.process.returncode, output, errors

    def left_behind(self) -> list[str]:
        """Returns the remaining files, and the processes with the folder in their arguments."""
        return [str(path) for path in self.folder.iterdir()] + self.processes_left()

    def processes_left(self) -> list[str]:
        """Returns the processes with the folder in their arguments or environment."""
        told = os.fsencode(self.folder)
        return [str(process) for process in _processes() if told in _environment(process)]


def _processes() -> Iterator[Path]:
    return (path for path in Path("/proc").iterdir() if path.name.isdigit())


def _environment(process: Path) -> bytes:
    try:
        return (process / "environ").read_bytes()
    except OSError:  # It has just ended, or is somebody else's.
        return b""


def _start(folder: Path, *arguments: str) -> Run:
    folder.mkdir()
    environment = {
        **os.environ,
        "TMPDIR": str(folder),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    process = subprocess.Popen(
        [sys.executable, quickstart.__file__, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
        start_new_session=True,  # So that the signals below reach only whom they are sent to.
    )
    return Run(process, folder)


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, tuple[int, str, str]]:
    """A finished run and its result."""
    run = _start(tmp_path_factory.mktemp("quickstart") / "tmp")
    return run, run.finish()


def test_it_succeeds(whole_run: tuple[Run, tuple[int, str, str]]) -> None:
    code, output, errors = whole_run[1]
    assert code == 0, output + errors


def test_it_shows_its_steps_in_order(whole_run: tuple[Run, tuple[int, str, str]]) -> None:
    output = whole_run[1][1]
    steps = [line.split()[0] for line in output.splitlines() if line.startswith("[")]
    assert steps == [f"[{number}/7]" for number in range(1, 8)]


@pytest.mark.parametrize(
    "shown",
    [
        '{"instances": [1.0, 2.0, 5.0]}',
        '{"predictions": [3.5, 4.0, 5.5]}',
        "s3://models/half_plus_three/00000123",
        "s3://models/saved_model_half_plus_three/00000123",
        "/v1/models/saved_model_half_plus_three:predict",
        "float_val: 3.5 float_val: 4 float_val: 5.5",
        "[102.0, 104.0, 110.0]",
    ],
    ids=[
        "REST request",
        "REST answer",
        "URL in S3",
        "URL of the example",
        "REST URL of the example",
        "gRPC answer",
        "second version's answer",
    ],
)
def test_it_shows(whole_run: tuple[Run, tuple[int, str, str]], shown: str) -> None:
    assert shown in whole_run[1][1]


def test_it_leaves_nothing_behind(whole_run: tuple[Run, tuple[int, str, str]]) -> None:
    assert whole_run[0].left_behind() == []


@pytest.mark.parametrize("step", [1, 2, 4])
def test_ctrl_c_leaves_nothing_behind(tmp_path: Path, step: int) -> None:
    run = _start(tmp_path / "tmp")
    run.read_until(f"[{step}/7]")
    run.process.send_signal(signal.SIGINT)
    code, _, errors = run.finish()
    assert (code, errors.strip().splitlines()[-1:], run.left_behind()) == (
        130,
        ["Interrupted. Everything that was started is stopped."],
        [],
    )


def test_keep_serves_until_ctrl_c_and_prints_a_curl_line_that_works(tmp_path: Path) -> None:
    run = _start(tmp_path / "tmp", "--keep")
    run.read_until("curl -d '")
    body, url = run.read_until("predict").split("' ")
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(url, data=body, timeout=30).json()
    run.process.send_signal(signal.SIGINT)
    code, _, errors = run.finish()
    assert (code, errors, answer) == (0, "", {"predictions": [102.0, 104.0, 110.0]})
    assert run.left_behind() == []


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGKILL])
def test_its_servers_end_with_it(tmp_path: Path, signal_number: signal.Signals) -> None:
    run = _start(tmp_path / "tmp")
    run.read_until("[5/7]")
    run.process.send_signal(signal_number)
    run.finish()
    # The kernel sends them a signal, so they end later.
    deadline = time.monotonic() + _SECONDS
    while run.processes_left() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert run.processes_left() == []


def test_a_failure_is_one_message_with_the_servers_last_lines(tmp_path: Path) -> None:
    broken = tmp_path / "tensorflow_model_server"
    broken.write_text("#!/bin/sh\necho it is full moon\nexit 3\n")
    broken.chmod(0o755)
    run = _start(tmp_path / "tmp", f"--model_server={broken}")
    code, _, errors = run.finish()
    assert code == 1
    assert errors.strip().splitlines() == [
        "The quickstart failed: tensorflow_model_server ended with exit code 3",
        "The last lines of its output:",
        "  it is full moon",
    ]
    assert run.left_behind() == []
