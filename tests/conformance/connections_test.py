# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests clients that open too many connections, are silent, or send incomplete requests."""

from __future__ import annotations

import contextlib
import re
import resource
import shutil
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.conformance.servers import Served, resident_mebibytes, saved_model, serving
from tests.e2e import clients
from tests.e2e.waiting import wait_for

_SECONDS = 60.0
_MEBIBYTE = 1 << 20
_FLOOD = 400
_MAX_CONNECTIONS = 60
_MAX_FILES = 256
_METRICS = "/monitoring/prometheus/metrics"
_HEADERS, _DATA, _RST_STREAM, _SETTINGS, _CONTINUATION = 1, 0, 3, 4, 9
_END_STREAM, _END_HEADERS = 1, 4
_INITIAL_WINDOW_SIZE = 4
_NO_ERROR, _CANCEL = 0, 8


def _frame(kind: int, payload: bytes, *, flags: int = 0, stream: int = 0) -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def _literal(name: bytes, value: bytes) -> bytes:
    """Encodes a header field of fewer than 127 bytes without an index or Huffman coding."""
    return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value


_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _frame(_SETTINGS, b"")
_CLOSED_WINDOW = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _frame(
    _SETTINGS, struct.pack(">HI", _INITIAL_WINDOW_SIZE, 0)
)
_PREDICT = b"".join(
    _literal(name, value)
    for name, value in (
        (b":method", b"POST"),
        (b":scheme", b"http"),
        (b":path", b"/tensorflow.serving.PredictionService/Predict"),
        (b":authority", b"localhost"),
        (b"content-type", b"application/grpc"),
        (b"te", b"trailers"),
    )
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The base path of the model."""
    return tmp_path_factory.mktemp("connections")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[ModelServer]:
    """A server with low limits for files, connections and times."""
    monitoring = folder / "monitoring.config"
    monitoring.write_text("prometheus_config { enable: true }")
    flags = [
        "--access_log",
        "--enable_grpc_healthcheck_service",
        f"--monitoring_config_file={monitoring}",
        f"--grpc_max_connections={_MAX_CONNECTIONS}",
        f"--rest_api_max_connections={_MAX_CONNECTIONS}",
        "--grpc_receive_timeout_in_ms=1000",
    ]
    with serving(folder, {"half": Served("half_plus_three")}, flags=flags) as running:
        resource.prlimit(running.process.pid, resource.RLIMIT_NOFILE, (_MAX_FILES, _MAX_FILES))
        yield running


@contextlib.contextmanager
def _connected(port: int, *first: bytes) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=_SECONDS) as opened:
        for data in first:
            opened.sendall(data)
        yield opened


@contextlib.contextmanager
def _flood(port: int, data: bytes) -> Iterator[None]:
    with contextlib.ExitStack() as opened:
        for _ in range(_FLOOD):
            # The server closes some connections before they can send.
            with contextlib.suppress(ConnectionResetError, BrokenPipeError):
                connection = socket.create_connection(("127.0.0.1", port), timeout=_SECONDS)
                opened.callback(connection.close)
                connection.sendall(data)
        yield


def _get(server: ModelServer, path: str) -> tuple[int, str]:
    with clients.session() as session:
        answer = session.get(f"http://127.0.0.1:{server.rest_port}{path}", timeout=clients.SECONDS)
        return answer.status_code, answer.text


def _is_healthy(server: ModelServer) -> bool:
    with clients.channel(server) as channel:
        answer = health_pb2_grpc.HealthStub(channel).Check(
            health_pb2.HealthCheckRequest(), timeout=_SECONDS, wait_for_ready=True
        )
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def _metric(server: ModelServer, name: str, **labels: str) -> float:
    text = ",".join(f'{key}="{value}"' for key, value in labels.items())
    line = re.escape(f"{name}{{{text}}}" if text else name)
    found = re.search(rf"^{line} (\S+)$", _get(server, _METRICS)[1], re.MULTILINE)
    return float(found[1]) if found else 0.0


def _assert_probes_and_polls_work(server: ModelServer, folder: Path) -> None:
    for path in ("/livez", "/readyz", "/v1/models/half"):
        assert _get(server, path)[0] == 200
    assert _is_healthy(server)
    versions = [int(version.name) for version in (folder / "half").iterdir()]
    version = max(versions) + 1
    new = folder / f"half.{version}"
    shutil.copytree(saved_model("half_plus_three"), new, copy_function=shutil.copyfile)
    new.rename(folder / "half" / str(version))
    server.wait_until_available(version)


def _reset_frame(error: int) -> bytes:
    return _frame(_RST_STREAM, struct.pack(">I", error), stream=1)


def _read_until(connection: socket.socket, end: bytes) -> None:
    received = b""
    while end not in received:
        data = connection.recv(1 << 16)
        assert data, f"closed after {received!r}"
        received += data


_HALF_A_CALL = (
    _PREFACE
    + _frame(_HEADERS, _PREDICT, flags=_END_HEADERS, stream=1)
    + _frame(_DATA, b"\0" + struct.pack(">I", 100) + b"x" * 50, stream=1)
)


@pytest.mark.parametrize("data", [b"", _PREFACE], ids=["silent", "preface"])
def test_a_flood_of_grpc_connections_does_not_affect_probes_and_polls(
    server: ModelServer, folder: Path, data: bytes
) -> None:
    with _flood(server.grpc_port, data):
        assert _metric(server, "tf_serving_s3_open_connections", entrypoint="GRPC") <= (
            _MAX_CONNECTIONS + 16
        )
        _assert_probes_and_polls_work(server, folder)
    assert any("--grpc_max_connections" in line for line in server.log_tail(10_000))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GET /v1/mod",
        b"POST /v1/models/half:predict HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n[",
    ],
    ids=["silent", "head", "body"],
)
def test_a_flood_of_rest_connections_does_not_affect_probes_and_polls(
    server: ModelServer, folder: Path, data: bytes
) -> None:
    with _flood(server.rest_port, data):
        _assert_probes_and_polls_work(server, folder)


def test_silent_connections_with_an_incomplete_call_are_closed_for_new_ones(
    server: ModelServer,
) -> None:
    with _flood(server.grpc_port, _HALF_A_CALL):
        assert _is_healthy(server)


def test_connections_with_calls_are_not_closed_for_new_ones(server: ModelServer) -> None:
    request = clients.predict_request(server, {"x": [1.0]})
    with clients.channel(server) as channel:
        predict = channel.unary_unary(
            "/tensorflow.serving.PredictionService/Predict",
            request_serializer=lambda message: message.SerializeToString(),
        )
        predict(request, timeout=_SECONDS)
        with _flood(server.grpc_port, b""):
            for _ in range(100):
                predict(request, timeout=_SECONDS)


def test_a_request_that_does_not_arrive_is_deadline_exceeded(server: ModelServer) -> None:
    with _connected(server.grpc_port, _HALF_A_CALL) as connection:
        _read_until(connection, _reset_frame(_NO_ERROR))
    ended = threading.Event()

    def no_messages() -> Iterator[bytes]:
        ended.wait(_SECONDS)
        yield from ()

    with clients.channel(server) as channel, pytest.raises(grpc.RpcError) as failure:
        channel.stream_unary("/tensorflow.serving.PredictionService/Predict")(no_messages())
    ended.set()
    assert failure.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    assert "--grpc_receive_timeout_in_ms" in failure.value.details()
    wait_for(
        bool,
        lambda: [
            line
            for line in server.log_tail(10_000)
            if "access:" in line
            and "status=DEADLINE_EXCEEDED" in line
            and "target=/tensorflow.serving.PredictionService/Predict" in line
        ],
    )
    assert (
        _metric(
            server,
            "tf_serving_s3_refused_requests_total",
            entrypoint="GRPC",
            status="DEADLINE_EXCEEDED",
        )
        >= 1
    )


def test_an_answer_that_the_client_does_not_read_is_cancelled(server: ModelServer) -> None:
    message = clients.predict_request(server, {"x": [1.0] * 10_000}).SerializeToString()
    headers = _frame(_HEADERS, _PREDICT, flags=_END_HEADERS, stream=1)
    body = b"\0" + struct.pack(">I", len(message)) + message
    parts = [body[begin : begin + 16384] for begin in range(0, len(body), 16384)]
    data = [_frame(_DATA, part, stream=1) for part in parts[:-1]]
    data.append(_frame(_DATA, parts[-1], flags=_END_STREAM, stream=1))
    with _connected(server.grpc_port, _CLOSED_WINDOW, headers, *data) as connection:
        _read_until(connection, _reset_frame(_CANCEL))
    wait_for(
        lambda used: used == 0.0, lambda: _metric(server, "tf_serving_s3_request_memory_used_bytes")
    )


def test_a_connection_without_a_preface_is_closed(server: ModelServer) -> None:
    with _connected(server.grpc_port) as connection:
        while connection.recv(1 << 16):  # The server's own settings.
            pass


def test_a_header_block_without_an_end_is_closed(server: ModelServer) -> None:
    field = _literal(b"x" * 100, b"y" * 100)
    part = _frame(_CONTINUATION, field * 80, stream=1) * 16
    before = resident_mebibytes(server)
    headers = _frame(_HEADERS, _PREDICT, stream=1)
    with (
        _connected(server.grpc_port, _PREFACE, headers) as connection,
        pytest.raises((ConnectionResetError, BrokenPipeError, TimeoutError)),
    ):
        connection.settimeout(5.0)
        for _ in range(512 * _MEBIBYTE // len(part)):
            connection.sendall(part)
    assert resident_mebibytes(server) - before < 192
    assert _is_healthy(server)


def test_the_metrics_page_has_all_limits(server: ModelServer) -> None:
    page = _get(server, _METRICS)[1]
    for name in (
        "tf_serving_s3_request_memory_limit_bytes",
        "tf_serving_s3_request_memory_used_bytes",
        "tf_serving_s3_request_memory_refusals_total",
        "tf_serving_s3_open_connections",
        "tf_serving_s3_max_connections",
        "tf_serving_s3_refused_connections_total",
        "tf_serving_s3_evicted_connections_total",
        "tf_serving_s3_waiting_requests",
        "tf_serving_s3_queue_refusals_total",
        "tf_serving_s3_refused_requests_total",
    ):
        assert f"# TYPE {name} " in page
    assert _metric(server, "tf_serving_s3_max_connections", entrypoint="GRPC") == _MAX_CONNECTIONS
