# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
r"""Random abuse of both ports. A normal client at the same time must not be affected.

    ./bazelw test //tests/abuse:soak --test_output=streamed            # 30 minutes
    ./bazelw test //tests/abuse:soak_test \
      --test_env=TFS3_ABUSE_SEED=7 --test_env=TFS3_ABUSE_SECONDS=600

A run prints its seed, which draws the same actions again; when they happen is the system's affair.
"""

from __future__ import annotations

import collections
import concurrent.futures
import contextlib
import functools
import http.client
import os
import random
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import pytest
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.abuse import grpc_client, http2, rest
from tests.abuse.servers import (
    assert_serves,
    open_many_files,
    resident_mebibytes,
    saved_model,
    serving,
)
from tests.e2e.waiting import wait_for

_SECONDS = float(os.environ.get("TFS3_ABUSE_SECONDS", "60"))
_ABUSERS = 3
_BUDGET_MEBIBYTES = 512
# The budget, and memory outside of it: heap fragmentation, buffers, gRPC after floods.
_MOST_MEBIBYTES = 4.0 * _BUDGET_MEBIBYTES
_MOST_TIMES_REST = 1.3
_GIVEN_BACK_SECONDS = 60.0
_MEBIBYTE = 1 << 20
_BODY = b'{"instances": [1.0, 2.0]}'
_MESSAGE = grpc_client.predict_message("half", [1.0, 2.0])
_STATUS = grpc_client.field(1, grpc_client.field(1, b"half"))


def _seed() -> int:
    """Returns the seed of this run, and prints it."""
    chosen = int(os.environ.get("TFS3_ABUSE_SEED", "") or random.SystemRandom().randrange(2**32))
    print(f"TFS3_ABUSE_SEED={chosen}", flush=True)
    return chosen


# Kinds of abuse. Each ends within seconds for any response of the server.
_Action = Callable[[ModelServer, random.Random], None]


def _compressed_numbers(server: ModelServer, draw: random.Random) -> None:
    body = rest.gzip_of(b"0,", mebibytes=draw.choice((1, 10, 100)), before=b'{"instances": [')
    rest.post(server, body, headers=rest.GZIP)


def _compressed_examples(server: ModelServer, draw: random.Random) -> None:
    part = draw.choice((b'{"a":1},', b"{},", b'{"x":1},'))
    body = rest.gzip_of(
        part, mebibytes=draw.choice((1, 20, 100)), before=b'{"examples": [', after=b"{}]}"
    )
    rest.post(server, body, headers=rest.GZIP, path="/v1/models/examples:classify")


