# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Python tools around the tf-serving-s3 model server.

Import from these modules. Each one loads its dependencies when it is imported:

* `tensorflow_serving_s3.config`: read, write, validate, compare and check configuration files.
* `tensorflow_serving_s3.publishing`: publish versions of a model, delete old ones, go back.
* `tensorflow_serving_s3.storage`: the versions under a base path, as the server sees them.
* `tensorflow_serving_s3.client`: REST and gRPC clients of a running server.
* `tensorflow_serving_s3.doctor`: examine the access to S3.
* `tensorflow_serving_s3.cli`: the command line `tfs3`.
* `tensorflow_serving_s3.server`: the whole model server in this process. `ModelServer` and
  `ServerOptions` can also be imported from here.
* `tensorflow_serving_s3.sourcing`: sources of model versions in Python, and the serving core.
* `tensorflow_serving_s3.filesystem`: `s3://` for TensorFlow in Python.
* `tensorflow_serving_s3.testing`: a pytest plugin, an S3 server and the model server for tests.
* `tensorflow_serving_s3.errors`: the exceptions of this package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tensorflow_serving_s3.server import ModelServer, ServerOptions

__all__ = ["ModelServer", "ServerOptions"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from tensorflow_serving_s3 import server

        return getattr(server, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
