# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Requests of both APIs at about half of the server's capacity, while versions change.

No request may fail, and the resident memory may not grow. SOAK_SECONDS in the environment is the
duration.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import grpc
import pytest
from tensorflow_serving_s3.testing import saved_models
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.clients import messages
from tests.clients.http_tools import h2load_data_bytes, h2load_failures, h2load_successes
from tests.conformance.servers import resident_mebibytes, saved_model
from tests.e2e import clients
from tests.e2e.load import Load
from tests.e2e.model_configs import model_config, model_configs

_SECONDS = float(os.environ.get("SOAK_SECONDS") or os.environ.get("DEFAULT_SOAK_SECONDS", "30"))
_SWITCH_SECONDS = min(60.0, _SECONDS / 6)
# When the memory must have stopped growing: ten minutes, if the test takes half an hour or more.
_WARM_SECONDS = min(600.0, _SECONDS / 3)
_MOST_GROWTH = 0.05 if _SECONDS >= 1800 else 0.25
_CAPACITY_SECONDS = 2
_GRACE_SECONDS = 120.0
_PREDICT = "/tensorflow.serving.PredictionService/Predict"
_LARGE_BYTES = 600_000
_ANSWERS = {1: [100.5], 2: [200.5]}  # Of half, for 1.0.


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of two versions of half, and of identity."""
    made = tmp_path_factory.mktemp("models")
    for version in _ANSWERS:
        saved_models.save_linear(made / "half" / str(version), slope=0.5, offset=100.0 * version)
    (made / "identity").mkdir()
    (made / "identity" / "1").symlink_to(saved_model("identity"))
    return made


def _config(folder: Path, version: int) -> str:
    return model_configs(
        model_config("half", str(folder / "half"), versions=f"specific {{ versions: {version} }}"),
        model_config("identity", str(folder / "identity")),
    )


@pytest.fixture
def server(folder: Path) -> Iterator[ModelServer]:
    """A server with version 1 of half, and identity."""
    config = folder / "models.config"
    config.write_text(_config(folder, 1))
    with ModelServer(model_config_file=config, model_name="half") as running:
        running.wait_until_available(1)
        running.wait_until_available(model_name="identity")
        yield running


class _Tool:
    """h2load with one kind of requests."""

    def __init__(
        self, name: str, url: str, body: Path, *, connections: int, flags: Sequence[str]
    ) -> None:
        self.name = name
        self._connections = connections
        self._command = ["h2load", f"--clients={connections}", f"--data={body}", *flags, url]

    def run(self, seconds: float, *, rate: float = 0.0, response_bytes: int = 0) -> int:
        """Sends requests for some seconds and returns how many were answered.

        Args:
            seconds: The duration.
            rate: The requests a second; 0: as many as the server answers.
            response_bytes: The size of a response without an error; 0: any.
        """
        limits = [f"--duration={max(1, round(seconds))}"]
        if rate:
            limits.append(f"--rps={rate / self._connections:.3f}")
        done = subprocess.run(
            [*self._command, *limits],
            capture_output=True,
            text=True,
            timeout=seconds + _GRACE_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert h2load_failures(done.stdout) == 0, f"{self.name}: {done.stdout}"
        answered = h2load_successes(done.stdout)
        # A call with an error has no message.
        assert h2load_data_bytes(done.stdout) >= answered * response_bytes, self.name
        return answered


def _tools(server: ModelServer, folder: Path) -> list[_Tool]:
    body = folder / "body.json"
    body.write_text('{"instances": [1.0]}')
    small, large = folder / "small", folder / "large"
    small.write_bytes(_frame(messages.half(1.0)))
    large.write_bytes(_frame(messages.echo(bytes(_LARGE_BYTES))))
    url = f"http://{server.grpc_address}{_PREDICT}"
    rpc = ["--header=content-type: application/grpc", "--header=te: trailers"]
    return [
        _Tool("REST", server.predict_url, body, connections=8, flags=["--h1"]),
        _Tool("gRPC", url, small, connections=4, flags=["--max-concurrent-streams=4", *rpc]),
        _Tool("large gRPC", url, large, connections=2, flags=rpc),
    ]


def _frame(message: bytes) -> bytes:
    return b"\0" + len(message).to_bytes(4, "big") + message


def _by_rest(server: ModelServer, stack: contextlib.ExitStack) -> Callable[[], object]:
    session = stack.enter_context(clients.session())

    def ask() -> object:
        response = session.post(
            server.predict_url, json={"instances": [1.0]}, timeout=clients.SECONDS
        )
        assert response.status_code == 200, response.text
        return _checked(response.json()["predictions"])

    return ask


def _by_grpc(server: ModelServer, stack: contextlib.ExitStack) -> Callable[[], object]:
    channel: grpc.Channel = stack.enter_context(clients.channel(server))
    call = channel.unary_unary(_PREDICT)
    request = messages.half(1.0)

    def ask() -> object:
        return _checked(messages.outputs(call(request, timeout=clients.SECONDS)))

    return ask


def _checked(answer: object) -> object:
    assert answer in _ANSWERS.values(), answer
    time.sleep(0.01)  # The other clients make the load.
    return None


class _Run:
    """What the threads of a run share."""

    def __init__(self, server: ModelServer) -> None:
        self.end = time.monotonic() + _SECONDS
        self.failures: list[BaseException] = []
        self.answered = 0
        self.memory: list[tuple[float, float]] = []
        self._server = server
        self._lock = threading.Lock()

    def left(self) -> float:
        return self.end - time.monotonic()

    def send(self, tool: _Tool, rate: float, response_bytes: int) -> None:
        try:
            while (left := self.left()) > 0.5:
                seconds = min(_SWITCH_SECONDS, left)
                answered = tool.run(seconds, rate=rate, response_bytes=response_bytes)
                with self._lock:
                    self.answered += answered
        except BaseException as error:
            self.failures.append(error)

    def watch_memory(self) -> None:
        begin = time.monotonic()
        while self.left() > 0:
            self.memory.append((time.monotonic() - begin, resident_mebibytes(self._server)))
            time.sleep(min(1.0, _SECONDS / 100))

    def switch_versions(self, folder: Path) -> None:
        for version in itertools.cycle((2, 1)):
            time.sleep(max(0.0, min(_SWITCH_SECONDS, self.left())))
            if self.left() <= 0:
                return
            clients.reload_config(self._server, _config(folder, version))


def test_no_request_fails_and_memory_does_not_grow(server: ModelServer, folder: Path) -> None:
    tools = _tools(server, folder)
    # Each kind of requests gets a sixth of what the server answers of that kind alone.
    rates = [tool.run(_CAPACITY_SECONDS) / _CAPACITY_SECONDS / 6 for tool in tools]
    for tool, rate in zip(tools, rates, strict=True):
        print(f"{tool.name}: {rate:.0f} requests a second")
    with contextlib.ExitStack() as stack:
        askers = [_by_rest(server, stack), _by_grpc(server, stack)]
        run = _Run(server)
        threads = [
            threading.Thread(target=run.send, args=(tool, rate, size))
            for tool, rate, size in zip(tools, rates, (0, 1, _LARGE_BYTES), strict=True)
        ]
        threads.append(threading.Thread(target=run.watch_memory))
        with Load(askers) as load:
            for thread in threads:
                thread.start()
            run.switch_versions(folder)
            for thread in threads:
                thread.join()
    assert run.failures == []
    assert load.failures() == []
    answered = run.answered + sum(record.count for record in load.records)
    before, after, peak = _memory(run.memory)
    print(
        f"{answered} answers; memory {before:.0f} MiB, at the end {after:.0f}, at most {peak:.0f}"
    )
    assert after <= before * (1 + _MOST_GROWTH)
    assert peak <= before * (1 + 2 * _MOST_GROWTH)


def _memory(samples: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """Returns the median of the first and last quarter of the time after the start, and the peak.

    Each quarter contains several versions: two are loaded while they change.
    """
    warm = [mebibytes for seconds, mebibytes in samples if seconds >= _WARM_SECONDS]
    quarter = max(1, len(warm) // 4)
    return statistics.median(warm[:quarter]), statistics.median(warm[-quarter:]), max(warm)
