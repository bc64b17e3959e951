# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Registers the filesystems that the suite tests."""

import os
from collections.abc import Mapping

# TensorFlow reads these variables when it is loaded. They hide its start-up messages.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import tensorflow as tf
from runfiles import Runfiles

from tensorflow_serving_s3 import filesystem

OURS = "tf_serving_s3"
TENSORFLOW_IO = "tensorflow_io"

# The settings of each in addition to the endpoint and the credentials.
ENVIRONMENT: Mapping[str, Mapping[str, str]] = {
    OURS: {},
    # Otherwise, reads of larger files fail: "truncated block read".
    TENSORFLOW_IO: {"S3_DISABLE_MULTI_PART_DOWNLOAD": "1"},
}

_PLUGIN = "tensorflow_io/tensorflow_io/python/ops/libtensorflow_io_plugins.so"


def register(client: str) -> None:
    """Registers our filesystem, or tensorflow-io's, for s3:// in this process."""
    if client == OURS:
        filesystem.register()
        return
    known = Runfiles.Create()
    located = known.Rlocation(_PLUGIN) if known is not None else None
    assert located is not None, f"{_PLUGIN} is not among the runfiles"
    tf.experimental.register_filesystem_plugin(located)
