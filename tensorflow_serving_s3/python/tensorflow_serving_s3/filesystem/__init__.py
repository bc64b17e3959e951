# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""S3 in TensorFlow's Python: `s3://` for tf.io.gfile, tf.data, checkpoints and SavedModels.

Example:
    import tensorflow as tf
    from tensorflow_serving_s3 import filesystem

    filesystem.register()
    tf.io.gfile.listdir("s3://models/half_plus_three")
    print(filesystem.stats().received_bytes)

It is the filesystem of the model server, in a shared object that any TensorFlow from 2.16 on loads.
Region, endpoint and credentials come from the environment and the AWS profile, as docs/s3.md says,
when a process uses the first `s3://` path.

Processes may fork, also while other threads read: the child makes connections and threads of its
own at its first use. A fork waits while another thread makes the first use of `s3://` in the
process, which takes milliseconds. Files that were open at the fork raise FailedPreconditionError
in the child.
"""

from tensorflow_serving_s3.filesystem._plugin import register
from tensorflow_serving_s3.filesystem._stats import (
    LatencyHistogram,
    OperationStats,
    Stats,
    stats,
)

__all__ = ["LatencyHistogram", "OperationStats", "Stats", "register", "stats"]
