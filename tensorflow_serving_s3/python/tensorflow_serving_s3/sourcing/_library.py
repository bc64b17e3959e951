# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Loads libtensorflow_serving_s3.so and declares its C interface, c_api/tfs3.h.

The library is called through ctypes, which releases the GIL during each call.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import importlib.util
import os
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from tensorflow_serving_s3.errors import (
    DeadlineExceededError,
    InvalidArgumentError,
    LibraryError,
    NotFoundError,
    ServingError,
)

# In the folder of the package, in a wheel and in the source tree.
LIBRARY = Path(__file__).parent.with_name("libtensorflow_serving_s3.so")

# The library is compiled for the libraries of this release. Their C++ interface changes with each
# minor release.
TENSORFLOW_RELEASE = "2.21"

_ABI_VERSION = 1
# How long the end of the process waits for a call of another thread.
_CLOSE_SECONDS = 10.0
_CODES = (
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
)
_ERRORS: dict[str, type[ServingError]] = {
    "INVALID_ARGUMENT": InvalidArgumentError,
    "NOT_FOUND": NotFoundError,
    "DEADLINE_EXCEEDED": DeadlineExceededError,
}


class Version(ctypes.Structure):
    """The struct `tfs3_version`."""

    _fields_ = (
        ("version", ctypes.c_int64),
        ("path", ctypes.c_char_p),
        ("error_code", ctypes.c_int32),
        ("error", ctypes.c_char_p),
    )


