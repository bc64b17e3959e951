# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests keys that look like other keys, with a store that supports them and checks signatures.

moto supports such keys, like S3. SeaweedFS and rclone store objects in folders and do not.
"""

import os
from collections.abc import Iterator

import pytest

# TensorFlow reads this variable when it is loaded. It hides its start-up messages.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf
from moto.s3.models import s3_backends

from tests.s3_access.aws import ACCOUNT, BUCKET, Aws
from tests.s3_semantics.endpoint import endpoint

_KEYS = ["odd//b", "odd/../b", "odd/./b", "odd/...", "/b", "//b", "../b", "odd/b "]
_keys = pytest.mark.parametrize("key", _KEYS)


@pytest.fixture(scope="module", autouse=True)
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """moto, as the endpoint of TensorFlow."""
    home = tmp_path_factory.mktemp("home")
    with Aws() as aws, endpoint(aws.url, aws.writer, home=home):
        yield aws


@pytest.fixture(autouse=True)
def neighbours() -> Iterator[None]:
    """Objects with the normalised keys, which must stay unchanged."""
    for key in ("odd/b", "b"):
        _write(key, b"neighbour")
    yield
    assert {key: _objects()[key] for key in ("odd/b", "b")} == {
        "odd/b": b"neighbour",
        "b": b"neighbour",
    }


def _url(key: str) -> str:
    return f"s3://{BUCKET}/{key}"


def _write(key: str, body: bytes) -> None:
    with tf.io.gfile.GFile(_url(key), "wb") as file:
        file.write(body)


def _objects() -> dict[str, bytes]:
    """Returns the objects in the store."""
    bucket = s3_backends[ACCOUNT]["aws"].buckets[BUCKET]
    return {key: found.value for key, found in bucket.keys.items()}


@_keys
def test_it_is_a_separate_file(key: str) -> None:
    assert not tf.io.gfile.exists(_url(key))
    _write(key, b"bytes")
    assert _objects()[key] == b"bytes"
    assert tf.io.gfile.stat(_url(key)).length == 5
    assert tf.io.gfile.GFile(_url(key), "rb").read() == b"bytes"
    with tf.io.gfile.GFile(_url(key), "ab") as file:
        file.write(b" more")
    assert _objects()[key] == b"bytes more"
    tf.io.gfile.remove(_url(key))
    assert key not in _objects()


@_keys
def test_it_is_copied_and_renamed(key: str) -> None:
    _write(key, b"bytes")
    tf.io.gfile.copy(_url(key), _url("copy"))
    tf.io.gfile.rename(_url(key), _url(f"{key}-renamed"))
    objects = _objects()
    assert key not in objects
    assert objects["copy"] == objects[f"{key}-renamed"] == b"bytes"
    tf.io.gfile.remove(_url("copy"))
    tf.io.gfile.remove(_url(f"{key}-renamed"))


def test_it_is_moved_with_its_directory() -> None:
    for key in ("tree//b", "tree/../b", "tree/c"):
        _write(key, key.encode())
    # Without the empty name: its path would end in a slash.
    assert tf.io.gfile.listdir(_url("tree")) == ["..", "c"]
    tf.io.gfile.rename(_url("tree"), _url("moved"))
    assert {key: body for key, body in _objects().items() if key.startswith("moved")} == {
        "moved//b": b"tree//b",
        "moved/../b": b"tree/../b",
        "moved/c": b"tree/c",
    }
    tf.io.gfile.rmtree(_url("moved"))
    assert not [key for key in _objects() if key.startswith(("tree", "moved"))]