def _large_bodies(server: ModelServer, draw: random.Random) -> None:
    size = draw.choice((1, 16, 64)) * _MEBIBYTE
    body = b'{"instances": [' + b"0," * (size // 2) + b"0]}"
    rest.post_concurrently(server, [body] * draw.randint(1, 6))


def _large_message(server: ModelServer, draw: random.Random) -> None:
    size = draw.choice((1, 16, 64)) * _MEBIBYTE
    grpc_client.predict(server, grpc_client.predict_message("identity", [0.0] * (size // 4)))


def _malformed(server: ModelServer, draw: random.Random) -> None:
    for _ in range(200):
        rest.post(server, draw.randbytes(draw.randint(0, 2_000)))
        with contextlib.suppress(grpc.RpcError):
            grpc_client.predict(server, draw.randbytes(draw.randint(0, 200)))


def _deep_json(server: ModelServer, draw: random.Random) -> None:
    rest.post(server, b'{"instances": ' + draw.choice((b"[", b'{"a":')) * 100_000)


def _unknown_names(server: ModelServer, draw: random.Random) -> None:
    for _ in range(200):
        name = f"none-{draw.getrandbits(64)}"
        rest.post(server, _BODY, path=f"/v1/models/{name}:predict")
        rest.get(server, f"/{name}")


def _half_a_request(server: ModelServer, draw: random.Random) -> None:
    sent = draw.choice((0, 1_000, _MEBIBYTE, 50 * _MEBIBYTE))
    with rest.connected(server) as connection:
        connection.sendall(rest.head(server, 2 * sent + 1) + b" " * sent)
        time.sleep(draw.uniform(0.0, 3.0))


def _many_connections(server: ModelServer, draw: random.Random) -> None:
    port = draw.choice((server.rest_port, server.grpc_port))
    start = draw.choice((b"", b"POST / HTTP/1.1\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
    with contextlib.ExitStack() as stack:
        for _ in range(draw.choice((10, 100, 400))):
            with contextlib.suppress(OSError):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5.0)
                stack.callback(connection.close)
                connection.connect()
                connection.sock.sendall(start)
        time.sleep(draw.uniform(0.0, 2.0))


def _requests_without_a_reader(server: ModelServer, draw: random.Random) -> None:
    body = b'{"instances": [' + b"0," * 100_000 + b"0]}"
    for _ in range(draw.randint(1, 40)):
        with rest.connected(server) as connection:
            connection.sendall(rest.head(server, len(body)) + body)


def _frames(server: ModelServer, draw: random.Random) -> None:
    """Sends one of the floods of http2_test."""
    calls = range(1, 4_000, 2)
    message = http2.message(_MESSAGE)
    flood = draw.choice(
        (
            [http2.headers(call, http2.PREDICT) for call in calls],
            [http2.headers(call, http2.PREDICT) + http2.reset(call) for call in calls],
            [
                http2.headers(call, http2.PREDICT)
                + http2.frame(http2.DATA, http2.END_STREAM, call, message)
                + http2.reset(call)
                for call in calls
            ],
            [http2.frame(http2.PING, 0, 0, bytes(8))] * 5_000,
            [http2.frame(http2.SETTINGS, 0, 0)] * 5_000,
            [http2.headers(1, http2.PREDICT, flags=0)]
            + [http2.frame(http2.CONTINUATION, 0, 1, bytes(http2.LARGEST_PAYLOAD))] * 1_000,
            [draw.randbytes(1_000)],
        )
    )
    reading = draw.random() < 0.5
    with http2.Connection(server.grpc_port, reading=reading) as connection:
        for start in range(0, len(flood), 100):
            if not connection.send(b"".join(flood[start : start + 100]), seconds=5.0):
                break
        time.sleep(draw.uniform(0.0, 1.0))


def _pages_without_a_reader(server: ModelServer, draw: random.Random) -> None:
    path = draw.choice(("/monitoring/prometheus/metrics", "/v1/models/half/metadata"))
    with http2.Connection(server.rest_port) as connection:
        connection.send(b"".join(http2.get(stream, path) for stream in range(1, 256, 2)))
        time.sleep(draw.uniform(0.0, 2.0))


def _calls_without_an_end(server: ModelServer, draw: random.Random) -> None:
    path = draw.choice((http2.PREDICT, http2.CHECK, http2.WATCH, http2.REFLECTION))
    begin = struct.pack(">BI", 0, 1_000_000) + bytes(draw.choice((0, 1_000, 10_000)))
    with http2.Connection(server.grpc_port) as connection:
        for call in range(1, 2_000, 2):
            frames = http2.headers(call, path) + http2.frame(http2.DATA, 0, call, begin)
            if not connection.send(frames, seconds=5.0):
                break
        time.sleep(draw.uniform(0.0, 2.0))


_ACTIONS: tuple[_Action, ...] = (
    _compressed_numbers,
    _compressed_examples,
    _large_bodies,
    _large_message,
    _malformed,
    _deep_json,
    _unknown_names,
    _half_a_request,
    _many_connections,
    _requests_without_a_reader,
    _frames,
    _pages_without_a_reader,
    _calls_without_an_end,
)


class _NormalClient:
    """Sends small requests to both APIs, one after the other, and counts the responses.

    Attributes:
        answered: The requests that were answered as without abuse, by their kind.
        refused: The requests that the client was told to send again later, by their kind.
        failed: What else came, as text.
    """

    def __init__(self, server: ModelServer) -> None:
        self._server = server
        self.answered: collections.Counter[str] = collections.Counter()
        self.refused: collections.Counter[str] = collections.Counter()
        self.failed: list[str] = []

    def ask_everything(self) -> None:
        """Sends one request of each kind."""
        for path in ("/livez", "/readyz", "/v1/models/half", "/monitoring/prometheus/metrics"):
            self._rest(path, functools.partial(rest.get, self._server, path))
        self._rest("predict", lambda: rest.post(self._server, _BODY))
        self._grpc("Predict", grpc_client.PREDICT, _MESSAGE)
        self._grpc("status", "/tensorflow.serving.ModelService/GetModelStatus", _STATUS)

    def _rest(self, kind: str, ask: Callable[[], rest.Answer]) -> None:
        try:
            answer = ask()
        except (OSError, http.client.HTTPException) as error:
            self.failed.append(f"{kind}: {error!r}")
            return
        if answer.code == 200:
            self.answered[kind] += 1
        elif rest.is_refused_for_now(answer):
            self.refused[kind] += 1
        else:
            self.failed.append(f"{kind}: {answer.code} {answer.body!r}")

    def _grpc(self, kind: str, method: str, message: bytes) -> None:
        try:
            with grpc_client.channel(self._server) as channel:
                channel.unary_unary(method)(message, timeout=grpc_client.SECONDS)
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED:
                self.refused[kind] += 1
            else:
                self.failed.append(f"{kind}: {error.code()} {error.details()}")
            return
        self.answered[kind] += 1


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ModelServer]:
    """A server with a small budget, and with timeouts below the default of 30 s.

    They are long enough for a busy machine: a normal client must not exceed them.
    """
    models = {
        "half": saved_model("half_plus_three"),
        "examples": saved_model("tf_examples"),
        "identity": saved_model("identity"),
    }
    flags = [
        f"--request_memory_mib={_BUDGET_MEBIBYTES}",
        "--rest_api_receive_timeout_in_ms=10000",
        "--grpc_receive_timeout_in_ms=10000",
        "--enable_grpc_healthcheck_service",
    ]
    with serving(tmp_path, models, flags=flags) as running:
        yield running


def test_abuse_does_not_affect_a_normal_client(server: ModelServer) -> None:
    open_many_files()
    normal = _NormalClient(server)
    for _ in range(50):
        normal.ask_everything()
    assert not normal.failed
    at_rest = resident_mebibytes(server)
    Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")  # Resets the peak.
    ending = threading.Event()
    done: collections.Counter[str] = collections.Counter()
    seed = _seed()

    def abuse(number: int) -> None:
        draw = random.Random(seed * _ABUSERS + number)
        while not ending.is_set():
            action = draw.choice(_ACTIONS)
            # Any result of the abuse is correct if the normal client is served.
            with contextlib.suppress(OSError, http.client.HTTPException, grpc.RpcError):
                action(server, draw)
            done[action.__name__] += 1

    with concurrent.futures.ThreadPoolExecutor(_ABUSERS) as pool:
        abusers = [pool.submit(abuse, number) for number in range(_ABUSERS)]
        try:
            end = time.monotonic() + _SECONDS
            while time.monotonic() < end and server.process.exit_code is None:
                normal.ask_everything()
        finally:
            ending.set()
        for abuser in abusers:
            abuser.result()
    peak = resident_mebibytes(server, peak=True)
    print(f"abuse: {dict(done)}\nanswered: {dict(normal.answered)}")
    print(f"refused: {dict(normal.refused)}\nfailed: {len(normal.failed)} {normal.failed[:5]}")
    print(f"resident MiB: {at_rest:.0f} at rest, {peak:.0f} at most", flush=True)
    assert_serves(server)
    assert not normal.failed
    assert not normal.refused
    assert peak - at_rest < _MOST_MEBIBYTES
    left = wait_for(
        lambda mebibytes: mebibytes <= _MOST_TIMES_REST * at_rest,
        lambda: resident_mebibytes(server),
        timeout_seconds=_GIVEN_BACK_SECONDS,
    )
    print(f"resident MiB after the abuse: {left:.0f}", flush=True)
