# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""A server that may create only a few threads ends with an error that names the cure."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import grpc
import pytest
from tensorflow_serving_s3._programs import MODEL_SERVER, find_program

_SECONDS = 60.0
_LIBRARY = Path(os.environ["TFS3_LIMIT_THREADS"]).resolve()
# More than the server creates on any machine that runs this test.
_ENOUGH_THREADS = 1024


def _ends_with_the_error(folder: Path, max_threads: int) -> bool:
    """Starts a server that may have `max_threads` threads.

    Returns:
        True: it ended with the error. False: it served, and SIGTERM ended it with code 0.
    """
    folder = folder / str(max_threads)
    folder.mkdir()
    with (folder / "log").open("w") as file:
        server = subprocess.Popen(
            [
                find_program(MODEL_SERVER),
                f"--model_base_path={folder}",
                "--port=0",
                f"--grpc_socket_path={folder}/grpc",
                f"--rest_api_socket_path={folder}/rest",
                "--num_load_threads=4",
            ],
            env=dict(os.environ, LD_PRELOAD=str(_LIBRARY), TFS3_MAX_THREADS=str(max_threads)),
            stderr=file,
        )
    try:
        serves = _serves(server, folder)
        if serves:
            server.terminate()
        server.wait(_SECONDS)
    finally:
        server.kill()
        server.wait()
    log = (folder / "log").read_text()
    if server.returncode == 0:
        assert serves, log
        return False
    # A server can answer a health check just before the last thread of its start fails.
    assert server.returncode == 1, log
    assert "cannot start the server: " in log
    assert "Resource temporarily unavailable" in log
    assert "ulimit -u" in log
    assert "--rest_api_num_threads" in log
    return True


def _serves(server: subprocess.Popen[bytes], folder: Path) -> bool:
    """Waits for answers by both APIs, or for the end of the server."""
    deadline = time.monotonic() + _SECONDS
    while server.poll() is None:
        assert time.monotonic() < deadline, "neither serves nor ends"
        if _is_ready(folder / "grpc") and (folder / "rest").exists():
            return True
        time.sleep(0.05)
    return False


def _is_ready(socket_path: Path) -> bool:
    if not socket_path.exists():
        return False
    with grpc.insecure_channel(f"unix:{socket_path}") as channel:
        call = channel.unary_unary("/grpc.health.v1.Health/Check")
        try:
            call(b"", timeout=2, wait_for_ready=True)
        except grpc.RpcError as error:
            return error.code() not in (
                grpc.StatusCode.DEADLINE_EXCEEDED,
                grpc.StatusCode.UNAVAILABLE,
            )
    return True


@pytest.mark.parametrize("max_threads", [0, 1, 2, 4, 8, 12, 16])
def test_too_few_threads_are_an_error_at_the_start(tmp_path: Path, max_threads: int) -> None:
    assert _ends_with_the_error(tmp_path, max_threads)


def test_a_server_with_almost_enough_threads_serves_or_ends_with_the_error(tmp_path: Path) -> None:
    too_few, enough = 16, _ENOUGH_THREADS
    assert not _ends_with_the_error(tmp_path, enough)
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        if _ends_with_the_error(tmp_path, middle):
            too_few = middle
        else:
            enough = middle
    again = tmp_path / "again"
    again.mkdir()
    # The number of threads at the start varies by one or two.
    for max_threads in range(too_few - 4, enough + 4):
        _ends_with_the_error(again, max_threads)
