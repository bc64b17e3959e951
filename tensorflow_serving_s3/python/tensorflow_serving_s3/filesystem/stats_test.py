# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the counts of S3 requests in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import tensorflow as tf

from tensorflow_serving_s3 import filesystem
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

if TYPE_CHECKING:
    from tensorflow_serving_s3.filesystem.conftest import RunPython


@pytest.fixture(autouse=True)
def registered(storage: SeaweedFS) -> None:
    filesystem.register()


def test_requests_are_counted_by_operation_and_status() -> None:
    before = filesystem.stats().operations
    with pytest.raises(tf.errors.NotFoundError):
        tf.io.gfile.GFile("s3://models/none").read()
    tf.io.gfile.listdir("s3://models/half")
    after = filesystem.stats().operations
    assert after["GetObject"].requests[404] == before["GetObject"].requests.get(404, 0) + 1
    assert after["ListObjectsV2"].requests[200] > before["ListObjectsV2"].requests.get(200, 0)


def test_received_bytes_are_counted(storage: SeaweedFS) -> None:
    storage.client().put_object(Bucket="models", Key="big", Body=bytes(3_000_000))
    before = filesystem.stats().received_bytes
    assert len(tf.io.gfile.GFile("s3://models/big", "rb").read()) == 3_000_000
    assert 3_000_000 <= filesystem.stats().received_bytes - before < 3_100_000


def test_sent_bytes_are_counted() -> None:
    before = filesystem.stats().sent_bytes
    with tf.io.gfile.GFile("s3://models/written", "wb") as file:
        file.write(bytes(2_000_000))
    assert 2_000_000 <= filesystem.stats().sent_bytes - before < 2_100_000


def test_every_request_is_in_the_histogram_of_its_operation() -> None:
    tf.io.gfile.exists("s3://models/half/greeting")
    for operation in filesystem.stats().operations.values():
        latency = operation.latency
        assert len(latency.counts) == len(latency.limits) + 1
        assert list(latency.limits) == sorted(latency.limits)
        assert sum(latency.counts) == sum(operation.requests.values())
        assert (latency.sum_seconds > 0) == (sum(latency.counts) > 0)


def test_a_failed_operation_is_an_error_and_a_missing_object_is_not(
    run_python: RunPython,
) -> None:
    done = run_python(
        """
import os
import tensorflow as tf
from tensorflow_serving_s3 import filesystem
filesystem.register()
tf.io.gfile.exists("s3://models/none")
print(filesystem.stats().operations["ListObjectsV2"].errors, flush=True)
if os.fork() == 0:
    os.environ["AWS_SECRET_ACCESS_KEY"] = "another"
    try:
        tf.io.gfile.exists("s3://models/none")
    except tf.errors.PermissionDeniedError:
        print(filesystem.stats().operations["ListObjectsV2"].errors, flush=True)
else:
    os.wait()
"""
    )
    assert (done.stdout, done.stderr) == ("0\n1\n", "")
