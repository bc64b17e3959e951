# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Sources, the adapter and the manager of the serving core, which is written in C++."""

from __future__ import annotations

import contextlib
import ctypes
import json
import logging
import os
import time
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from types import TracebackType
from typing import Any, Self

from tensorflow_serving_s3.errors import DeadlineExceededError, InvalidArgumentError, ServingError
from tensorflow_serving_s3.sourcing import _library
from tensorflow_serving_s3.sourcing._library import Handle, library
from tensorflow_serving_s3.sourcing._source import AnySource, AnyTarget, Sink, pairs
from tensorflow_serving_s3.sourcing._types import (
    Loader,
    ManagerState,
    ServableState,
    ServableVersions,
    StoragePath,
)

_log = logging.getLogger("tensorflow_serving_s3.sourcing")

_HIGHEST_VERSION = 2**63 - 1
_SLICE_SECONDS = 0.2
_HTTP_CODES = {
    400: "INVALID_ARGUMENT",
    404: "NOT_FOUND",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
# A list that is longer is refused by the core; no more is read of an endless one.
_MOST_READ = 20_000


class PushedSource(Sink[StoragePath]):
    """A source of the core that sends what it is told; the `Sink` of a source in Python.

    Attributes:
        handle: The source; a server or an adapter is connected to it.
    """

    def __init__(
        self, source_name: str, max_versions: int, max_silence_seconds: float | None
    ) -> None:
        """Creates it for the source `source_name`."""
        self._name = source_name
        silence = -1.0 if max_silence_seconds is None else max_silence_seconds
        self.handle = Handle(
            library().create(
                "pushed_source_create",
                _library.encode(source_name, "the name of the source"),
                max_versions,
                silence,
            ),
            "source",
        )

    def send(self, servable_name: str, versions: ServableVersions[StoragePath]) -> None:
        """Sends a list, see `Source.aspired`."""
        try:
            name = _library.encode(servable_name, "the name of a servable")
            entries = [
                _library.Version(*_entry(servable_name, version, data))
                for version, data in islice(pairs(servable_name, versions), _MOST_READ)
            ]
        except (TypeError, InvalidArgumentError) as error:
            known = servable_name if isinstance(servable_name, str) else ""
            self.set_problem(known, f"{self._name}: {error}")
            raise
        array = (_library.Version * len(entries))(*entries)
        self.handle.call("pushed_source_aspire", name, array, len(entries))

    def set_problem(self, servable_name: str, problem: str) -> None:
        """Sets a problem, see `Sink`."""
        with contextlib.suppress(ServingError):  # It is closed.
            self.handle.get(
                "pushed_source_set_problem",
                servable_name.replace("\0", "\\0").encode(errors="replace"),
                problem.replace("\0", "\\0").encode(errors="replace"),
            )

    def stop(self) -> None:
        """When it has returned, nothing is sent."""
        with contextlib.suppress(ServingError):  # It is closed.
            self.handle.get("pushed_source_stop")

    @property
    def is_closed(self) -> bool:
        """Whether the source of the core is closed."""
        return self.handle.is_closed


class CoreSource(AnySource[StoragePath]):
    """A source of the core."""

    def __init__(self, address: int) -> None:
        """Takes a source of the library."""
        self._handle = Handle(address, "source")

    def stop(self) -> None:
        """Stops the source. When it has returned, nothing is sent. May be called again.

        A source of a running server stops with the server.
        """
        self._handle.close()

    def _connect(self, target: AnyTarget[StoragePath]) -> None:
        if isinstance(target, SavedModelBundleSourceAdapter):
            with target._handle.use() as adapter:
                self._handle.call("source_connect_adapter", adapter)
            return
        sink = target._make_sink(type(self).__name__, _MOST_READ, None)
        callback = _library.AspiredFunction(lambda _, *list_of: _receive(sink, *list_of))
        self._handle.keep = callback  # Before the first call of it.
        self._handle.call("source_connect_function", callback, None)


class StaticStoragePathSource(CoreSource):
    """Reports one version of one servable, which never changes."""

    def __init__(
        self, servable_name: str, version: int, path: StoragePath | os.PathLike[str]
    ) -> None:
        """Creates the source.

        Args:
            servable_name: The name that requests use.
            version: The version, from 0 to 2**63 - 1.
            path: The folder of the SavedModel. Whether it exists is seen when it is loaded.

        Raises:
            InvalidArgumentError: The name or the path is empty, or the version is not valid.
            LibraryError: The serving core cannot be loaded.
        """
        _check_version(servable_name, version)
        super().__init__(
            library().create(
                "static_source_create",
                _library.encode(servable_name, "the name of a servable"),
                version,
                _library.encode(os.fspath(path), "the path"),
            )
        )


class FileSystemStoragePathSource(CoreSource):
    """Finds versions as the model server does: the folders below base paths with numbers as names.

    A version in S3 counts when it is complete: saved_model.pb and all shards of the variables.

    Example:
        source = FileSystemStoragePathSource({"half": "s3://models/half"})
    """

    def __init__(
        self,
        base_paths: Mapping[str, str | os.PathLike[str]],
        *,
        num_latest: int = 1,
        specific_versions: Mapping[str, Sequence[int]] | None = None,
        poll_seconds: int = 1,
    ) -> None:
        """Creates the source.

        Args:
            base_paths: The base path by the name of the servable: a URL or an absolute path.
            num_latest: How many of the highest versions to report; 0: all versions.
            specific_versions: The versions to report, by the name of the servable, in place of the
                highest ones.
            poll_seconds: The pause between two polls; 0: poll once; negative: never.

        Raises:
            InvalidArgumentError: A name is empty, or a base path is empty or relative.
            LibraryError: The serving core cannot be loaded.
        """
        specific = specific_versions or {}
        servables = (_library.Servable * len(base_paths))()
        keep: list[Any] = []
        for servable, (name, base_path) in zip(servables, base_paths.items(), strict=True):
            versions = specific.get(name, ())
            for version in versions:
                _check_version(name, version)
            numbers = (ctypes.c_int64 * len(versions))(*versions)
            keep.append(numbers)
            servable.name = _library.encode(name, "the name of a servable")
            servable.base_path = _library.encode(os.fspath(base_path), "the base path")
            servable.num_latest = num_latest
            servable.specific = numbers
            servable.num_specific = len(versions)
        super().__init__(
            library().create("file_system_source_create", servables, len(servables), poll_seconds)
        )


class SavedModelBundleSourceAdapter(AnySource[Loader], AnyTarget[StoragePath]):
    """Converts paths of SavedModels into loaders. Reads no storage."""

    def __init__(self) -> None:
        """Creates the adapter.

        Raises:
            LibraryError: The serving core cannot be loaded.
        """
        self._handle = Handle(library().create("adapter_create"), "adapter")

    def stop(self) -> None:
        """Stops the adapter. When it has returned, nothing is sent. May be called again."""
        self._handle.close()

    def _connect(self, target: AnyTarget[Loader]) -> None:
        if not isinstance(target, AspiredVersionsManager):
            raise TypeError(
                "a SavedModelBundleSourceAdapter sends loaders, which only an"
                f" AspiredVersionsManager takes, not a {type(target).__name__}"
            )
        with target._handle.use() as manager:
            self._handle.call("adapter_connect_manager", manager)

    def _make_sink(
        self, source_name: str, max_versions: int, max_silence_seconds: float | None
    ) -> Sink[StoragePath]:
        pushed = PushedSource(source_name, max_versions, max_silence_seconds)
        with self._handle.use() as adapter:
            pushed.handle.call("source_connect_adapter", adapter)
        return pushed


class AspiredVersionsManager(AnyTarget[Loader]):
    """Loads the reported versions, unloads the others, and answers requests.

    Example:
        with AspiredVersionsManager() as manager:
            adapter = SavedModelBundleSourceAdapter()
            connect_source_to_target(adapter, manager)
            connect_source_to_target(MySource(), adapter)
            manager.wait_until_available("half")
            print(manager.predict("half", {"instances": [1.0, 2.0, 5.0]}))

    A new version is loaded before the old one is unloaded. Loads and predictions run without the
    GIL. Thread-safe.
    """

    def __init__(
        self,
        *,
        resource_preserving: bool = False,
        num_load_threads: int = 0,
        max_num_load_retries: int = 5,
        load_retry_interval_seconds: float = 60.0,
        total_memory_limit_bytes: int = 0,
    ) -> None:
        """Creates a manager without versions.

        Args:
            resource_preserving: Whether to unload the old version before the new one is loaded, for
                models of which two versions do not fit into memory.
            num_load_threads: The number of versions that load at once; 0: one for each processor.
            max_num_load_retries: How often to try again to load a version.
            load_retry_interval_seconds: The longest pause between two tries.
            total_memory_limit_bytes: The limit for all models; 0: no limit.

        Raises:
            LibraryError: The serving core cannot be loaded.
        """
        options = _library.ManagerOptions(
            int(resource_preserving),
            num_load_threads,
            max_num_load_retries,
            load_retry_interval_seconds,
            total_memory_limit_bytes,
        )
        self._handle = Handle(library().create("manager_create", ctypes.byref(options)), "manager")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Waits for running loads and unloads everything. Stop the sources first."""
        self._handle.close()

    def states(self) -> list[ServableState]:
        """Returns the states of all known versions, by name, the newest version first."""
        text = ctypes.c_void_p()
        self._handle.call("manager_states", ctypes.byref(text))
        return [
            ServableState(
                name=one["name"],
                version=int(one["version"]),
                state=ManagerState(one["state"]),
                error=one["error"],
                error_code=_library.code_name(one["error_code"]),
            )
            for one in json.loads(library().take_text(text.value))
        ]

    def wait_until_available(
        self, servable_name: str, version: int | None = None, *, timeout_seconds: float = 60.0
    ) -> None:
        """Blocks until a version is available.

        Args:
            servable_name: The name of the servable.
            version: The version; None: any version.
            timeout_seconds: How long to wait.

        Raises:
            DeadlineExceededError: The version is not available in time.
            ServingError: The version ended; the message says why.
        """
        name = _library.encode(servable_name, "the name of a servable")

        def wait(seconds: float) -> None:
            number = -1 if version is None else version
            self._handle.call("manager_wait_until_available", name, number, seconds)

        wait_in_slices(wait, timeout_seconds)

    def predict(
        self, servable_name: str, request: Mapping[str, Any], *, version: int | None = None
    ) -> dict[str, Any]:
        """Runs a model. The request and the answer are those of the REST API.

        Args:
            servable_name: The name of the servable.
            request: Such as `{"instances": [1.0, 2.0, 5.0]}`, with an optional "signature_name".
            version: The version; None: the newest available one.

        Returns:
            Such as `{"predictions": [3.5, 4.0, 5.5]}`.

        Raises:
            InvalidArgumentError: The model does not take the request.
            NotFoundError: There is no available version.
            ServingError: The model fails.
        """
        return predict("manager_call", self._handle, servable_name, request, version)

    def _make_sink(
        self, source_name: str, max_versions: int, max_silence_seconds: float | None
    ) -> Sink[Loader]:
        raise TypeError(
            f"{source_name} sends paths, and an AspiredVersionsManager takes loaders; put a"
            " SavedModelBundleSourceAdapter between them"
        )


def wait_in_slices(wait: Callable[[float], None], timeout_seconds: float) -> None:
    """Waits for a condition in short slices, so that Ctrl-C interrupts the wait.

    Args:
        wait: Waits up to a number of seconds; raises DeadlineExceededError if the condition does
            not hold then.
        timeout_seconds: How long to wait in all.

    Raises:
        DeadlineExceededError: The one of the last slice.
    """
    deadline = time.monotonic() + timeout_seconds
    while True:
        remaining = max(0.0, deadline - time.monotonic())
        try:
            wait(min(_SLICE_SECONDS, remaining))
            return
        except DeadlineExceededError:
            if remaining <= _SLICE_SECONDS:
                raise


def predict(
    function: str, handle: Handle, model: str, request: Mapping[str, Any], version: int | None
) -> dict[str, Any]:
    """Calls the predict method of the REST API without a network, see `AspiredVersionsManager`."""
    path = f"/v1/models/{urllib.parse.quote(model, safe='')}"
    if version is not None:
        path += f"/versions/{version}"
    status, body = handle.rest_call(
        function, "POST", f"{path}:predict", json.dumps(request).encode()
    )
    answer: dict[str, Any] = json.loads(body)
    if status != 200:
        raise _library.make_error(_HTTP_CODES.get(status, "INTERNAL"), str(answer.get("error")))
    return answer


def _check_version(name: str, version: int) -> None:
    if not isinstance(version, int) or isinstance(version, bool):
        raise TypeError(f"{name!r}: a version is an int, not {version!r:.100}")
    if not -_HIGHEST_VERSION <= version <= _HIGHEST_VERSION:
        raise InvalidArgumentError(
            "INVALID_ARGUMENT",
            f"{name} has the version {version}; a version is at most {_HIGHEST_VERSION}",
        )


def _entry(name: str, version: int, data: object) -> tuple[int, bytes | None, int, bytes | None]:
    _check_version(name, version)
    if isinstance(data, Exception):
        code = data.code if isinstance(data, ServingError) else "UNKNOWN"
        number = _library._CODES.index(code) if code in _library._CODES else 2
        message = f"{type(data).__name__}: {data}".replace("\0", "\\0")
        return version, None, number, message.encode(errors="replace")
    if not isinstance(data, (str, os.PathLike)):
        raise TypeError(
            f"{name} version {version} has no path but {data!r:.100}; give the folder of its"
            " SavedModel, such as s3://bucket/model/7"
        )
    path = os.fspath(data)
    return version, _library.encode(path, f"the path of {name} version {version}"), 0, None


def _receive(sink: Sink[StoragePath], name: bytes, versions: Any, count: int) -> None:
    """Passes a list of the core to a target in Python. No exception may leave it."""
    with contextlib.suppress(Exception):
        try:
            received: list[tuple[int, StoragePath | Exception]] = []
            for index in range(count):
                version = versions[index]
                if version.error is None:
                    received.append((version.version, version.path.decode()))
                else:
                    error = _library.make_error(
                        _library.code_name(version.error_code), version.error.decode()
                    )
                    received.append((version.version, error))
            sink.send(name.decode(), received)
        except Exception:
            _log.exception("the target failed to take the versions of %s", name)
