# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs the S3 client in another process, configured only by its environment.

Example:
    with Probe({"S3_ENDPOINT": store.endpoint}, home) as probe:
        assert probe.ask("list s3://models/half") == "1/,2/"
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

PROGRAM = "TFS3_S3_PROBE"
LIST = "list s3://models/half"


class ProbeError(Exception):
    """A request of the client failed.

    Attributes:
        code: The TensorFlow error code.
        message: The error message.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Probe:
    """A running `s3_probe`.

    Args:
        env: The environment variables; it inherits none.
        home: The home folder. EC2 metadata is disabled unless `env` enables it.
        launcher: A program that starts the probe, with its arguments.
    """

    def __init__(self, env: Mapping[str, str], home: Path, launcher: Sequence[str] = ()) -> None:
        self._command = [*launcher, os.environ[PROGRAM]]
        self._env = {"HOME": str(home), "AWS_EC2_METADATA_DISABLED": "true", **env}
        self._process: subprocess.Popen[str] | None = None
        self._log = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115

    def __enter__(self) -> Self:
        """Starts the process."""
        self._process = subprocess.Popen(
            self._command,
            env=self._env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            encoding="utf-8",
        )
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Ends the process."""
        assert self._process is not None
        self._process.communicate(timeout=30)
        assert self._process.returncode == 0

    def ask(self, line: str) -> str:
        """Sends a request and returns the result.

        Raises:
            ProbeError: The request failed.
        """
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().rstrip("\n")
        if answer.startswith("OK "):
            return answer[3:]
        match = re.fullmatch(r"ERROR (\d+) (.*)", answer)
        assert match is not None, f"{line!r} returned {answer!r}"
        raise ProbeError(int(match[1]), match[2])

    def log(self) -> str:
        """Returns the stderr of the process."""
        self._log.seek(0)
        return self._log.read()


def failure(env: Mapping[str, str], home: Path, line: str) -> ProbeError:
    """Returns the error of a request that must fail, with a new client."""
    with Probe(env, home) as probe:
        try:
            answer = probe.ask(line)
        except ProbeError as error:
            return error
    raise AssertionError(f"{line!r} did not fail and returned {answer!r}")


def check(env: Mapping[str, str], home: Path) -> None:
    """Checks that a new client can list the bucket."""
    with Probe(env, home) as probe:
        assert probe.ask(LIST) == "1/"
