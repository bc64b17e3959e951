# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the benchmark for a second each, and its load generator."""

import json
import socket
import socketserver
import threading
from pathlib import Path

import pytest
from tensorflow_serving_s3.errors import ProgramError

from benchmarks.serving import overload
from benchmarks.serving.open_loop import Load, offer_by_rest

_RESPONSES = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody",
    b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n",
)


class _HalfRefuses(socketserver.StreamRequestHandler):
    """Answers the first request of a connection, and refuses the second."""

    def handle(self) -> None:
        for response in _RESPONSES * 1000:
            while (line := self.rfile.readline()) != b"\r\n":
                if not line:
                    return
            assert self.rfile.read(4) == b"sent"
            self.wfile.write(response)


def test_counts_answers_and_refusals(tmp_path: Path) -> None:
    body = tmp_path / "body"
    body.write_bytes(b"sent")
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _HalfRefuses) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever).start()

        offered = offer_by_rest(server.server_address[1], "/path", body, Load(1000.0, 1))

        server.shutdown()
    assert offered.answered > 0
    assert offered.failed > 0
    assert 0 < offered.p50_ms <= offered.p99_ms


def test_a_closed_port_is_an_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(ProgramError, match="send_at_rate"):
        offer_by_rest(port, "/path", tmp_path / "missing", Load(1.0, 1))


def test_a_short_run_yields_tables_and_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "overload.json"

    code = overload.main(["--seconds=1", "--connections=200", "--model=mlp", f"--json={file}"])

    output = capsys.readouterr()
    assert code == 0, output.err
    numbers = json.loads(file.read_text())
    assert [(row["model"], row["api"]) for row in numbers["rows"]] == [
        ("mlp", "REST"),
        ("mlp", "gRPC"),
    ]
    for row in numbers["rows"]:
        assert row["capacity"] > 0
        assert row["half"]["failed"] == 0
        for half in (row["half"], row["random"]):
            assert 0 < half["p50_ms"] <= half["p99_ms"]
        assert row["twice"]["answered"] > 0
    assert [row["api"] for row in numbers["idle"]] == ["REST", "gRPC"]
    assert all(row["connections"] == 200 for row in numbers["idle"])
    assert "| gRPC | 200 |" in output.out
