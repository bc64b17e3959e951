# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs the model server for a test or a demonstration.

Example:
    with ModelServer("s3://models/half_plus_three", env=storage.env()) as server:
        server.wait_until_available()
        requests.post(f"{server.rest_url}/v1/models/{server.model_name}:predict", json=...)
        server.stop()  # Returns the exit code 0.
"""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import json
import os
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tensorflow_serving_s3._process import ChildProcess, interrupts_deferred
from tensorflow_serving_s3._programs import MODEL_SERVER, find_program
from tensorflow_serving_s3.errors import ProgramError
from tensorflow_serving_s3.testing._ports import pick_free_ports
from tensorflow_serving_s3.testing._server import Server

_PORTS_OPEN_SECONDS = 30.0
_POLL_SECONDS = 0.02
_REQUEST_SECONDS = 5.0
_STOP_SECONDS = 20.0  # The server waits up to ten seconds for running requests.
# The environment variables that the server inherits. Variables for S3 are passed with env=.
_INHERITED = ("PATH", "HOME", "TMPDIR", "LANG", "TZ")


@dataclasses.dataclass(frozen=True)
class StatusAnswer:
    """A response of the status endpoint.

    Attributes:
        code: The HTTP status code.
        body: The parsed JSON document.
    """

    code: int
    body: Any

    def states(self) -> dict[int, str]:
        """Returns the state of each version, such as `{123: "AVAILABLE"}`."""
        if not isinstance(self.body, dict):
            return {}
        entries = self.body.get("model_version_status", [])
        return {int(entry["version"]): entry["state"] for entry in entries}


class ModelServer(Server):
    """A model server on free ports of 127.0.0.1 with one model or a configuration file.

    It is ready when it sends any response on its REST port.

    Attributes:
        base_path: The base path of the model; empty with a configuration file.
        model_name: The name of the model in URLs and requests.
        rest_port: The port for REST; 0 before the start.
        grpc_port: The port for gRPC; 0 before the start.
    """

    def __init__(
        self,
        base_path: str = "",
        *,
        model_name: str = "half_plus_three",
        model_config_file: str | os.PathLike[str] = "",
        env: Mapping[str, str] | None = None,
        flags: Sequence[str] = (),
        poll_seconds: int = 1,
        binary: Path | None = None,
    ) -> None:
        """Creates a server; `start` or a `with` block runs it.

        Args:
            base_path: The value of --model_base_path: a URL or a folder.
            model_name: The value of --model_name. With a configuration file, the model of the URLs
                and of the methods of this object.
            model_config_file: The value of --model_config_file, instead of `base_path`.
            env: Environment variables for the server, such as `SeaweedFS.env()`. The server does
                not inherit AWS variables of this process, and does not use the metadata service of
                EC2.
            flags: More flags, such as `["--flag=value"]`.
            poll_seconds: The seconds between two polls for new versions.
            binary: The server program; None: the one in the runfiles of Bazel or on the PATH.
        """
        super().__init__()
        if bool(base_path) == bool(model_config_file):
            raise ValueError("give either base_path or model_config_file")
        self.base_path = base_path
        self.model_name = model_name
        self.rest_port = 0
        self.grpc_port = 0
        self._env = dict(env or {})
        self._flags = (*flags, f"--file_system_poll_wait_seconds={poll_seconds}")
        self._binary = binary
        self._model_config_file = os.fspath(model_config_file)

    @property
    def rest_url(self) -> str:
        """The start of every REST URL, without a trailing slash."""
        return f"http://127.0.0.1:{self.rest_port}"

    @property
    def predict_url(self) -> str:
        """The REST URL for predictions by the newest version."""
        return f"{self.rest_url}/v1/models/{self.model_name}:predict"

    @property
    def grpc_address(self) -> str:
        """The address for a gRPC channel."""
        return f"127.0.0.1:{self.grpc_port}"

    @property
    def process(self) -> ChildProcess:
        """The running program, or the last program that ran.

        Raises:
            RuntimeError: The server was never started.
        """
        if self._process is None:
            raise RuntimeError("this model server was not started")
        return self._process

    def stop(self, signal_number: signal.Signals = signal.SIGTERM) -> int:
        """Ends the server, as by `ChildProcess.stop`, and returns its exit code."""
        return self.process.stop(signal_number, grace_seconds=_STOP_SECONDS)

    def status(self, version: int | None = None, *, model_name: str = "") -> StatusAnswer:
        """Requests the status of all versions of a model, or of one version, by REST.

        Args:
            version: The version; None: all versions.
            model_name: The model; by default the one of this object.

        Raises:
            OSError: The server does not answer.
        """
        path = f"/v1/models/{model_name or self.model_name}"
        if version is not None:
            path += f"/versions/{version}"
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.rest_port, timeout=_REQUEST_SECONDS
        )
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return StatusAnswer(response.status, json.loads(response.read()))
        finally:
            connection.close()

    def wait_until_available(
        self,
        version: int | None = None,
        *,
        timeout_seconds: float = 30.0,
        model_name: str = "",
    ) -> None:
        """Blocks until a version of a model is available.

        Args:
            version: The version; None: any version.
            model_name: The model; by default the one of this object.
            timeout_seconds: How long to wait.

        Raises:
            ProgramError: The server ended, or the timeout passed. The `log` of the error contains
                the last lines of the server.
        """
        deadline = time.monotonic() + timeout_seconds
        while True:
            status: object = "nothing"
            # The check below detects a server that has ended.
            with contextlib.suppress(OSError):
                answer = self.status(model_name=model_name)
                status = answer.body
                states = answer.states()
                available = [number for number in states if states[number] == "AVAILABLE"]
                if version in available or (version is None and available):
                    return
            if self.process.exit_code is not None:
                raise self._ended()
            if time.monotonic() > deadline:
                wanted = "no version" if version is None else f"version {version} not"
                raise ProgramError(
                    f"tensorflow_model_server: {wanted} available of "
                    f"{model_name or self.model_name} from "
                    f"{self.base_path or self._model_config_file} after "
                    f"{timeout_seconds:g} s; the status is {json.dumps(status)}",
                    self.process.tail(),
                )
            time.sleep(_POLL_SECONDS)

    def _start_once(self) -> None:
        binary = self._binary if self._binary is not None else find_program(MODEL_SERVER)
        self.grpc_port, self.rest_port = pick_free_ports(2)
        with interrupts_deferred():
            self._process = ChildProcess(
                "tensorflow_model_server", self._command(binary), env=self._environment()
            )
        self._wait_until_open()

    def _end(self) -> None:
        if self._process is not None:
            self._process.stop(grace_seconds=_STOP_SECONDS)

    def _command(self, binary: Path) -> list[str]:
        models = (
            [f"--model_config_file={self._model_config_file}"]
            if self._model_config_file
            else [f"--model_name={self.model_name}", f"--model_base_path={self.base_path}"]
        )
        return [
            os.fspath(binary),
            f"--port={self.grpc_port}",
            f"--rest_api_port={self.rest_port}",
            *models,
            *self._flags,
        ]

    def _environment(self) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        isolation = {
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        return {**inherited, **isolation, **self._env}

    def _wait_until_open(self) -> None:
        deadline = time.monotonic() + _PORTS_OPEN_SECONDS
        while True:
            try:
                self.status()
                return
            except OSError as error:
                if self.process.exit_code is not None:
                    raise self._ended() from error
                if time.monotonic() > deadline:
                    raise ProgramError(
                        f"tensorflow_model_server: {self.rest_url} does not answer "
                        f"after {_PORTS_OPEN_SECONDS:g} s",
                        self.process.tail(),
                    ) from error
                time.sleep(_POLL_SECONDS)

    def _ended(self) -> ProgramError:
        code = self.process.stop()  # Collects all of its output.
        return ProgramError(
            f"tensorflow_model_server ended with exit code {code}", self.process.tail()
        )
