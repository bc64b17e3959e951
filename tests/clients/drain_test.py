# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that no request of a client of another project fails when its connection ends.

The connection ends because the server stops, or because of its age or idleness. A second server
takes over: at the same port for gRPC, behind a forwarder for REST.
"""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tensorflow_serving_s3.testing import saved_models
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.clients import messages
from tests.clients.http_tools import h2load_failures
from tests.clients.rpc import PREDICT, Client, Endpoint, Failure
from tests.clients.rpc_clients import CLIENTS, open_client
from tests.e2e import clients
from tests.e2e.load import Load
from tests.e2e.waiting import wait_for
from tests.support.forwarder import Forwarder

_SECONDS = 60.0
_CALLS = 2  # At a time, for each client.
_ANSWERS = 20
_BODY = '{"instances": [1.0]}'
_SHARED = "grpc.so_reuseport=1"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The base path of a model that computes x / 2 + 3."""
    base_path = tmp_path_factory.mktemp("half")
    saved_models.save_half_plus_three(base_path / "1")
    return base_path


class _Server(ModelServer):
    """A server that shares the gRPC port of another one."""

    def __init__(self, model: Path, *, arguments: str, flags: tuple[str, ...], port: int) -> None:
        all_flags = ["--access_log", f"--grpc_channel_arguments={arguments}", *flags]
        super().__init__(str(model), model_name="half", flags=all_flags)
        self._port = port

    def _command(self, binary: Path) -> list[str]:
        self.grpc_port = self._port or self.grpc_port
        return super()._command(binary)


@contextlib.contextmanager
def _serving(
    model: Path, *flags: str, arguments: str = _SHARED, port: int = 0
) -> Iterator[ModelServer]:
    with _Server(model, arguments=arguments, flags=flags, port=port) as server:
        try:
            server.wait_until_available(1)
            yield server
        finally:
            # pytest prints this if the test fails.
            print("The server:", *server.log_tail(20), sep="\n  ")


@contextlib.contextmanager
def _grpc_load(server: ModelServer) -> Iterator[Load]:
    """Sends calls with all clients until the end of the block."""
    with contextlib.ExitStack() as stack:
        askers: list[Callable[[], object]] = []
        for name in CLIENTS:
            client = stack.enter_context(open_client(name, Endpoint(server.grpc_address)))
            askers += [_grpc_asker(name, client)] * _CALLS
        with Load(askers) as load:
            load.wait_for_answers(_ANSWERS, timeout_seconds=_SECONDS)
            yield load


def _grpc_asker(name: str, client: Client) -> Callable[[], object]:
    request = messages.half(1.0)

    def ask() -> object:
        while True:
            try:
                return messages.outputs(client.call(PREDICT, request, timeout=_SECONDS).result())
            except Failure as failure:
                # grpclib ends its running calls when it has read GOAWAY, whatever the server sends.
                if name == "grpclib" and re.search("GOAWAY|Connection lost", failure.details):
                    continue
                raise

    return ask


def _assert_only_answers(load: Load) -> None:
    load.wait_for_answers(_ANSWERS, timeout_seconds=_SECONDS)
    assert load.failures() == []
    assert [record.answers for record in load.records] == [[[3.5]]] * len(load.records)


@pytest.mark.parametrize("delay", [0, 1])
def test_no_call_fails_when_the_server_stops(model: Path, delay: int) -> None:
    with (
        _serving(model, f"--drain_delay_seconds={delay}") as first,
        _grpc_load(first) as load,
        _serving(model, port=first.grpc_port),
    ):
        load.wait_for_answers(_ANSWERS, timeout_seconds=_SECONDS)
        assert first.stop() == 0
        _assert_only_answers(load)


def _peers(server: ModelServer) -> set[str]:
    return {
        found[0]
        for line in server.log_tail(100_000)
        if (found := re.findall(r"peer=(\S+)", line)) and "entrypoint=GRPC" in line
    }


def test_no_call_fails_when_connections_reach_their_maximum_age(model: Path) -> None:
    with (
        _serving(model, arguments="grpc.max_connection_age_ms=300") as server,
        _grpc_load(server) as load,
    ):
        wait_for(lambda peers: len(peers) >= 4 * len(CLIENTS), lambda: _peers(server))
        _assert_only_answers(load)


@pytest.mark.parametrize("name", CLIENTS)
def test_no_call_fails_when_idle_connections_end(model: Path, name: str) -> None:
    with (
        _serving(model, arguments="grpc.max_connection_idle_ms=100") as server,
        open_client(name, Endpoint(server.grpc_address)) as client,
    ):
        ask = _grpc_asker(name, client)

        def ask_after_a_pause() -> set[str]:
            assert ask() == [3.5]
            time.sleep(0.5)
            return _peers(server)

        wait_for(lambda peers: len(peers) >= 3, ask_after_a_pause)


def _curl(url: str) -> Callable[[], object]:
    """Returns a client that opens a connection for each request."""

    def ask() -> object:
        done = subprocess.run(
            ["curl", "--silent", "--show-error", "--fail", "--noproxy", "*", "-d", _BODY, url],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["predictions"]

    return ask


def _requests(stack: contextlib.ExitStack, url: str) -> Callable[[], object]:
    """Returns a client that keeps its connection until the server closes it."""
    session = stack.enter_context(clients.session())

    def ask() -> object:
        response = session.post(url, data=_BODY, timeout=_SECONDS)
        assert response.status_code == 200, response.text
        return response.json()["predictions"]

    return ask


def _stop_under_h2load(model: Path, body: Path, flags: list[str], seconds: int) -> str | None:
    """Stops a server while h2load sends requests for some seconds, and two other clients.

    Returns:
        The output of h2load; None: it ended before the server.
    """
    with (
        _serving(model, "--drain_delay_seconds=1") as first,
        _serving(model) as second,
        Forwarder(first.rest_port) as forwarder,
        contextlib.ExitStack() as stack,
    ):
        url = f"http://127.0.0.1:{forwarder.port}/v1/models/half:predict"
        command = ["h2load", "--clients=4", f"--duration={seconds}", f"--data={body}", *flags, url]
        h2load = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        askers = [_curl(url), _requests(stack, url), _requests(stack, url)]
        with Load(askers) as load:
            load.wait_for_answers(_ANSWERS, timeout_seconds=_SECONDS)
            # Load balancers do so when /readyz answers 503.
            forwarder.target = second.rest_port
            assert first.stop() == 0
            in_time = h2load.poll() is None
            _assert_only_answers(load)
        output, _ = h2load.communicate(timeout=seconds + _SECONDS)
        return output if in_time else None


@pytest.mark.parametrize("flags", [["--h1"], ["--max-concurrent-streams=4"]])
def test_no_rest_request_fails_when_the_server_stops(
    model: Path, tmp_path: Path, flags: list[str]
) -> None:
    body = tmp_path / "body.json"
    body.write_text(_BODY)
    for seconds in (5, 20, 80):
        output = _stop_under_h2load(model, body, flags, seconds)
        if output is not None:
            assert h2load_failures(output) == 0, output
            return
    pytest.fail("h2load ended before the server every time")
