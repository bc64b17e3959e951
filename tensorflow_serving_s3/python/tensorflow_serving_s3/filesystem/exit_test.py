# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests programs that end while threads read, as the threads of tf.data do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

if TYPE_CHECKING:
    from tensorflow_serving_s3.filesystem.conftest import RunPython

# This program imports TensorFlow and forks before it uses S3. Each child ends like a normal Python
# program, with the exit handlers of the interpreter and of the libraries.
_CHILDREN = """
import os, sys
import tensorflow as tf
from tensorflow_serving_s3 import filesystem
filesystem.register()
codes = set()
for number in range(8):
    child = os.fork()
    if child == 0:
        break
    codes.add(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
else:
    print(sorted(codes))
    sys.exit(0)
"""


@pytest.fixture(autouse=True)
def stored(storage: SeaweedFS) -> None:
    storage.client().put_object(Bucket="models", Key="big", Body=bytes(20_000_000))


def test_it_ends_with_exit_code_0_while_threads_read(run_python: RunPython) -> None:
    # Threads of TensorFlow. A daemon thread of Python aborts the program if the program ends during
    # a call of TensorFlow, with any filesystem.
    done = run_python(
        _CHILDREN
        + """
paths = tf.data.Dataset.from_tensors("s3://models/big").repeat()
reads = paths.interleave(
    lambda path: tf.data.FixedLengthRecordDataset(path, 1000),
    cycle_length=8,
    block_length=1000,
    num_parallel_calls=8,
).prefetch(1000)
iterator = iter(reads)
for _ in range(10 + 100 * number):
    next(iterator)
"""
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "[0]\n", "")


def test_it_ends_with_exit_code_0_with_files_open(run_python: RunPython) -> None:
    done = run_python(
        _CHILDREN
        + """
files = [tf.io.gfile.GFile("s3://models/big", "rb") for _ in range(4)]
for file in files:
    file.read(number + 1)
"""
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "[0]\n", "")
