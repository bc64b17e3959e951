# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""S3 in TensorFlow's Python: `s3://` for tf.io.gfile, tf.data, checkpoints and SavedModels.

Example:
    import tensorflow as tf
    from tensorflow_serving_s3 import filesystem

    filesystem.register()
    tf.io.gfile.listdir("s3://models/half_plus_three")
    print(filesystem.stats().received_bytes)

This is the filesystem of the model server, in a shared object for TensorFlow 2.16 and newer. The
region, the endpoint and the credentials come from the environment and the AWS profile (see
docs/s3.md), when the process uses the first `s3://` path.

A process may fork, even while other threads read. The child creates new connections and threads at
its first use of `s3://`. A fork waits while another thread uses `s3://` for the first time, which
takes milliseconds. In the child, files that were open at the fork raise FailedPreconditionError.
"""

from tensorflow_serving_s3.filesystem._plugin import register
from tensorflow_serving_s3.filesystem._stats import (
    LatencyHistogram,
    OperationStats,
    Stats,
    stats,
)

__all__ = ["LatencyHistogram", "OperationStats", "Stats", "register", "stats"]
