# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Finds the shared object of the filesystem and registers it with TensorFlow."""

import contextlib
import ctypes
import os
import threading
from pathlib import Path

from tensorflow_serving_s3.errors import FilesystemError

LIBRARY = Path(__file__).with_name("libs3_filesystem.so")
# The serving core contains the same filesystem, and registers it when it is loaded.
CORE = Path(__file__).parent.with_name("libtensorflow_serving_s3.so")

_OLDEST = (2, 16)
_SCHEME = "s3"
_lock = threading.Lock()


def register() -> None:
    """Registers `s3://` with the TensorFlow of this process.

    Imports TensorFlow. Sends no request and starts no thread. A second call does nothing.
    Thread-safe.

    Raises:
        FilesystemError: TensorFlow is missing or older than 2.16; another plugin has registered
            `s3://`, such as tensorflow-io; the shared object is missing or does not load.
    """
    with _lock:
        _register()


def load_registered() -> ctypes.CDLL | None:
    """Returns the shared object if it is loaded, else the serving core if that is, else None."""
    for library in (LIBRARY, CORE):
        with contextlib.suppress(OSError):  # It is not loaded.
            return ctypes.CDLL(os.fspath(library), mode=os.RTLD_NOW | os.RTLD_NOLOAD)
    return None


def _register() -> None:
    if load_registered() is not None:
        return
    try:
        import tensorflow as tf
    except ImportError as error:
        raise FilesystemError(
            f"s3://: TensorFlow cannot be imported ({error}); install tensorflow or tensorflow-cpu"
        ) from error
    if tuple(map(int, tf.__version__.split(".")[:2])) < _OLDEST:
        raise FilesystemError(
            f"s3://: this is TensorFlow {tf.__version__}, and the filesystem needs"
            f" {'.'.join(map(str, _OLDEST))} or newer; upgrade TensorFlow"
        )
    if _SCHEME in tf.io.gfile.get_registered_schemes():
        raise FilesystemError(
            "s3://: another plugin has registered it with TensorFlow, which cannot unregister it;"
            " tensorflow-io registers it when it is imported: do not import tensorflow-io in this"
            " process"
        )
    if not LIBRARY.is_file():
        raise FilesystemError(
            f"s3://: {LIBRARY} is missing; in the source tree, build it with `./bazelw build"
            " //tensorflow_serving_s3/filesystem:libs3_filesystem.so` and copy it there"
        )
    try:
        tf.experimental.register_filesystem_plugin(os.fspath(LIBRARY))
    except tf.errors.OpError as error:
        raise FilesystemError(
            f"s3://: TensorFlow {tf.__version__} does not load {LIBRARY}: {error.message}"
        ) from error
