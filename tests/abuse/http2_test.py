# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Floods of HTTP/2 frames to both ports: memory does not grow, other clients are served."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.abuse import grpc_client, http2, rest
from tests.abuse.servers import assert_serves, peak_growth_below, saved_model, serving

_MOST_MEBIBYTES = 128.0
_MEBIBYTE = 1 << 20
_SMALL_BUDGET_MEBIBYTES = 64
_FRAMES = 10_000
_BATCH = 500
# A gibibyte in http2_soak_test.
_CONTINUATION_MEBIBYTES = int(os.environ.get("TFS3_CONTINUATION_MEBIBYTES", "128"))


@contextlib.contextmanager
def _server(tmp_path: Path, *flags: str) -> Iterator[ModelServer]:
    """Runs a server, and checks that it predicts before and after."""
    with serving(tmp_path, {"half": saved_model("half_plus_three")}, flags=flags) as running:
        for _ in range(20):  # The first calls allocate caches.
            grpc_client.assert_predicts(running)
        yield running
        grpc_client.assert_predicts(running)
        assert_serves(running)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ModelServer]:
    """A server with the default limits."""
    with _server(tmp_path) as running:
        yield running


@dataclasses.dataclass(frozen=True)
class _Api:
    """What the two ports differ in; the limits are in docs/apis.md."""

    port: int
    path: str
    body: bytes
    most_streams: int

    def headers(self, stream: int, more: bytes = b"", flags: int = http2.END_HEADERS) -> bytes:
        """Returns the HEADERS frame of a request."""
        return http2.headers(stream, self.path, more, flags)


@pytest.fixture(params=["gRPC", "REST"])
def api(server: ModelServer, request: pytest.FixtureRequest) -> _Api:
    """The port under test."""
    if request.param == "REST":
        return _Api(server.rest_port, http2.REST_PREDICT, b'{"instances": [1.0]}', 128)
    body = http2.message(grpc_client.predict_message("half", [1.0]))
    return _Api(server.grpc_port, http2.PREDICT, body, 1_000)


def _streams(count: int) -> range:
    return range(1, 2 * count, 2)


@pytest.mark.parametrize(
    "acknowledging", [True, False], ids=["settings acknowledged", "not acknowledged"]
)
def test_one_connection_has_a_limit_of_open_streams(
    server: ModelServer, api: _Api, acknowledging: bool
) -> None:
    with (
        peak_growth_below(server, mebibytes=_MOST_MEBIBYTES),
        http2.Connection(api.port, acknowledging=acknowledging) as connection,
    ):
        assert connection.wait_until(http2.SETTINGS)
        most = connection.settings.get(http2.SETTINGS_MAX_CONCURRENT_STREAMS, 1 << 32)
        for stream in _streams(20_000):
            if not connection.send(api.headers(stream)):
                break
        open_still = connection.wait_until_processed()
        assert not open_still or connection.received[http2.RST_STREAM] >= 20_000 - api.most_streams
        assert most <= api.most_streams
        grpc_client.assert_predicts(server)


def test_rapid_resets(server: ModelServer, api: _Api) -> None:
    with (
        peak_growth_below(server, mebibytes=_MOST_MEBIBYTES),
        http2.Connection(api.port) as connection,
    ):
        for first in range(0, _FRAMES, _BATCH):
            calls = _streams(_FRAMES)[first : first + _BATCH]
            frames = [api.headers(call) + http2.reset(call) for call in calls]
            if not connection.send(b"".join(frames)):
                break
            if first % (10 * _BATCH) == 0:
                grpc_client.assert_predicts(server)
        connection.wait_until_processed()


def test_rapid_resets_of_complete_requests(server: ModelServer, api: _Api) -> None:
    with (
        peak_growth_below(server, mebibytes=_MOST_MEBIBYTES),
        http2.Connection(api.port) as connection,
    ):
        for first in range(0, _FRAMES, _BATCH):
            frames = [
                api.headers(call)
                + http2.frame(http2.DATA, http2.END_STREAM, call, api.body)
                + http2.reset(call)
                for call in _streams(_FRAMES)[first : first + _BATCH]
            ]
            if not connection.send(b"".join(frames)):
                break
            if first % (10 * _BATCH) == 0:
                grpc_client.assert_predicts(server)
        connection.wait_until_processed()


_FLOODS = {
    "PING": http2.frame(http2.PING, 0, 0, bytes(8)),
    "SETTINGS": http2.frame(http2.SETTINGS, 0, 0),
    "SETTINGS of 100 values": http2.frame(http2.SETTINGS, 0, 0, b"\x00\x09\x00\x00\x00\x01" * 100),
    "empty DATA": http2.frame(http2.DATA, 0, 1),
    "empty HEADERS": http2.frame(http2.HEADERS, http2.END_HEADERS, 1),
    "PRIORITY": http2.frame(2, 0, 3, bytes(5)),
    "WINDOW_UPDATE": http2.frame(8, 0, 0, struct.pack(">I", 1)),
    "unknown frames": http2.frame(0xBB, 0, 0, bytes(1_000)),
}


@pytest.mark.parametrize("name", list(_FLOODS))
@pytest.mark.parametrize("reading", [True, False], ids=["answers read", "answers not read"])
def test_floods_of_frames(server: ModelServer, api: _Api, name: str, reading: bool) -> None:
    flood = _FLOODS[name] * _BATCH
    with (
        peak_growth_below(server, mebibytes=_MOST_MEBIBYTES),
        http2.Connection(api.port, reading=reading) as connection,
    ):
        connection.send(api.headers(1))
        for _ in range(0, _FRAMES, _BATCH):
            # The server may stop reading from a client that does not read.
            if not connection.send(flood, seconds=5.0):
                break
        grpc_client.assert_predicts(server)
        if reading:
            connection.wait_until_processed()


