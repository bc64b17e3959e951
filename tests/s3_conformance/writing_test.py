# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Writing files."""

import random

import pytest
import tensorflow as tf

from tests.s3_conformance.place import Place, pattern

_MIB = 1 << 20
_PART = 8 * _MIB


@pytest.mark.parametrize("size", [0, 1, _PART - 1, _PART, _PART + 1, 100 * _MIB])
def test_a_file_is_written_whole(place: Place, size: int) -> None:
    body = pattern(size)
    with tf.io.gfile.GFile(place.url("file"), "wb") as file:
        file.write(body)
    assert place.get("file") == body


def test_writes_of_any_length_are_concatenated(place: Place) -> None:
    body = pattern(20 * _MIB)
    lengths = random.Random(1)
    with tf.io.gfile.GFile(place.url("file"), "wb") as file:
        offset = 0
        while offset < len(body):
            length = lengths.randrange(1, 3 * _MIB)
            file.write(body[offset : offset + length])
            offset += length
    assert place.get("file") == body


def test_a_file_is_not_visible_before_it_is_closed(place: Place) -> None:
    with tf.io.gfile.GFile(place.url("file"), "wb") as file:
        file.write(pattern(20 * _MIB))
        assert place.files() == []
        assert not tf.io.gfile.exists(place.url("file"))
    assert place.files() == ["file"]


def test_a_file_keeps_its_old_bytes_until_the_new_ones_are_closed(place: Place) -> None:
    url = place.put("file", b"old")
    with tf.io.gfile.GFile(url, "wb") as file:
        file.write(pattern(10 * _MIB))
        assert place.get("file") == b"old"
    assert place.get("file") == pattern(10 * _MIB)


def test_flush_loses_nothing(place: Place) -> None:
    with tf.io.gfile.GFile(place.url("file"), "wb") as file:
        for number in range(5):
            file.write(bytes([number]) * 10)
            file.flush()
    assert place.get("file") == b"".join(bytes([number]) * 10 for number in range(5))


@pytest.mark.parametrize("size", [0, 10, 12 * _MIB])
def test_appending_keeps_the_existing_bytes(place: Place, size: int) -> None:
    url = place.put("file", pattern(size))
    for _ in range(2):
        with tf.io.gfile.GFile(url, "ab") as file:
            file.write(b"more")
    assert place.get("file") == pattern(size) + b"moremore"


def test_appending_to_a_missing_file_creates_it(place: Place) -> None:
    with tf.io.gfile.GFile(place.url("file"), "ab") as file:
        file.write(b"bytes")
    assert place.get("file") == b"bytes"


def test_text_is_written_as_utf_8(place: Place) -> None:
    with tf.io.gfile.GFile(place.url("file"), "w") as file:
        file.write("größe\n")
    assert place.get("file") == "größe\n".encode()


def test_the_op_write_file_writes_a_file(place: Place) -> None:
    tf.io.write_file(place.url("new/folder/file"), b"bytes")
    assert place.get("new/folder/file") == b"bytes"


def test_the_last_of_two_writers_to_close_wins(place: Place) -> None:
    first = tf.io.gfile.GFile(place.url("file"), "wb")
    second = tf.io.gfile.GFile(place.url("file"), "wb")
    first.write(b"first")
    second.write(b"second")
    second.close()
    first.close()
    assert place.get("file") == b"first"


def test_written_bytes_are_readable_immediately(place: Place) -> None:
    for number in range(10):
        with tf.io.gfile.GFile(place.url("file"), "wb") as file:
            file.write(b"x" * number)
        assert tf.io.gfile.GFile(place.url("file"), "rb").read() == b"x" * number
        assert tf.io.gfile.listdir(place.url()) == ["file"]
