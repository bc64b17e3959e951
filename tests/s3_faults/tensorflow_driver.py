# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Like s3_driver.cc, but with TensorFlow's Python: saves SavedModels to S3, and loads them.

    save s3://models/a 7    saves the model of this number
    load s3://models/a 7    loads it and checks that it is this model

It runs in its own process: in some calls, TensorFlow holds the lock of the interpreter, which the
proxy needs.
"""

from __future__ import annotations

import hashlib
import sys
import time
from typing import Any

import tensorflow as tf

from tensorflow_serving_s3 import filesystem

_NUMBERS = 1_000_000  # Four megabytes.
# When TensorFlow reads the index of a checkpoint, it converts an OpError to a RuntimeError.
_ERRORS = (tf.errors.OpError, RuntimeError)


def save(url: str, number: int) -> str:
    """Saves the model of this number, and returns its output."""
    module = tf.Module()
    module.numbers = tf.Variable(tf.range(_NUMBERS, dtype=tf.float32))
    module.offset = tf.Variable(float(number))

    def pick(index: Any) -> Any:
        return module.numbers[index] + module.offset

    module.pick = tf.function(pick, input_signature=[tf.TensorSpec([], tf.int32)])
    tf.saved_model.save(module, url)
    return picked(number)


def load(url: str) -> str:
    """Loads a model, and returns its output."""
    model = tf.saved_model.load(url)
    return " ".join(f"{float(model.pick(index)):.1f}" for index in (0, 12_345, _NUMBERS - 1))


def picked(number: int) -> str:
    """Returns the output of the model of this number."""
    return " ".join(f"{index + number:.1f}" for index in (0, 12_345, _NUMBERS - 1))


def main() -> None:
    """Runs the commands on stdin."""
    filesystem.register()
    for line in sys.stdin:
        what, url, number = line.split("\t")
        began = time.monotonic()
        try:
            done = save(url, int(number)) if what == "save" else load(url)
            outcome = f"ok\t{{}}\t{hashlib.sha256(done.encode()).hexdigest()}\t0"
        except _ERRORS as error:
            code = error.error_code if isinstance(error, tf.errors.OpError) else 2
            message = " ".join(str(error).split()).replace("{", "(").replace("}", ")")
            outcome = f"failed\t{{}}\t{code}\t{message}"
        print(outcome.format(int((time.monotonic() - began) * 1000)), flush=True)
