# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The serving core in Python, in process: sources decide which versions a manager loads.

Example:
    class MySource(Source[StoragePath]):
        def run(self) -> None:
            self.aspired("half", [(7, "s3://models/half/7")])

    with ModelServer(ServerOptions(rest_api_port=8501), source=MySource()):
        ...

The classes are those of TensorFlow Serving. A `Source` reports versions, an adapter makes loaders
of their paths, and a manager loads them. docs/custom_source.md explains the contract.

The core runs in the threads of its C++ library, without the GIL. The library uses the installed
TensorFlow's libraries; `import tensorflow` may come before or after, and shares them.
"""

from tensorflow_serving_s3.sourcing._core import (
    AspiredVersionsManager,
    FileSystemStoragePathSource,
    SavedModelBundleSourceAdapter,
    StaticStoragePathSource,
)
from tensorflow_serving_s3.sourcing._source import (
    PollingSource,
    Source,
    SourceAdapter,
    Target,
    connect_source_to_target,
)
from tensorflow_serving_s3.sourcing._types import (
    Loader,
    ManagerState,
    ServableState,
    StoragePath,
)

__all__ = [
    "AspiredVersionsManager",
    "FileSystemStoragePathSource",
    "Loader",
    "ManagerState",
    "PollingSource",
    "SavedModelBundleSourceAdapter",
    "ServableState",
    "Source",
    "SourceAdapter",
    "StaticStoragePathSource",
    "StoragePath",
    "Target",
    "connect_source_to_target",
]
