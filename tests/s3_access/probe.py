# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The S3 client in a process of its own, set up by nothing but an environment.

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
    """The client said that a request has failed.

    Attributes:
        code: The TensorFlow error code.
        message: What it said.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Probe:
    """A running `s3_probe`.

    Args:
        env: Its environment variables; it inherits none.
        home: Its home folder. EC2 metadata is not looked for unless `env` says so.
        launcher: A program, with its arguments, that starts the probe.
    """

    def __init__(self, env: Mapping[str, str], home: Path, launcher: Sequence[str] = ()) -> None:
        self._command = [*launcher, os.environ[PROGRAM]]
        self._env = {"HOME": str(home), "AWS_EC2_METADATA_DISABLED": "true", **env}
        self._process: subprocess.Popen[str] | None = None
        self._log = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115

    def __enter__(self) -> Self:
        """Starts it."""
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
        """Ends it."""
        assert self._process is not None
        self._process.communicate(timeout=30)
        assert self._process.returncode == 0

    def ask(self, line: str) -> str:
        """Sends a request and returns what came back.

        Raises:
            ProbeError: The client says that it has failed.
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
        assert match is not None, f"{line!r} was answered by {answer!r}"
        raise ProbeError(int(match[1]), match[2])

    def log(self) -> str:
        """Returns what it has written to stderr."""
        self._log.seek(0)
        return self._log.read()


def failure(env: Mapping[str, str], home: Path, line: str) -> ProbeError:
    """Returns what a new client says of a request that is expected to fail."""
    with Probe(env, home) as probe:
        try:
            answer = probe.ask(line)
        except ProbeError as error:
            return error
    raise AssertionError(f"{line!r} did not fail but was answered by {answer!r}")


def check(env: Mapping[str, str], home: Path) -> None:
    """Lists the bucket as a new client that is set up like this."""
    with Probe(env, home) as probe:
        assert probe.ask(LIST) == "1/"