class Servable(ctypes.Structure):
    """The struct `tfs3_servable`."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("base_path", ctypes.c_char_p),
        ("num_latest", ctypes.c_uint32),
        ("specific", ctypes.POINTER(ctypes.c_int64)),
        ("num_specific", ctypes.c_size_t),
    )


class ManagerOptions(ctypes.Structure):
    """The struct `tfs3_manager_options`."""

    _fields_ = (
        ("resource_preserving", ctypes.c_int32),
        ("num_load_threads", ctypes.c_int32),
        ("max_num_load_retries", ctypes.c_int32),
        ("load_retry_interval_seconds", ctypes.c_double),
        ("total_memory_limit_bytes", ctypes.c_uint64),
    )


AspiredFunction = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(Version), ctypes.c_size_t
)

_POINTER = ctypes.c_void_p
_OUT = ctypes.POINTER(ctypes.c_void_p)
_TEXT = ctypes.c_char_p
_CALL = (
    _POINTER,
    _TEXT,
    _TEXT,
    _TEXT,
    ctypes.c_size_t,
    ctypes.POINTER(ctypes.c_int32),
    _OUT,
)

# The functions that return a tfs3_error, with their parameters.
_FALLIBLE: dict[str, tuple[Any, ...]] = {
    "initialize": (),
    "pushed_source_create": (_TEXT, ctypes.c_size_t, ctypes.c_double, _OUT),
    "pushed_source_aspire": (_POINTER, _TEXT, ctypes.POINTER(Version), ctypes.c_size_t),
    "static_source_create": (_TEXT, ctypes.c_int64, _TEXT, _OUT),
    "file_system_source_create": (
        ctypes.POINTER(Servable),
        ctypes.c_size_t,
        ctypes.c_int64,
        _OUT,
    ),
    "source_connect_function": (_POINTER, AspiredFunction, ctypes.c_void_p),
    "source_connect_adapter": (_POINTER, _POINTER),
    "adapter_create": (_OUT,),
    "adapter_connect_manager": (_POINTER, _POINTER),
    "manager_create": (ctypes.POINTER(ManagerOptions), _OUT),
    "manager_states": (_POINTER, _OUT),
    "manager_wait_until_available": (_POINTER, _TEXT, ctypes.c_int64, ctypes.c_double),
    "manager_call": _CALL,
    "server_create": (ctypes.POINTER(ctypes.c_char_p), ctypes.c_size_t, _POINTER, _OUT),
    "server_start": (_POINTER,),
    "server_stop": (_POINTER,),
    "server_call": _CALL,
}
# The other functions, with their results and parameters.
_INFALLIBLE: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "abi_version": (ctypes.c_int32, ()),
    "error_code": (ctypes.c_int32, (_POINTER,)),
    "error_message": (_TEXT, (_POINTER,)),
    "error_delete": (None, (_POINTER,)),
    "text_data": (ctypes.c_void_p, (_POINTER,)),
    "text_size": (ctypes.c_size_t, (_POINTER,)),
    "text_delete": (None, (_POINTER,)),
    "pushed_source_set_problem": (None, (_POINTER, _TEXT, _TEXT)),
    "pushed_source_keep_alive": (None, (_POINTER,)),
    "pushed_source_stop": (None, (_POINTER,)),
    "source_delete": (None, (_POINTER,)),
    "adapter_delete": (None, (_POINTER,)),
    "manager_delete": (None, (_POINTER,)),
    "server_delete": (None, (_POINTER,)),
    "server_is_ready": (ctypes.c_int32, (_POINTER,)),
}

_lock = threading.Lock()
_loaded: Library | None = None


class Library:
    """The functions of the shared library, without the prefix `tfs3_`."""

    def __init__(self, cdll: ctypes.CDLL) -> None:
        """Declares the functions of a loaded library."""
        self._functions: dict[str, Any] = {}
        for name, parameters in _FALLIBLE.items():
            self._declare(cdll, name, ctypes.c_void_p, parameters)
        for name, (result, parameters) in _INFALLIBLE.items():
            self._declare(cdll, name, result, parameters)

    def call(self, name: str, *arguments: Any) -> None:
        """Calls a function that returns an error.

        Raises:
            ServingError: The function failed; the subclass depends on the code.
        """
        error = self._functions[name](*arguments)
        if error is None:
            return
        code = code_name(self._functions["error_code"](error))
        message = self._functions["error_message"](error).decode(errors="replace")
        self._functions["error_delete"](error)
        raise make_error(code, message)

    def get(self, name: str, *arguments: Any) -> Any:
        """Calls a function that cannot fail and returns its result."""
        return self._functions[name](*arguments)

    def create(self, name: str, *arguments: Any) -> int:
        """Calls a function whose last parameter receives a new object; returns its address."""
        created = ctypes.c_void_p()
        self.call(name, *arguments, ctypes.byref(created))
        assert created.value is not None
        return created.value

    def take_text(self, text: int | None) -> bytes:
        """Returns the content of a tfs3_text and deletes it."""
        content = ctypes.string_at(self.get("text_data", text), self.get("text_size", text))
        self.get("text_delete", text)
        return content

    def _declare(
        self, cdll: ctypes.CDLL, name: str, result: Any, parameters: Sequence[Any]
    ) -> None:
        function = getattr(cdll, f"tfs3_{name}")
        function.restype = result
        function.argtypes = parameters
        self._functions[name] = function


class Handle:
    """An object of the library. `close`, the end of the process or the last reference deletes it.

    Thread-safe: `close` waits for running calls, and an object that another one needs is deleted
    after that one.

    Attributes:
        keep: An object in Python that must live as long as this one.
    """

    # The objects to close at the end of the process, before the libraries run their destructors.
    _open: ClassVar[weakref.WeakSet[Handle]] = weakref.WeakSet()

    def __init__(self, address: int, kind: str, *, needs: Handle | None = None) -> None:
        """Takes an object of a kind: "source", "adapter", "manager" or "server"."""
        self.keep: Any = None
        self._address = address
        self._kind = kind
        self._needs = needs
        self._dependents = 0
        self._close_wanted = False
        if needs is not None:
            needs._add_dependent()
        self._users = 0
        self._unused = threading.Condition()
        Handle._open.add(self)

    @property
    def is_closed(self) -> bool:
        """Whether the object is deleted, or about to be."""
        return not self._address

    @contextlib.contextmanager
    def use(self) -> Iterator[int]:
        """Returns the address of the object, which stays valid in the block.

        Raises:
            ServingError: The object is closed.
        """
        with self._unused:
            if not self._address:
                raise ServingError("FAILED_PRECONDITION", f"this {self._kind} has been closed")
            self._users += 1
        try:
            yield self._address
        finally:
            with self._unused:
                self._users -= 1
                self._unused.notify_all()

    def call(self, name: str, *arguments: Any) -> None:
        """Calls a function that returns an error, with the object as its first argument.

        Raises:
            ServingError: The function failed, or the object is closed.
        """
        with self.use() as address:
            library().call(name, address, *arguments)

    def get(self, name: str, *arguments: Any) -> Any:
        """Calls a function that cannot fail, with the object as its first argument."""
        with self.use() as address:
            return library().get(name, address, *arguments)

    def rest_call(self, name: str, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """Calls `manager_call` or `server_call`; returns the HTTP status and the body."""
        status = ctypes.c_int32()
        answer = ctypes.c_void_p()
        self.call(
            name,
            encode(method, "the method"),
            encode(path, "the path"),
            body,
            len(body),
            ctypes.byref(status),
            ctypes.byref(answer),
        )
        return status.value, library().take_text(answer.value)

    def close(self, timeout_seconds: float | None = None) -> None:
        """Deletes the object after the running calls. Does nothing if that is done."""
        with self._unused:
            if self._dependents:
                self._close_wanted = True
                return
            address, self._address = self._address, 0
            if not address or not self._unused.wait_for(lambda: self._users == 0, timeout_seconds):
                return
        if _loaded is not None:
            _loaded.get(f"{self._kind}_delete", address)
        if self._needs is not None:
            self._needs._remove_dependent()

    def _add_dependent(self) -> None:
        with self._unused:
            self._dependents += 1

    def _remove_dependent(self) -> None:
        with self._unused:
            self._dependents -= 1
            close = self._close_wanted and self._dependents == 0
        if close:
            self.close()

    def __del__(self) -> None:
        self.close()

    @staticmethod
    def close_all() -> None:
        """Closes all objects, servers first and managers last."""
        order = ("server", "source", "adapter", "manager")
        for handle in sorted(Handle._open, key=lambda handle: order.index(handle._kind)):
            handle.close(_CLOSE_SECONDS)


def library() -> Library:
    """Returns the shared library; loads it, and TensorFlow's libraries, at the first call.

    Does not import the Python package `tensorflow`, but uses the files of its installation, and the
    libraries that it has loaded already.

    Raises:
        LibraryError: TensorFlow is missing or has another version, or a library does not load.
    """
    global _loaded
    with _lock:
        if _loaded is None:
            cdll = _load()
            loaded = Library(cdll)
            if loaded.get("abi_version") != _ABI_VERSION:
                raise LibraryError(
                    f"{LIBRARY} is of another version of this package; install the package again"
                )
            loaded.call("initialize")
            _loaded = loaded
            atexit.register(Handle.close_all)
        return _loaded


def encode(text: str, what: str) -> bytes:
    """Returns a text for the library.

    Raises:
        TypeError: It is not a text.
        InvalidArgumentError: It contains a zero character or a lone surrogate.
    """
    if not isinstance(text, str):
        raise TypeError(f"{what} is a str, not {type(text).__name__}: {text!r}")
    if "\0" in text:
        raise InvalidArgumentError(
            "INVALID_ARGUMENT", f"{what} contains a zero character: {text!r}"
        )
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise InvalidArgumentError("INVALID_ARGUMENT", f"{what} is not UTF-8: {error}") from error


def code_name(code: int) -> str:
    """Returns the name of an error code."""
    return _CODES[code] if 0 <= code < len(_CODES) else "UNKNOWN"


def make_error(code: str, message: str) -> ServingError:
    """Returns the exception for an error code."""
    return _ERRORS.get(code, ServingError)(code, message)


def tensorflow_folder() -> Path:
    """Returns the folder of the installed TensorFlow, without importing it.

    Raises:
        LibraryError: TensorFlow is not installed.
    """
    spec = importlib.util.find_spec("tensorflow")
    if spec is None or spec.origin is None:
        raise LibraryError(
            f"TensorFlow is not installed; run `pip install tensorflow-cpu=={TENSORFLOW_RELEASE}.*`"
        )
    return Path(spec.origin).parent


def _load() -> ctypes.CDLL:
    if not LIBRARY.is_file():
        raise LibraryError(
            f"{LIBRARY} is missing; install the wheel, or build it with `./bazelw build"
            " //tensorflow_serving_s3/python/tensorflow_serving_s3:libtensorflow_serving_s3.so`"
        )
    folder = tensorflow_folder()
    # oneDNN's own allocator keeps the memory of unloaded models. TensorFlow reads this variable at
    # its first allocation.
    os.environ.setdefault("TF_ONEDNN_USE_SYSTEM_ALLOCATOR", "1")
    # The library refers to these by name, and so uses the ones that the process has loaded.
    _open(folder / "libtensorflow_framework.so.2")
    tensorflow = _open(folder / "libtensorflow_cc.so.2")
    version: Callable[[], bytes] = tensorflow.TF_Version
    version.restype = ctypes.c_char_p  # type: ignore[attr-defined]
    found = version().decode()
    if not found.startswith(f"{TENSORFLOW_RELEASE}."):
        raise LibraryError(
            f"{folder} is TensorFlow {found}, and this package is built for {TENSORFLOW_RELEASE};"
            f" run `pip install tensorflow-cpu=={TENSORFLOW_RELEASE}.*`"
        )
    return _open(LIBRARY)


def _open(path: Path) -> ctypes.CDLL:
    try:
        return ctypes.CDLL(os.fspath(path))
    except OSError as error:
        raise LibraryError(f"{path} does not load: {error}") from error
