# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests readers at the end of a growing file, like TensorBoard."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

# TensorFlow reads this variable when it is loaded. It hides its start-up messages.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from tensorflow_serving_s3 import filesystem

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_LARGE = 300_000  # A few of these exceed the version size that a reader keeps in memory.


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[S3Client]":
    """SeaweedFS, as the endpoint of TensorFlow."""
    with SeaweedFS(buckets=["models"]) as running, pytest.MonkeyPatch.context() as patch:
        for name, value in running.env().items():
            patch.setenv(name, value)
        patch.setenv("HOME", os.fspath(tmp_path_factory.mktemp("home")))
        filesystem.register()
        yield running.client()


@pytest.fixture(params=["local disk", "s3"])
def folder(request: pytest.FixtureRequest, client: "S3Client", tmp_path: Path) -> str:
    """A folder of the local disk, as the reference, or of S3."""
    if request.param == "local disk":
        return os.fspath(tmp_path)
    return f"s3://models/{tmp_path.name}"


def _events(record_iterator: Iterator[bytes]) -> list[int]:
    """Returns the steps up to the end of the file. A later call continues there."""
    events = [tf.compat.v1.Event.FromString(record) for record in record_iterator]
    return [event.step for event in events if event.summary.value]


def _append(path: str, data: bytes) -> None:
    with tf.io.gfile.GFile(path, "ab") as file:
        file.write(data)


@pytest.mark.parametrize("size", [1, _LARGE])
def test_each_flush_of_a_summary_writer_is_read(folder: str, size: int) -> None:
    writer = tf.summary.create_file_writer(folder)
    values = tf.zeros([size], tf.uint8)

    def flush(step: int) -> None:
        with writer.as_default():
            tf.summary.write("values", values, step=step)
        writer.flush()

    flush(0)
    (name,) = tf.io.gfile.listdir(folder)
    records = tf.compat.v1.io.tf_record_iterator(os.path.join(folder, name))
    assert _events(records) == [0]
    assert _events(records) == []
    for step in range(1, 9):
        flush(step)
        assert _events(records) == [step]
        assert _events(records) == []
    writer.close()


def test_a_file_object_reads_appended_bytes_after_seek(folder: str) -> None:
    path = os.path.join(folder, "log")
    size = 5 * _LARGE  # TensorFlow's buffer has half a MiB, also for a local file.
    _append(path, b"a" * size)
    with tf.io.gfile.GFile(path, "rb") as file:
        assert file.read() == b"a" * size
        _append(path, b"b" * size)
        file.seek(0)
        assert file.read() == b"a" * size + b"b" * size


@pytest.mark.parametrize("size", [5, 5 * _LARGE])
def test_a_reader_does_not_continue_in_a_replaced_file(
    client: "S3Client", tmp_path: Path, size: int
) -> None:
    key = f"{tmp_path.name}/replaced"
    client.put_object(Bucket="models", Key=key, Body=b"a" * size)
    with tf.io.gfile.GFile(f"s3://models/{key}", "rb") as file:
        assert file.read(size) == b"a" * size
        client.put_object(Bucket="models", Key=key, Body=b"b" * (size + 5))
        assert file.read(5) == b""


def test_a_removed_file_ends(client: "S3Client", tmp_path: Path) -> None:
    key = f"{tmp_path.name}/removed"
    client.put_object(Bucket="models", Key=key, Body=b"line\n")
    with tf.io.gfile.GFile(f"s3://models/{key}", "r") as file:
        assert file.readline() == "line\n"
        client.delete_object(Bucket="models", Key=key)
        assert file.readline() == ""
