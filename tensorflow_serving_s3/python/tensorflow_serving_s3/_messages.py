# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Imports the protobuf modules of TensorFlow Serving, TensorFlow and this package.

Example:
    messages.config().ModelServerConfig()

The generated modules import `tensorflow.core...`, and so `tensorflow`, which takes seconds. The
modules need only the folder of that package. So this module imports them without running
`tensorflow/__init__.py`; a later `import tensorflow` is not affected. If TensorFlow has already
been imported, its modules are used.

The wheel has the modules of tensorflow-serving-api in the folder `_vendor`. They are used if that
package is not installed.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import importlib.machinery
import importlib.util
import os
import sys
import threading
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tensorflow_serving_s3.errors import Error

_TENSORFLOW = "tensorflow"
_SERVING_API = "tensorflow_serving"
_VENDOR = Path(__file__).parent / "_vendor"
_LOCK = threading.RLock()


@functools.cache
def config() -> types.SimpleNamespace:
    """Returns the messages of configuration files.

    Raises:
        Error: TensorFlow or tensorflow-serving-api is not installed.
    """
    return _namespace(
        "tensorflow_serving.config.model_server_config_pb2",
        "tensorflow_serving_s3.proto.monitoring_config_pb2",
        "tensorflow_serving_s3.proto.session_bundle_config_pb2",
    )


@functools.cache
def saved_model() -> types.SimpleNamespace:
    """Returns the messages of saved_model.pb.

    Raises:
        Error: TensorFlow is not installed.
    """
    return _namespace(
        "tensorflow.core.framework.types_pb2", "tensorflow.core.protobuf.saved_model_pb2"
    )


@functools.cache
def apis() -> types.SimpleNamespace:
    """Returns the messages and the stubs of the gRPC services.

    Raises:
        Error: TensorFlow, tensorflow-serving-api or grpcio is not installed.
    """
    return _namespace(
        "tensorflow.core.framework.tensor_pb2",
        "tensorflow.core.framework.types_pb2",
        "tensorflow_serving.apis.get_model_metadata_pb2",
        "tensorflow_serving.apis.get_model_status_pb2",
        "tensorflow_serving.apis.model_management_pb2",
        "tensorflow_serving.apis.model_service_pb2_grpc",
        "tensorflow_serving.apis.predict_pb2",
        "tensorflow_serving.apis.prediction_service_pb2_grpc",
    )


def _namespace(*modules: str) -> types.SimpleNamespace:
    """Returns all public names of some generated modules."""
    names: dict[str, Any] = {}
    with _LOCK, _without_init():
        _find_serving_api()
        for module in modules:
            try:
                loaded = importlib.import_module(module)
            except ImportError as error:
                raise Error(
                    f"{module} cannot be imported: {error}; install the packages "
                    "tensorflow (or tensorflow-cpu), tensorflow-serving-api and grpcio"
                ) from error
            public = {n: v for n, v in vars(loaded).items() if not n.startswith("_")}
            names.update(public)
    return types.SimpleNamespace(**names)


def _find_serving_api() -> None:
    """Makes the modules of tensorflow-serving-api importable from this package if need be."""
    if importlib.util.find_spec(_SERVING_API) is None and _VENDOR.is_dir():
        sys.path.append(os.fspath(_VENDOR))


@contextlib.contextmanager
def _without_init() -> Iterator[None]:
    """Makes the submodules of tensorflow importable without running its `__init__`."""
    if _TENSORFLOW in sys.modules:
        yield
        return
    spec = importlib.machinery.PathFinder.find_spec(_TENSORFLOW)
    if spec is None or spec.submodule_search_locations is None:
        yield  # The import fails and names the module.
        return
    package = types.ModuleType(_TENSORFLOW)
    package.__path__ = list(spec.submodule_search_locations)
    sys.modules[_TENSORFLOW] = package
    try:
        yield
    finally:
        # The next `import tensorflow` runs `__init__` and finds no half-imported package. Protobuf
        # accepts the same descriptors twice and returns the same message classes.
        for name in [n for n in sys.modules if n.split(".")[0] == _TENSORFLOW]:
            del sys.modules[name]
