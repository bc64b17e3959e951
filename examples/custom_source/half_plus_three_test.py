# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the smallest program with a source: it serves a model from S3."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import requests
from tensorflow_serving_s3.publish import publish_version
from tensorflow_serving_s3.testing import saved_models
from tensorflow_serving_s3.testing._ports import pick_free_ports
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

_PROGRAM = Path("examples/custom_source/half_plus_three.py")


def test_a_source_of_fifteen_lines_serves_half_plus_three(tmp_path: Path) -> None:
    lines = [line for line in _PROGRAM.read_text().splitlines() if line.strip()]
    code = [line for line in lines if not line.lstrip().startswith(("#", '"""'))]
    assert len(code) <= 15

    model = saved_models.save_half_plus_three(tmp_path / "half")
    (port,) = pick_free_ports(1)
    with SeaweedFS(buckets=["models"]) as storage:
        path = publish_version(model, "s3://models/half", 7, client=storage.client())
        environment = {
            **storage.env(),
            "AWS_EC2_METADATA_DISABLED": "true",
            "PYTHONPATH": os.pathsep.join(sys.path),
            "HOME": os.fspath(tmp_path),
        }
        command = [sys.executable, os.fspath(_PROGRAM), str(port), path]
        with subprocess.Popen(command, env=environment) as program:
            try:
                assert _predict(port, program) == {"predictions": [3.5, 4.0, 5.5]}
            finally:
                program.terminate()


def _predict(port: int, program: subprocess.Popen[bytes]) -> object:
    url = f"http://127.0.0.1:{port}/v1/models/half_plus_three:predict"
    deadline = time.monotonic() + 60
    while True:
        try:
            answer = requests.post(url, json={"instances": [1.0, 2.0, 5.0]}, timeout=10)
            if answer.ok:
                return answer.json()
        except OSError:
            assert program.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
