# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Sources, targets and adapters that are written in Python."""

from __future__ import annotations

import abc
import contextlib
import logging
import threading
import time
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from tensorflow_serving_s3.errors import ServingError
from tensorflow_serving_s3.sourcing._types import ServableVersions, T

In = TypeVar("In")
Out = TypeVar("Out")

_log = logging.getLogger("tensorflow_serving_s3.sourcing")

_FIRST_RESTART_SECONDS = 1.0
_LAST_RESTART_SECONDS = 60.0
_JOIN_SECONDS = 5.0
# A poll may take this much longer than its interval before the status names it.
_POLL_GRACE_SECONDS = 10.0


class Sink(abc.ABC, Generic[T]):
    """The end of a connection, to which a source sends. Thread-safe."""

    @abc.abstractmethod
    def send(self, servable_name: str, versions: ServableVersions[T]) -> None:
        """Sends the complete list of a servable."""

    @abc.abstractmethod
    def set_problem(self, servable_name: str, problem: str) -> None:
        """Sets the problem of a servable, or of the source if the name is empty."""

    @abc.abstractmethod
    def stop(self) -> None:
        """When it has returned, nothing is sent."""

    @property
    def is_closed(self) -> bool:
        """Whether the other end has been closed, as at the end of the process."""
        return False


