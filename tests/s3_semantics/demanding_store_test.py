# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests TensorFlow's file functions with a store without optional features.

The store rejects x-amz-checksum-mode, DeleteObjects and bodies without Content-MD5, and has its own
region. The settings are typical for users of tensorflow-io: a numeric log level, and a home folder
with unreadable AWS files.
"""

import os
from collections.abc import Iterator

import pytest

# TensorFlow reads this variable when it is loaded. It hides its start-up messages.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf
from moto.s3.models import s3_backends

from tests.s3_access.aws import ACCOUNT, BUCKET, Aws, Front, Reply, Seen
from tests.s3_semantics.endpoint import endpoint

ROOT = f"s3://{BUCKET}/demanding"


def _refuse(seen: Seen) -> Reply | None:
    def error(status: int, code: str, message: str = "") -> Reply:
        return Reply(status, f"<Error><Code>{code}</Code><Message>{message}</Message></Error>")

    if "x-amz-checksum-mode" in seen.headers:
        return error(400, "InvalidArgument", "unknown header")
    if seen.method == "POST" and seen.path.endswith("?delete"):
        return error(501, "NotImplemented")
    has_body = seen.method == "PUT" and "x-amz-copy-source" not in seen.headers
    if has_body and "content-md5" not in seen.headers:
        return error(400, "InvalidRequest", "Content-MD5 OR x-amz-checksum- header is required")
    return None


@pytest.fixture(scope="module", autouse=True)
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """The store, as the endpoint of TensorFlow."""
    home = tmp_path_factory.mktemp("home")
    for name in ("config", "credentials"):
        (home / ".aws" / name).mkdir(parents=True)
    with (
        Aws() as aws,
        Front(aws.port, _refuse) as front,
        endpoint(
            f"http://127.0.0.1:{front.port}",
            aws.writer,
            home=home,
            region="RegionOne",
            AWS_LOG_LEVEL="3",
        ),
    ):
        yield front


def _keys() -> set[str]:
    """Returns the keys in the store."""
    bucket = s3_backends[ACCOUNT]["aws"].buckets[BUCKET]
    return {key for key, _ in bucket.keys.items() if key.startswith("demanding/")}


@pytest.mark.parametrize("size", [0, 5, 1 << 20])
def test_files_are_written_and_read(size: int) -> None:
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    with tf.io.gfile.GFile(f"{ROOT}/file", "wb") as file:
        file.write(body)
    assert tf.io.gfile.stat(f"{ROOT}/file").length == size
    with tf.io.gfile.GFile(f"{ROOT}/file", "rb") as file:
        assert file.read() == body
    tf.io.gfile.remove(f"{ROOT}/file")
    assert not _keys()


def test_trees_are_moved_and_removed() -> None:
    for name in ("a", "b/c", "b/d"):
        with tf.io.gfile.GFile(f"{ROOT}/tree/{name}", "w") as file:
            file.write("text")
    tf.io.gfile.rename(f"{ROOT}/tree", f"{ROOT}/moved")
    assert {"demanding/moved/a", "demanding/moved/b/c", "demanding/moved/b/d"} <= _keys()
    assert not any(key.startswith("demanding/tree") for key in _keys())
    tf.io.gfile.rmtree(f"{ROOT}/moved")
    assert not _keys()


def test_rejected_features_are_requested_once(store: Front) -> None:
    test_files_are_written_and_read(5)
    test_trees_are_moved_and_removed()
    before = len(store.seen)
    test_files_are_written_and_read(5)
    test_trees_are_moved_and_removed()
    assert [seen for seen in store.seen[before:] if _refuse(seen) is not None] == []
