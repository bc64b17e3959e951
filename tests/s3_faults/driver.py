# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs file operations of the C++ filesystem in another process.

Example:
    with Driver({**storage.env(), "AWS_ENDPOINT_URL_S3": proxy.url}) as driver:
        done = driver.do("whole", "s3://models/object")
        assert done.sha256 == hashlib.sha256(content).hexdigest()
"""

from __future__ import annotations

import dataclasses
import os
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from tensorflow_serving_s3._programs import find_program

_PROGRAM = ("s3_driver", "tf_serving_s3/tensorflow_serving_s3/filesystem/s3/testing/s3_driver")
_END_SECONDS = 30.0
# Settings of sanitizers and of the search paths.
_INHERITED = ("PATH", "HOME", "TMPDIR", "ASAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS")


class DriverError(Exception):
    """The process failed; the message ends with its output."""


@dataclasses.dataclass(frozen=True)
class Done:
    """The result of a request to the driver.

    Attributes:
        seconds: The duration.
        sha256: The hash of the bytes, in hexadecimal digits; "" after a failure.
        code: The error code, as in tf_status.h; 0 without an error.
        message: The error message.
    """

    seconds: float
    sha256: str = ""
    code: int = 0
    message: str = ""


class Driver:
    """A driver process; a `with` block runs it.

    At the end of the block it must exit with code 0; sanitizers use other exit codes.
    """

    def __init__(
        self, env: Mapping[str, str], *, command: Sequence[str | os.PathLike[str]] = ()
    ) -> None:
        """Prepares the process.

        Args:
            env: The environment variables.
            command: Another program with the same protocol, and its arguments.
        """
        self._command = list(command) or [find_program(_PROGRAM)]
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        self._env = {
            **inherited,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            **env,
        }

    def __enter__(self) -> Self:
        """Starts the process."""
        self._printed = tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._printed,
            env=self._env,
            encoding="utf-8",
            errors="replace",
            bufsize=1,
        )
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Waits for the end of the process.

        Raises:
            DriverError: The exit code is not 0.
        """
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            self._process.stdin.close()
            code = self._process.wait(_END_SECONDS)
        except (OSError, subprocess.TimeoutExpired):
            self._process.kill()
            code = self._process.wait()
        self._process.stdout.close()
        with self._printed:
            if code != 0 and exc is None:
                raise DriverError(f"the driver ended with exit code {code}\n{self._output()}")

    def do(self, what: str, url: str, seed: int = 0, *, timeout_seconds: float = 60.0) -> Done:
        """Runs one operation and returns its result.

        Args:
            what: "whole", "forward", "random", "stat" or "list"; see s3_driver.cc.
            url: The URL of the object or directory, without white space.
            seed: The seed of random values.
            timeout_seconds: The time limit.

        Raises:
            DriverError: The process ended, or was killed after the time limit.
        """
        assert self._process.stdin is not None and self._process.stdout is not None
        watchdog = threading.Timer(timeout_seconds, self._process.kill)
        watchdog.start()
        try:
            self._process.stdin.write(f"{what}\t{url}\t{seed}\n")
            line = self._process.stdout.readline()
        except OSError:
            line = ""
        finally:
            watchdog.cancel()
        if not line:
            raise DriverError(
                f"the driver did not respond within {timeout_seconds:g} s\n{self._output()}"
            )
        outcome, milliseconds, *rest = line.rstrip("\n").split("\t")
        if outcome == "ok":
            return Done(int(milliseconds) / 1000, sha256=rest[0])
        return Done(int(milliseconds) / 1000, code=int(rest[0]), message=rest[1])

    def _output(self) -> str:
        self._printed.seek(0)
        return self._printed.read()[-20_000:]
