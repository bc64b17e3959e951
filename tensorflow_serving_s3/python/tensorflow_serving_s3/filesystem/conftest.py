# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""An S3 server for these tests, and a function that runs Python programs."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

RunPython = Callable[[str], "subprocess.CompletedProcess[str]"]

_QUIET = {"TF_CPP_MIN_LOG_LEVEL": "2", "TF_ENABLE_ONEDNN_OPTS": "0"}
_SECONDS = 240


@pytest.fixture(scope="session")
def storage() -> Iterator[SeaweedFS]:
    """An S3 server with the bucket `models`; the environment of this process refers to it."""
    with SeaweedFS(buckets=["models"]) as running, pytest.MonkeyPatch.context() as patch:
        for name, value in {**_QUIET, **running.env()}.items():
            patch.setenv(name, value)
        running.client().put_object(Bucket="models", Key="half/greeting", Body=b"hello, s3")
        yield running


@pytest.fixture
def run_python(storage: SeaweedFS) -> RunPython:
    """Runs a program in another Python process with the same modules and the S3 server."""
    environment = {
        **_QUIET,
        **storage.env(),
        "PYTHONPATH": os.pathsep.join(sys.path),
        "HOME": os.environ.get("TEST_TMPDIR", "/tmp"),
    }

    def run(program: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-c", program],
            env=environment,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )

    return run
