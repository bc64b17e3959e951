# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs the whole model server in this process: REST, gRPC and metrics.

Example:
    options = ServerOptions(
        rest_api_port=8501, model_name="half", model_base_path="s3://models/half"
    )
    with ModelServer(options) as server:
        server.wait_until_available("half")
        print(server.predict("half", {"instances": [1.0, 2.0, 5.0]}))

The server runs in threads of C++, without the GIL. At the end of the process it is stopped. A
process that has used it must not fork without exec.
"""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import json
import logging
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self, TypeAlias

from tensorflow_serving_s3.errors import DeadlineExceededError, ServingError
from tensorflow_serving_s3.sourcing import _library
from tensorflow_serving_s3.sourcing._core import CoreSource, PushedSource, predict, wait_in_slices
from tensorflow_serving_s3.sourcing._library import Handle, library
from tensorflow_serving_s3.sourcing._source import AnySource, AnyTarget, Sink
from tensorflow_serving_s3.sourcing._types import StoragePath

FlagValue: TypeAlias = str | int | float | bool

_log = logging.getLogger("tensorflow_serving_s3.server")

_POLL_SECONDS = 0.02


@dataclasses.dataclass(frozen=True, kw_only=True)
class ServerOptions:
    """The options of the server, which are the flags of tensorflow_model_server.

    Attributes:
        rest_api_port: The port for REST; 0: no REST.
        port: The port for gRPC; 0: no gRPC.
        model_name: The name of the model at `model_base_path`.
        model_base_path: The folder with the versions of one model.
        model_config_file: A file with the configuration of several models.
        flags: All other flags, by their names without dashes, such as
            `{"enable_batching": True, "num_load_threads": 4}`.
    """

    rest_api_port: int = 0
    port: int = 0
    model_name: str = ""
    model_base_path: str = ""
    model_config_file: str = ""
    flags: Mapping[str, FlagValue] = dataclasses.field(default_factory=dict)

    def arguments(self) -> list[str]:
        """Returns the command line of tensorflow_model_server, without its name."""
        named: dict[str, FlagValue] = {"rest_api_port": self.rest_api_port, "port": self.port}
        for name in ("model_name", "model_base_path", "model_config_file"):
            if value := getattr(self, name):
                named[name] = value
        named.update({name.removeprefix("--"): value for name, value in self.flags.items()})
        return [f"--{name}={_flag_text(value)}" for name, value in named.items()]


class ModelServer:
    """A running model server in this process. The constructor starts it; `stop` stops it.

    Models load in the background: see `wait_until_available` and `is_ready`. Thread-safe.

    Attributes:
        options: The options of the server.
    """

    def __init__(
        self, options: ServerOptions, *, source: AnySource[StoragePath] | None = None
    ) -> None:
        """Opens the ports and begins to load models.

        Args:
            options: The options. With a source, they name no models.
            source: Reports the versions of all models; it belongs to the server and is stopped with
                it. None: the options name the models.

        Raises:
            InvalidArgumentError: An option is not valid.
            ServingError: A port or a file cannot be opened; the message names it and the cure.
            LibraryError: The serving core cannot be loaded.
        """
        self.options = options
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._source = source
        self._handle: Handle | None = None
        if source is None:
            self._start(options, None)
            return
        if isinstance(source, CoreSource):
            self._start(options, source._handle)
            return
        try:
            source._connect(_ServerTarget(self, options))
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> Self:
        """Returns the running server."""
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stops the server."""
        self.stop()

    @property
    def is_ready(self) -> bool:
        """Whether all models have been available, as GET /readyz answers."""
        return bool(self._running.get("server_is_ready"))

    def models(self) -> dict[str, Any]:
        """Returns the answer of GET /v1/models: the models, their versions and problems.

        With a source, "source_problem" is its problem as a whole, if it has one.
        """
        _, body = self._running.rest_call("server_call", "GET", "/v1/models", b"")
        models: dict[str, Any] = json.loads(body)
        return models

    def predict(
        self, model: str, request: Mapping[str, Any], *, version: int | None = None
    ) -> dict[str, Any]:
        """Runs a model without a network; see `AspiredVersionsManager.predict`."""
        return predict("server_call", self._running, model, request, version)

    def wait_until_available(
        self, model: str, version: int | None = None, *, timeout_seconds: float = 60.0
    ) -> None:
        """Blocks until a version of a model is available.

        Args:
            model: The name of the model.
            version: The version; None: any version.
            timeout_seconds: How long to wait.

        Raises:
            DeadlineExceededError: It is not available in time; the message has the status.
        """

        def wait(seconds: float) -> None:
            end = time.monotonic() + seconds
            while not self._is_available(model, version):
                if time.monotonic() > end:
                    what = model if version is None else f"{model} version {version}"
                    raise DeadlineExceededError(
                        "DEADLINE_EXCEEDED",
                        f"{what} is not available after {timeout_seconds:g} s; the status is"
                        f" {json.dumps(self.models())}",
                    )
                time.sleep(_POLL_SECONDS)

        wait_in_slices(wait, timeout_seconds)

    def _is_available(self, model: str, version: int | None) -> bool:
        return any(
            one["name"] == model
            and status["state"] == "AVAILABLE"
            and version in (None, int(status["version"]))
            for one in self.models()["models"]
            for status in one["model_version_status"]
        )

    def wait(self) -> None:
        """Blocks until `stop` is called, or until an exception such as KeyboardInterrupt."""
        while not self._stopped.wait(0.5):
            pass

    def stop(self) -> None:
        """Stops the source, finishes the running requests, closes the ports and unloads the models.

        Answers requests for the time of the flag `drain_delay_seconds`, then waits for running
        requests up to the flag `drain_seconds`, and then until they end. May be called again.
        """
        with self._lock:
            source, self._source = self._source, None
            handle, self._handle = self._handle, None
        if source is not None and not isinstance(source, CoreSource):
            source.stop()
        if handle is not None:
            try:
                handle.call("server_stop")
            except ServingError:  # Its ports are closed without waiting for requests.
                _log.exception("the server did not stop in order")
            handle.close()
        if source is not None:
            source.stop()
        self._stopped.set()

    @property
    def _running(self) -> Handle:
        handle = self._handle
        if handle is None:
            raise ServingError("FAILED_PRECONDITION", "this server has stopped")
        return handle

    def _start(self, options: ServerOptions, source: Handle | None) -> None:
        texts = [_library.encode(text, "an option") for text in options.arguments()]
        arguments = (ctypes.c_char_p * len(texts))(*texts)
        with contextlib.nullcontext() if source is None else source.use() as address:
            created = library().create("server_create", arguments, len(texts), address)
        handle = Handle(created, "server", needs=source)
        try:
            handle.call("server_start")
        except BaseException:
            handle.close()
            raise
        self._handle = handle


class _ServerTarget(AnyTarget[StoragePath]):
    """The target of a server's source in Python. Starts the server when it is connected."""

    def __init__(self, server: ModelServer, options: ServerOptions) -> None:
        self._server = server
        self._options = options

    def _make_sink(
        self, source_name: str, max_versions: int, max_silence_seconds: float | None
    ) -> Sink[StoragePath]:
        pushed = PushedSource(source_name, max_versions, max_silence_seconds)
        self._server._start(self._options, pushed.handle)
        return pushed


def _flag_text(value: FlagValue) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
