# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs the S3 server of rclone, a second implementation of S3.

Example:
    with Rclone(buckets=["models"]) as storage:
        storage.client().list_objects_v2(Bucket="models")
        subprocess.run([...], env=storage.env())
"""

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tensorflow_serving_s3._process import ChildProcess, interrupts_deferred
from tensorflow_serving_s3._programs import find_program
from tensorflow_serving_s3.testing._ports import pick_free_ports
from tensorflow_serving_s3.testing._s3_server import S3Server

_RCLONE = ("rclone", "rclone/bin/rclone")


class Rclone(S3Server):
    """An S3 server on a free port of 127.0.0.1. Its data is in a temporary folder.

    Its objects are files and its prefixes are folders. So it has no keys with an empty part, such
    as `a//b`, and no object with the same name as a prefix.
    """

    def __init__(self, *, buckets: Sequence[str] = ("models",), binary: Path | None = None) -> None:
        """Creates a server; `start` or a `with` block runs it.

        Args:
            buckets: The buckets that exist from the start.
            binary: The `rclone` program; None: the one in the runfiles of Bazel or on the PATH.
        """
        super().__init__(buckets)
        self._binary = binary
        self._folder: Path | None = None

    def stop(self) -> None:
        """Stops the server and deletes its data. Does nothing if it is not running."""
        try:
            if self._process is not None:
                self._process.stop()
        finally:
            self._process = None
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None

    def _end(self) -> None:
        self.stop()

    def _start_once(self) -> None:
        binary = self._binary if self._binary is not None else find_program(_RCLONE)
        with interrupts_deferred():
            folder = self._folder = Path(tempfile.mkdtemp(prefix="rclone-"))
        data = folder / "data"
        data.mkdir()
        (self._port,) = pick_free_ports(1)
        with interrupts_deferred():
            self._process = ChildProcess(
                "rclone",
                [
                    binary,
                    "serve",
                    "s3",
                    f"--addr=127.0.0.1:{self._port}",
                    f"--auth-key={self.access_key},{self.secret_key}",
                    data,
                ],
                env={
                    "HOME": os.fspath(folder),
                    "TMPDIR": os.fspath(folder),
                    "RCLONE_CONFIG": os.fspath(folder / "rclone.conf"),
                    "RCLONE_CACHE_DIR": os.fspath(folder / "cache"),
                },
                cwd=folder,
            )
        self._wait_until_ready(self._process)
