# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Errors."""

from collections.abc import Callable

import pytest
import tensorflow as tf

from tests.s3_conformance.place import Place


def _read(url: str) -> bytes:
    return bytes(tf.io.gfile.GFile(url, "rb").read())


def _write(url: str) -> None:
    with tf.io.gfile.GFile(url, "wb") as file:
        file.write(b"bytes")


@pytest.mark.parametrize("call", [_read, tf.io.gfile.stat, tf.io.gfile.listdir, tf.io.gfile.remove])
def test_a_missing_file_is_not_found(place: Place, call: Callable[[str], object]) -> None:
    with pytest.raises(tf.errors.NotFoundError, match=f"{place.url('none')}"):
        call(place.url("none"))


@pytest.mark.parametrize("call", [_read, tf.io.gfile.stat, tf.io.gfile.listdir, _write])
def test_a_missing_bucket_is_not_found(place: Place, call: Callable[[str], object]) -> None:
    with pytest.raises(tf.errors.NotFoundError, match="s3://no-such-bucket-here"):
        call("s3://no-such-bucket-here/file")


def test_a_directory_cannot_be_opened_as_a_file(place: Place) -> None:
    place.put("folder/file", b"bytes")
    with pytest.raises((tf.errors.FailedPreconditionError, tf.errors.NotFoundError)):
        _read(place.url("folder"))


def test_a_directory_cannot_be_removed_as_a_file(place: Place) -> None:
    place.put("folder/file", b"bytes")
    with pytest.raises((tf.errors.FailedPreconditionError, tf.errors.NotFoundError)):
        tf.io.gfile.remove(place.url("folder"))
    assert place.files() == ["folder/file"]


@pytest.mark.parametrize("url", ["s3://", "s3:///key"])
def test_an_invalid_url_is_an_invalid_argument(place: Place, url: str) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError):
        _read(url)


def test_an_error_contains_the_whole_url(place: Place) -> None:
    url = place.url("k" * 200 + "/" + "l" * 200)
    with pytest.raises(tf.errors.NotFoundError, match=url):
        _read(url)
