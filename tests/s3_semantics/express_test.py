# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that TensorFlow reads a directory bucket (S3 Express One Zone) with unsorted lists."""

import os
from collections.abc import Iterator

import pytest

# TensorFlow reads this variable when it is loaded. It hides its start-up messages.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf

from tests.s3_access.aws import Front, Keys
from tests.s3_access.express import BUCKET, DirectoryBucket
from tests.s3_semantics.endpoint import endpoint

_KEYS = Keys("caller", "geheim")
_VERSIONS = [str(number) for number in range(1, 12)]
_OBJECTS = {
    **{f"half/{version}/saved_model.pb": f"graph {version}" for version in _VERSIONS},
    "half/2/variables/variables.index": "index",
    "half.txt": "notes",
    "halves/x": "x",
}


@pytest.fixture(scope="module", autouse=True)
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DirectoryBucket]:
    """The bucket, as the endpoint of TensorFlow."""
    served = DirectoryBucket(_OBJECTS, _KEYS)
    home = tmp_path_factory.mktemp("home")
    with (
        Front(0, served.answer) as front,
        endpoint(f"http://127.0.0.1:{front.port}", _KEYS, home=home, region="us-west-2"),
    ):
        yield served


def _url(key: str) -> str:
    return f"s3://{BUCKET}/{key}"


def test_every_version_is_listed() -> None:
    assert tf.io.gfile.listdir(_url("half")) == sorted(_VERSIONS)
    assert tf.io.gfile.listdir(_url("")) == ["half", "half.txt", "halves"]


def test_files_and_directories_are_distinguished() -> None:
    for key in ("half", "half/1", "half/2/variables", "halves/"):
        assert tf.io.gfile.isdir(_url(key)), key
    for key in ("half.txt", "half/11/saved_model.pb"):
        assert tf.io.gfile.exists(_url(key)), key
        assert not tf.io.gfile.isdir(_url(key)), key
    for key in ("hal", "half/12", "half/1/saved_model"):
        assert not tf.io.gfile.exists(_url(key)), key


def test_patterns_match_in_the_middle_of_a_name() -> None:
    assert tf.io.gfile.glob(_url("half/1*/saved_model.pb")) == [
        _url(f"half/{version}/saved_model.pb") for version in ("1", "10", "11")
    ]


def test_a_walk_visits_every_file() -> None:
    found = {
        f"{folder}/{name}" for folder, _, names in tf.io.gfile.walk(_url("half")) for name in names
    }
    assert found == {_url(key) for key in _OBJECTS if key.startswith("half/")}


def test_files_are_read(bucket: DirectoryBucket) -> None:
    for version in _VERSIONS:
        with tf.io.gfile.GFile(_url(f"half/{version}/saved_model.pb")) as file:
            assert file.read() == f"graph {version}"
    assert len(bucket.sessions) == 1