def test_an_hpack_bomb(server: ModelServer, api: _Api) -> None:
    entry = http2.literal(b"x", b"a" * 3_900, indexed=True)
    references = b"\xbe" * 12_000  # Index 62 is that entry: 46 MB of headers in 12 KB.
    with (
        peak_growth_below(server, mebibytes=_MOST_MEBIBYTES),
        http2.Connection(api.port) as connection,
    ):
        connection.send(api.headers(1, entry))
        for stream in _streams(200)[1:]:
            if not connection.send(api.headers(stream, references)):
                break
        connection.wait_until_processed()


def test_a_dynamic_table_above_the_limit_is_refused(server: ModelServer, api: _Api) -> None:
    grow = http2.integer(1 << 30, 5, 0x20)  # RFC 7541, 6.3; comes first in a header block.
    entry = http2.literal(b"x", b"a" * 3_900, indexed=True)
    with (
        peak_growth_below(server, mebibytes=_MOST_MEBIBYTES),
        http2.Connection(api.port) as connection,
    ):
        for stream in _streams(30_000):
            block = grow + http2.header_block(api.path) + entry
            frames = http2.frame(http2.HEADERS, http2.END_HEADERS, stream, block)
            if not connection.send(frames + http2.reset(stream)):
                break
        connection.wait_until_processed()


def _header_blocks() -> dict[str, tuple[bytes, bytes]]:
    """Returns, by name, the start of an endless header block and the part to repeat."""
    kibibyte = http2.literal(b"x-header", b"a" * 1_000)
    long_value = b"\x00" + http2.text(b"x-header") + http2.integer(1 << 30, 7)
    return {
        "many headers": (b"", kibibyte * 16),
        "one value": (long_value, b"a" * http2.LARGEST_PAYLOAD),
        "one name": (b"\x00" + http2.integer(1 << 30, 7), b"a" * http2.LARGEST_PAYLOAD),
        "references": (http2.literal(b"x", b"a" * 3_900, indexed=True), b"\xbe" * 4_000),
    }


@pytest.mark.parametrize("name", list(_header_blocks()))
def test_headers_without_an_end(server: ModelServer, api: _Api, name: str) -> None:
    start, repeated = _header_blocks()[name]
    more = http2.frame(http2.CONTINUATION, 0, 1, repeated)
    count = _CONTINUATION_MEBIBYTES * _MEBIBYTE // len(more)
    with (
        peak_growth_below(server, mebibytes=_MOST_MEBIBYTES),
        http2.Connection(api.port) as connection,
    ):
        # No other frame, not even an acknowledgement, may come before END_HEADERS.
        assert connection.wait_until(http2.SETTINGS)
        assert connection.wait_until_processed()
        connection.send(api.headers(1, start, flags=0))
        sent = 0
        while sent < count and connection.send(more):
            sent += 1
        grpc_client.assert_predicts(server)
        # The server closes the connection after --grpc_receive_timeout_in_ms.
        connection.wait_until(http2.GOAWAY)
        assert connection.ended, f"{sent} frames of {len(more)} bytes were accepted"


@pytest.fixture
def small(tmp_path: Path) -> Iterator[ModelServer]:
    """A server with a small memory budget and all services."""
    budget = f"--request_memory_mib={_SMALL_BUDGET_MEBIBYTES}"
    with _server(tmp_path, budget, "--enable_grpc_healthcheck_service") as running:
        yield running


_BEGIN = http2.message(bytes(1_000_000))[: 400 << 10]
# The path of a call, and what the client sends of it.
_HELD: dict[str, tuple[str, bytes]] = {
    "a long health check": (http2.CHECK, _BEGIN),
    "a long watch": (http2.WATCH, _BEGIN),
    "a long reflection": (http2.REFLECTION, _BEGIN),
    "a long prediction": (http2.PREDICT, _BEGIN),
    "reflection without a reader": (
        http2.REFLECTION,
        http2.message(grpc_client.field(4, b"tensorflow.serving.PredictionService")) * 8_000,
    ),
}


@pytest.mark.parametrize("name", list(_HELD))
def test_the_budget_limits_the_calls_that_one_connection_holds(
    small: ModelServer, name: str
) -> None:
    path, sent = _HELD[name]
    with (
        peak_growth_below(small, mebibytes=_SMALL_BUDGET_MEBIBYTES + _MOST_MEBIBYTES),
        http2.Connection(small.grpc_port) as connection,
    ):
        assert connection.wait_until(http2.SETTINGS)
        for stream in _streams(1_000):
            connection.send(http2.headers(stream, path))
            connection.send_data(stream, sent)
        assert connection.wait_until_processed()


def test_the_budget_limits_the_pages_that_are_not_read(small: ModelServer) -> None:
    path = "/monitoring/prometheus/metrics"
    page = len(rest.get(small, path).body)
    most = _SMALL_BUDGET_MEBIBYTES + _MOST_MEBIBYTES
    connections = int(2 * most * _MEBIBYTE / (128 * page))
    with (
        peak_growth_below(small, mebibytes=most),
        contextlib.ExitStack() as opened,
    ):
        for _ in range(connections):
            connection = opened.enter_context(http2.Connection(small.rest_port))
            connection.send(b"".join(http2.get(stream, path) for stream in _streams(128)))
            assert connection.wait_until_processed()
        # It comes after the pages.
        assert rest.get(small, "/livez").code == 200
