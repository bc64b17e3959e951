# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Accidents: a full disk, a closed log, a killed server. None of them fails a request."""

from __future__ import annotations

import contextlib
import signal
import socket
import tempfile
from pathlib import Path

import pytest
from tensorflow_serving_s3.testing import model_server
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.abuse import grpc_client, rest
from tests.abuse.servers import assert_serves, saved_model, serving

_BODY = b'{"instances": [1.0]}'


def _assert_predicts(server: ModelServer) -> None:
    answer = rest.post(server, _BODY)
    assert (answer.code, answer.json()) == (200, {"predictions": [3.5]})
    grpc_client.assert_predicts(server)
    assert_serves(server)


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_log_on_a_full_disk_fails_no_request(tmp_path: Path, log_format: str) -> None:
    flags = ["--access_log", f"--log_format={log_format}"]
    models = {"half": saved_model("half_plus_three")}
    with serving(tmp_path, models, flags=flags, log="/dev/full") as server:
        for _ in range(100):
            _assert_predicts(server)
        assert server.stop() == 0


def test_a_log_without_a_reader_fails_no_request(tmp_path: Path) -> None:
    reader = tmp_path / "pipe"
    command = f'mkfifo {reader}; (exec sh -c "read -r line" <{reader}) &'
    models = {"half": saved_model("half_plus_three")}
    flags = ["--access_log"]
    with serving(tmp_path, models, flags=flags, before=command, log=str(reader)) as server:
        for _ in range(100):
            _assert_predicts(server)


def test_a_request_log_above_the_file_size_limit_fails_no_request(tmp_path: Path) -> None:
    # Except for the error code, this limit has the effect of a full disk.
    models = {"half": saved_model("half_plus_three")}
    with serving(tmp_path, models, before="ulimit -f 0; trap '' XFSZ") as server:
        config = (
            grpc_client.field(1, b"half")
            + grpc_client.field(2, str(tmp_path / "half").encode())
            + grpc_client.field(4, b"tensorflow")
            + grpc_client.field(
                6,
                grpc_client.field(1, grpc_client.field(2, str(tmp_path / "log").encode()))
                + grpc_client.field(2, b"\x09\x00\x00\x00\x00\x00\x00\xf0\x3f"),
            )
        )
        request = grpc_client.field(1, grpc_client.field(1, grpc_client.field(1, config)))
        with grpc_client.channel(server) as channel:
            reload = channel.unary_unary(
                "/tensorflow.serving.ModelService/HandleReloadConfigRequest"
            )
            reload(request, timeout=rest.SECONDS)
        for _ in range(100):
            _assert_predicts(server)


def test_after_kill_9_another_server_can_use_the_same_ports_and_sockets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = {"half": saved_model("half_plus_three")}
    with tempfile.TemporaryDirectory() as folder:
        sockets = [
            f"--rest_api_socket_path={folder}/rest",
            f"--grpc_socket_path={folder}/grpc",
        ]
        first_folder, second_folder = tmp_path / "first", tmp_path / "second"
        first_folder.mkdir()
        second_folder.mkdir()
        with serving(first_folder, models, flags=sockets) as first:
            _assert_predicts(first)
            ports = (first.grpc_port, first.rest_port)
            monkeypatch.setattr(model_server, "pick_free_ports", lambda _: ports)
            with (
                # Connections in all states that can outlive the process.
                rest.connected(first) as idle,
                rest.connected(first) as begun,
                socket.create_connection(("127.0.0.1", first.grpc_port)),
            ):
                begun.sendall(rest.head(first, 1_000) + b"{")
                assert first.stop(signal.SIGKILL) == -signal.SIGKILL
                with serving(second_folder, models, flags=sockets) as second:
                    assert (second.grpc_port, second.rest_port) == ports
                    _assert_predicts(second)
                    with contextlib.suppress(ConnectionResetError):
                        assert idle.recv(1) == b""
                    assert second.stop() == 0
            assert list(Path(folder).iterdir()) == []