class AnySource(abc.ABC, Generic[T]):
    """A source of Python or of the serving core; see `connect_source_to_target`."""

    @abc.abstractmethod
    def _connect(self, target: AnyTarget[T]) -> None:
        """Starts to send to `target`."""

    @abc.abstractmethod
    def stop(self) -> None:
        """Stops the source. When it has returned, nothing is sent. May be called again."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


class AnyTarget(abc.ABC, Generic[T]):
    """A target of Python or of the serving core; see `connect_source_to_target`."""

    @abc.abstractmethod
    def _make_sink(
        self, source_name: str, max_versions: int, max_silence_seconds: float | None
    ) -> Sink[T]:
        """Returns the end of a new connection."""


class Target(AnyTarget[T]):
    """Receives the lists of a source. For tests, and for programs that do not load models.

    Example:
        class Printer(Target[StoragePath]):
            def set_aspired_versions(self, servable_name, versions):
                print(servable_name, versions)
    """

    @abc.abstractmethod
    def set_aspired_versions(
        self, servable_name: str, versions: list[tuple[int, T | Exception]]
    ) -> None:
        """Receives the complete list of a servable. May be called from several threads.

        Args:
            servable_name: The name of the servable.
            versions: The version and its data, or the error because of which there is no data.
        """

    def set_problem(self, servable_name: str, problem: str) -> None:
        """Receives the problem of a servable, or of the source if the name is empty.

        An empty problem removes the last one. By default this does nothing.
        """

    def _make_sink(
        self, source_name: str, max_versions: int, max_silence_seconds: float | None
    ) -> Sink[T]:
        return _TargetSink(self)


class Source(AnySource[T]):
    """Decides which versions of which servables exist. Override `run`.

    Example:
        class MySource(Source[StoragePath]):
            def run(self) -> None:
                while not self.wait(10):
                    for name, version, path in read_registry():
                        self.aspired(name, [(version, path)])

    `run` has a thread of its own, which starts when the source is connected. So it may block:
    models load and serve without it. If it raises, the exception is logged with its traceback, the
    status of the server shows it, and `run` starts again after a pause of 1 s, which doubles up to
    60 s. The versions that were reported stay loaded.

    Attributes:
        max_versions: The maximum length of a list. A longer list is refused, because all of its
            versions would be loaded.
        max_silence_seconds: If the source reports nothing for this time, the status of the server
            says so. None: no limit.
    """

    max_versions: int = 100
    max_silence_seconds: float | None = None

    _thread: threading.Thread | None
    _sink: Sink[T] | None
    _stopping: threading.Event
    _names: set[str]
    _report_clears_problem = True

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Creates the state of the base class, even if a subclass does not call its __init__."""
        created = super().__new__(cls)
        created._thread = None
        created._sink = None
        created._stopping = threading.Event()
        created._names = set()
        return created

    @abc.abstractmethod
    def run(self) -> None:
        """Reports versions by `aspired`, until `wait` returns True.

        It may also return earlier: then the last lists stay in force.
        """

    def aspired(self, servable_name: str, versions: ServableVersions[T]) -> None:
        """Reports the versions of a servable that should exist from now on.

        The manager loads the new ones and unloads the others. An empty list unloads the servable.
        A repeated list changes nothing. Thread-safe.

        Args:
            servable_name: The name that requests use.
            versions: All versions, as pairs of a number from 0 to 2**63 - 1 and its data, such as
                the path of a SavedModel. An exception in place of the data reports a version that
                cannot be offered; it appears in the state of the version.

        Raises:
            InvalidArgumentError: The list is not valid: no name, a negative version, a missing or
                relative path, a version that is listed twice, too many versions. Nothing is
                changed; the status of the server shows the error until the next valid list.
            TypeError: An argument has the wrong type. Otherwise as above.
            ServingError: The source has stopped or is not connected.
        """
        if self._sink is None:
            raise ServingError(
                "FAILED_PRECONDITION",
                f"{self._name} is not connected; call connect_source_to_target, or pass it to"
                " ModelServer",
            )
        self._sink.send(servable_name, versions)
        if self._report_clears_problem:
            self._sink.set_problem("", "")

    def aspired_all(self, servables: Mapping[str, ServableVersions[T]]) -> None:
        """Reports the versions of all servables: unloads the servables that are not in `servables`.

        Considers the servables of earlier calls of this method. Call it from one thread.

        Args:
            servables: The versions by the name of the servable; see `aspired`.

        Raises:
            InvalidArgumentError, TypeError, ServingError: As for `aspired`. The servables after the
                one with the error are not reported, and nothing is unloaded.
        """
        for name, versions in servables.items():
            self.aspired(name, versions)
            self._names.add(name)
        for name in self._names - set(servables):
            self.aspired(name, [])
        self._names = set(servables)

    def wait(self, seconds: float) -> bool:
        """Blocks for a time, or until the source must stop.

        Returns:
            Whether the source must stop: return from `run`.
        """
        return self._stopping.wait(seconds)

    def stop(self) -> None:
        """Stops the source. When it has returned, nothing is sent. May be called again.

        Waits up to 5 s for `run` to return. After that the thread goes on without effect.
        """
        self._stopping.set()
        if self._sink is not None:
            self._sink.stop()
        thread = self._thread
        if thread is None or thread is threading.current_thread():
            return
        thread.join(_JOIN_SECONDS)
        if thread.is_alive():
            _log.warning(
                "%s: run() has not returned %g s after stop(); call wait() in its loop",
                self._name,
                _JOIN_SECONDS,
            )

    @property
    def _name(self) -> str:
        return type(self).__name__

    def _connect(self, target: AnyTarget[T]) -> None:
        self._start(lambda: target._make_sink(self._name, self.max_versions, self._silence()))

    def _start(self, make_sink: Any) -> None:
        if self._sink is not None:
            raise ServingError(
                "FAILED_PRECONDITION",
                f"This {self._name} is connected already; make another source",
            )
        self._sink = make_sink()
        self._thread = threading.Thread(target=self._main, name=self._name, daemon=True)
        self._thread.start()

    def _silence(self) -> float | None:
        return self.max_silence_seconds

    def _main(self) -> None:
        assert self._sink is not None
        pause = _FIRST_RESTART_SECONDS
        while not self._stopping.is_set():
            start = time.monotonic()
            try:
                self.run()
                self._sink.set_problem("", "")
                return
            except BaseException as error:  # A SystemExit of one source must not stop the source.
                if self._stopping.is_set() or self._sink.is_closed:
                    return
                if time.monotonic() - start > _LAST_RESTART_SECONDS:
                    pause = _FIRST_RESTART_SECONDS
                problem = (
                    f"{self._name} failed: {type(error).__name__}: {error}; it starts again after"
                    f" {pause:g} s, and the versions that it reported stay loaded"
                )
                with contextlib.suppress(Exception):
                    _log.exception("%s", problem)
                self._sink.set_problem("", _printable(problem))
            self._stopping.wait(pause)
            pause = min(2 * pause, _LAST_RESTART_SECONDS)


class PollingSource(Source[T]):
    """A source that looks at regular intervals. Override `poll`.

    Example:
        class Registry(PollingSource[StoragePath]):
            interval_seconds = 10

            def poll(self) -> None:
                self.aspired_all({name: [(v, path)] for name, v, path in read_registry()})

    The server is ready when the first `poll` has returned and its models are available. A `poll`
    that takes 10 s longer than the interval appears in the status of the server.

    Attributes:
        interval_seconds: The pause between two polls.
    """

    interval_seconds: float = 1.0
    _report_clears_problem = False

    @abc.abstractmethod
    def poll(self) -> None:
        """Looks once and reports by `aspired` or `aspired_all`."""

    def run(self) -> None:
        """Polls until the source must stop."""
        while True:
            self.poll()
            assert self._sink is not None
            self._sink.set_problem("", "")
            if self.wait(self.interval_seconds):
                return

    def _silence(self) -> float | None:
        if self.max_silence_seconds is not None:
            return self.max_silence_seconds
        return self.interval_seconds + _POLL_GRACE_SECONDS


