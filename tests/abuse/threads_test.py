# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""A server that may create only a few threads ends with an error that names the cure."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from tensorflow_serving_s3._programs import MODEL_SERVER, find_program

_SECONDS = 60.0
_LIBRARY = Path(os.environ["TFS3_LIMIT_THREADS"]).resolve()


def _start(folder: Path, max_threads: int) -> subprocess.CompletedProcess[str]:
    """Starts a server that may create `max_threads` threads, and waits for its end."""
    return subprocess.run(
        [
            find_program(MODEL_SERVER),
            f"--model_base_path={folder}",
            "--port=0",
            f"--grpc_socket_path={folder}/grpc",
            f"--rest_api_socket_path={folder}/rest",
            "--num_load_threads=4",
        ],
        env=dict(os.environ, LD_PRELOAD=str(_LIBRARY), TFS3_MAX_THREADS=str(max_threads)),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )


@pytest.mark.parametrize("max_threads", [0, 1, 2, 4, 8, 12, 16])
def test_too_few_threads_are_an_error_at_the_start(tmp_path: Path, max_threads: int) -> None:
    ended = _start(tmp_path, max_threads)
    assert ended.returncode == 1, ended.stderr
    assert "cannot start the server: " in ended.stderr
    assert "Resource temporarily unavailable" in ended.stderr
    assert "ulimit -u" in ended.stderr
    assert "--rest_api_num_threads" in ended.stderr
