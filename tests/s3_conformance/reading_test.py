# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Reading files."""

import concurrent.futures

import pytest
import tensorflow as tf

from tests.s3_conformance.place import Place, pattern

_MIB = 1 << 20
_PART = 8 * _MIB


@pytest.mark.parametrize("size", [0, 1, _PART - 1, _PART, _PART + 1, 100 * _MIB])
def test_a_file_is_read_whole(place: Place, size: int) -> None:
    body = pattern(size)
    url = place.put("file", body)
    with tf.io.gfile.GFile(url, "rb") as file:
        assert file.size() == size
        assert file.read() == body


def test_parts_of_a_file_are_read_in_any_order(place: Place) -> None:
    body = pattern(20 * _MIB)
    url = place.put("file", body)
    with tf.io.gfile.GFile(url, "rb") as file:
        for offset, length in [
            (0, 10),
            (19 * _MIB, _MIB),
            (_PART - 5, 10),
            (5, 1),
            (20 * _MIB - 1, 1),
            (3, 9 * _MIB),
        ]:
            file.seek(offset)
            assert file.read(length) == body[offset : offset + length]
            assert file.tell() == offset + length


def test_a_read_past_the_end_returns_the_remaining_bytes(place: Place) -> None:
    url = place.put("file", b"0123456789")
    with tf.io.gfile.GFile(url, "rb") as file:
        file.seek(7)
        assert file.read(100) == b"789"
        assert file.read(100) == b""


def test_lines_of_text_are_read(place: Place) -> None:
    url = place.put("file", "first\nzwölf\n\nlast".encode())
    with tf.io.gfile.GFile(url) as file:
        assert file.readline() == "first\n"
        assert list(file) == ["zwölf\n", "\n", "last"]


def test_the_op_read_file_reads_a_file(place: Place) -> None:
    body = pattern(_PART + 7)
    assert tf.io.read_file(place.put("file", body)).numpy() == body


def test_a_file_is_mapped_as_a_memory_region(place: Place) -> None:
    # Several regions: one may be aligned by chance.
    for length in range(100_000, 100_060, 5):
        url = place.put(f"file-{length}", tf.range(length, dtype=tf.int32).numpy().tobytes())
        tensor = tf.raw_ops.ImmutableConst(dtype=tf.int32, shape=[length], memory_region_name=url)
        assert int(tf.reduce_sum(tf.cast(tensor, tf.int64))) == sum(range(length))


def test_many_threads_read_one_file(place: Place) -> None:
    body = pattern(12 * _MIB)
    url = place.put("file", body)

    def read(number: int) -> bool:
        with tf.io.gfile.GFile(url, "rb") as file:
            file.seek(number * _MIB // 2)
            return bool(file.read(_MIB) == body[number * _MIB // 2 :][:_MIB])

    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        assert all(pool.map(read, range(20)))


def test_many_files_are_read_concurrently(place: Place) -> None:
    urls = [place.put(f"file-{number}", pattern(number * 10_000)) for number in range(40)]
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        bodies = list(pool.map(lambda url: tf.io.gfile.GFile(url, "rb").read(), urls))
    assert [len(body) for body in bodies] == [number * 10_000 for number in range(40)]


def test_reading_a_replaced_file_never_mixes_old_and_new_bytes(place: Place) -> None:
    size = 80 * _MIB
    url = place.put("file", b"a" * size)
    with tf.io.gfile.GFile(url, "rb") as file:
        assert file.read(10) == b"a" * 10
        place.put("file", b"b" * size)
        try:
            rest = file.read()
        except tf.errors.FailedPreconditionError as error:
            assert url in str(error)
        else:
            assert rest == b"a" * (size - 10)


def test_reopening_a_replaced_file_reads_the_new_bytes(place: Place) -> None:
    url = place.put("file", b"old")
    assert tf.io.gfile.GFile(url, "rb").read() == b"old"
    place.put("file", b"newer")
    assert tf.io.gfile.GFile(url, "rb").read() == b"newer"
    assert tf.io.gfile.stat(url).length == 5