class SourceAdapter(AnySource[Out], AnyTarget[In], Generic[In, Out]):
    """Converts each version of a list. Override `convert`.

    The two sides may be connected in any order. Until the output is connected, the adapter stores
    the newest list of each servable.

    Example:
        class Mirror(SourceAdapter[StoragePath, StoragePath]):
            def convert(self, data: StoragePath) -> StoragePath:
                return data.replace("s3://models/", "s3://models-eu/")
    """

    _state: _AdapterState[Out]

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Creates the state of the base class, even if a subclass does not call its __init__."""
        created = super().__new__(cls)
        created._state = _AdapterState()
        return created

    @abc.abstractmethod
    def convert(self, data: In) -> Out:
        """Converts the data of one version. An exception becomes the error of that version.

        May be called from several threads.
        """

    def stop(self) -> None:
        """Stops sending."""
        with self._state.lock:
            if self._state.sink is not None:
                self._state.sink.stop()

    def _connect(self, target: AnyTarget[Out]) -> None:
        with self._state.lock:
            if self._state.sink is not None:
                raise ServingError(
                    "FAILED_PRECONDITION",
                    f"This {type(self).__name__} is connected already; make another one",
                )
            self._state.sink = target._make_sink(type(self).__name__, Source.max_versions, None)
            for name, versions in self._state.waiting.items():
                self._state.sink.send(name, versions)
            for name, problem in self._state.problems.items():
                self._state.sink.set_problem(name, problem)
            self._state.waiting.clear()

    def _make_sink(
        self, source_name: str, max_versions: int, max_silence_seconds: float | None
    ) -> Sink[In]:
        return _AdapterSink(self)

    def _convert_or_error(self, data: In | Exception) -> Out | Exception:
        if isinstance(data, Exception):
            return data
        try:
            return self.convert(data)
        except Exception as error:
            _log.exception("%s cannot convert %r", type(self).__name__, data)
            return error


def connect_source_to_target(source: AnySource[T], target: AnyTarget[T]) -> None:
    """Starts to send the lists of a source to a target. A source is connected once.

    Args:
        source: A `Source` or `SourceAdapter`, or one of the serving core.
        target: A `Target` or `SourceAdapter`, or one of the serving core.

    Raises:
        ServingError: The source is connected already.
        LibraryError: The serving core cannot be loaded.
    """
    source._connect(target)


class _AdapterState(Generic[T]):
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.sink: Sink[T] | None = None
        self.waiting: dict[str, list[tuple[int, T | Exception]]] = {}
        self.problems: dict[str, str] = {}


class _AdapterSink(Sink[In], Generic[In, Out]):
    def __init__(self, adapter: SourceAdapter[In, Out]) -> None:
        self._adapter = adapter
        self._stopped = False

    def send(self, servable_name: str, versions: ServableVersions[In]) -> None:
        adapted = [
            (version, self._adapter._convert_or_error(data))
            for version, data in pairs(servable_name, versions)
        ]
        state = self._adapter._state
        with state.lock:
            if self._stopped:
                return
            if state.sink is None:
                state.waiting[servable_name] = adapted
            else:
                state.sink.send(servable_name, adapted)

    def set_problem(self, servable_name: str, problem: str) -> None:
        state = self._adapter._state
        with state.lock:
            state.problems[servable_name] = problem
            if state.sink is not None:
                state.sink.set_problem(servable_name, problem)

    def stop(self) -> None:
        with self._adapter._state.lock:
            self._stopped = True


class _TargetSink(Sink[T]):
    def __init__(self, target: Target[T]) -> None:
        self._target = target
        self._lock = threading.Lock()
        self._stopped = False

    def send(self, servable_name: str, versions: ServableVersions[T]) -> None:
        checked = list(pairs(servable_name, versions))
        with self._lock:
            if not self._stopped:
                self._target.set_aspired_versions(servable_name, checked)

    def set_problem(self, servable_name: str, problem: str) -> None:
        self._target.set_problem(servable_name, problem)

    def stop(self) -> None:
        with self._lock:
            self._stopped = True


def pairs(servable_name: str, versions: ServableVersions[T]) -> Iterator[tuple[int, T | Exception]]:
    """Yields the pairs of a list of versions.

    Raises:
        TypeError: `versions` is not an iterable of pairs of a whole number and its data.
    """
    if isinstance(versions, (str, bytes)) or not hasattr(versions, "__iter__"):
        raise TypeError(
            f"{servable_name!r}: the versions are a list of (version, path), not {versions!r:.100}"
        )
    for pair in versions:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise TypeError(f"{servable_name!r}: a version is (version, path), not {pair!r:.100}")
        version, data = pair
        if not isinstance(version, int) or isinstance(version, bool):
            raise TypeError(f"{servable_name!r}: a version is an int, not {version!r:.100}")
        yield version, data


def _printable(text: str) -> str:
    return text.replace("\0", "\\0").encode(errors="replace").decode()
