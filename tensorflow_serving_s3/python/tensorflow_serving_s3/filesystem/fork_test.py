# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests processes that fork with open files and running reads, as data loaders do."""

import contextlib
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
import tensorflow as tf

from tensorflow_serving_s3 import filesystem
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

if TYPE_CHECKING:
    from tensorflow_serving_s3.filesystem.conftest import RunPython

_URL = "s3://models/half/greeting"
_BIG_URL = "s3://models/big"
_BIG = bytes(range(256)) * 40_000
_FORKS = 25
_SECONDS = 60

# Each child of this program has not used S3 before. It forks while its threads start their first
# reads. The program prints the indexes of the children that had a failed child.
_FIRST_READS = """
import os, threading, time
import tensorflow as tf
from tensorflow_serving_s3 import filesystem
filesystem.register()

def read():
    return tf.io.gfile.GFile("s3://models/half/greeting", "rb").read()

def forked(check):
    child = os.fork()
    if child == 0:
        code = 1
        try:
            threading.Timer(30, os._exit, (2,)).start()
            code = 0 if check() else 1
        finally:
            os._exit(code)
    return child

def ended_well(child):
    return os.waitpid(child, 0)[1] == 0

def fork_during_the_first_reads(number):
    for _ in range(3):
        threading.Thread(target=read, daemon=True).start()
    time.sleep(number * 0.0002)
    return ended_well(forked(lambda: read() == b"hello, s3"))

print([n for n in range(20) if not ended_well(forked(lambda: fork_during_the_first_reads(n)))])
"""


@pytest.fixture(autouse=True)
def registered(storage: SeaweedFS) -> None:
    filesystem.register()
    storage.client().put_object(Bucket="models", Key="big", Body=_BIG)


def _read(url: str = _URL) -> bytes:
    return bytes(tf.io.gfile.GFile(url, "rb").read())


def _in_child(check: Callable[[], bool]) -> int:
    """Returns the exit code of a forked child: 0 when `check` is true there in time."""
    child = os.fork()
    if child == 0:
        code = 1
        with contextlib.suppress(BaseException):
            threading.Timer(_SECONDS, os._exit, (2,)).start()
            code = 0 if check() else 1
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@contextlib.contextmanager
def _reading_threads(count: int) -> Iterator[None]:
    """Runs threads that read without a pause during the block."""
    ending = threading.Event()

    def read() -> None:
        while not ending.is_set():
            assert _read(_BIG_URL) == _BIG

    threads = [threading.Thread(target=read) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ending.set()
        for thread in threads:
            thread.join()


def test_a_child_reads_the_same_as_its_parent() -> None:
    assert _read() == b"hello, s3"
    assert _in_child(lambda: _read() == b"hello, s3") == 0
    assert _read() == b"hello, s3"


def test_a_child_of_a_child_reads_the_same() -> None:
    assert _read() == b"hello, s3"
    assert _in_child(lambda: _read() == b"hello, s3" and _in_child(lambda: bool(_read())) == 0) == 0


def test_an_open_file_is_refused_in_the_child_and_works_in_the_parent() -> None:
    file = tf.io.gfile.GFile(_BIG_URL, "rb")
    assert file.read(10) == _BIG[:10]

    def refused() -> bool:
        try:
            file.seek(5_000_000)
            file.read(10)
        except tf.errors.FailedPreconditionError as error:
            return _BIG_URL in str(error) and "open it again" in str(error)
        return False

    assert _in_child(refused) == 0
    file.seek(5_000_000)
    assert file.read(10) == _BIG[5_000_000:5_000_010]


def test_an_open_file_closes_in_the_child_without_waiting() -> None:
    file = tf.io.gfile.GFile(_BIG_URL, "rb")
    assert file.read(10) == _BIG[:10]

    def closes() -> bool:
        file.close()
        return True

    assert _in_child(closes) == 0


def test_forks_while_threads_read_leave_no_child_waiting() -> None:
    with _reading_threads(3):
        codes = [_in_child(lambda: _read() == b"hello, s3") for _ in range(_FORKS)]
    assert codes == [0] * _FORKS


def test_a_fork_during_the_first_reads_leaves_no_child_waiting(run_python: "RunPython") -> None:
    result = run_python(_FIRST_READS)
    assert (result.stdout, result.returncode) == ("[]\n", 0), result.stderr


def test_all_workers_of_a_forked_pool_read() -> None:
    assert _read() == b"hello, s3"
    with multiprocessing.get_context("fork").Pool(4) as pool:
        results = pool.map_async(_read, [_URL] * 40).get(_SECONDS)
    assert results == [b"hello, s3"] * 40
