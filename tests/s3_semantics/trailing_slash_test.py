# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests paths with a slash at the end, with and without markers.

SeaweedFS stores directories as folders, including directories without a marker.
"""

import itertools
import os
from collections.abc import Callable, Iterator

import pytest

# TensorFlow reads this variable when it is loaded. It hides its start-up messages.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from tensorflow_serving_s3 import filesystem

_BUCKET = "models"
_numbers = itertools.count()
_slashes = pytest.mark.parametrize("slash", ["", "/"])
_markers = pytest.mark.parametrize("marker", [False, True], ids=["no marker", "marker"])


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedFS]:
    with SeaweedFS(buckets=[_BUCKET]) as running, pytest.MonkeyPatch.context() as patch:
        for name, value in running.env().items():
            patch.setenv(name, value)
        patch.setenv("HOME", os.fspath(tmp_path_factory.mktemp("home")))
        filesystem.register()
        yield running


@pytest.fixture
def root(storage: SeaweedFS) -> str:
    """A new directory for the test."""
    name = f"test-{next(_numbers)}"
    storage.client().put_object(Bucket=_BUCKET, Key=f"{name}/other", Body=b"other")
    return f"s3://{_BUCKET}/{name}"


def _fill(storage: SeaweedFS, directory: str, *, marker: bool) -> None:
    key = directory.removeprefix(f"s3://{_BUCKET}/")
    if marker:
        storage.client().put_object(Bucket=_BUCKET, Key=f"{key}/", Body=b"")
    for name in ("a", "deep/er/b"):
        storage.client().put_object(Bucket=_BUCKET, Key=f"{key}/{name}", Body=name.encode())


def _tree(directory: str) -> list[str]:
    return sorted(
        f"{folder}/{name}".removeprefix(f"{directory}/")
        for folder, _, names in tf.io.gfile.walk(directory)
        for name in names
    )


def _is_gone(path: str) -> bool:
    parent, _, name = path.rstrip("/").rpartition("/")
    return (
        name not in tf.io.gfile.listdir(parent)
        and not tf.io.gfile.exists(path)
        and not tf.io.gfile.isdir(path)
        and not tf.io.gfile.isdir(path + "/")
        and tf.io.gfile.glob(path + "*") == []
    )


@_markers
@_slashes
@pytest.mark.parametrize("target_slash", ["", "/"])
@pytest.mark.parametrize("target", ["absent", "empty"])
def test_rename_of_a_directory(
    storage: SeaweedFS, root: str, marker: bool, slash: str, target: str, target_slash: str
) -> None:
    _fill(storage, f"{root}/old", marker=marker)
    if target == "empty":
        tf.io.gfile.mkdir(f"{root}/new{target_slash}")
    tf.io.gfile.rename(
        f"{root}/old{slash}", f"{root}/new{target_slash}", overwrite=target == "empty"
    )
    assert _is_gone(f"{root}/old")
    assert _tree(f"{root}/new") == ["a", "deep/er/b"]
    assert tf.io.gfile.listdir(root) == ["new", "other"]


@_slashes
def test_rename_of_an_empty_directory(root: str, slash: str) -> None:
    tf.io.gfile.mkdir(f"{root}/old{slash}")
    tf.io.gfile.rename(f"{root}/old{slash}", f"{root}/new{slash}")
    assert _is_gone(f"{root}/old")
    assert tf.io.gfile.isdir(f"{root}/new")
    assert tf.io.gfile.listdir(f"{root}/new{slash}") == []


@_markers
@_slashes
def test_rmtree_of_a_directory(storage: SeaweedFS, root: str, marker: bool, slash: str) -> None:
    _fill(storage, f"{root}/old", marker=marker)
    tf.io.gfile.rmtree(f"{root}/old{slash}")
    assert _is_gone(f"{root}/old")
    assert tf.io.gfile.listdir(root) == ["other"]


@_slashes
def test_rmtree_of_an_empty_directory(root: str, slash: str) -> None:
    tf.io.gfile.makedirs(f"{root}/old/1{slash}")
    tf.io.gfile.makedirs(f"{root}/old/2")
    tf.io.gfile.rmtree(f"{root}/old/1{slash}")
    assert _is_gone(f"{root}/old/1")


@_slashes
@pytest.mark.parametrize("target_slash", ["", "/"])
def test_rename_and_copy_of_a_file(root: str, slash: str, target_slash: str) -> None:
    tf.io.gfile.copy(f"{root}/other{slash}", f"{root}/copy{target_slash}")
    assert tf.io.gfile.GFile(f"{root}/copy").read() == "other"
    tf.io.gfile.rename(f"{root}/other{slash}", f"{root}/new{target_slash}")
    assert tf.io.gfile.GFile(f"{root}/new").read() == "other"
    assert tf.io.gfile.listdir(root) == ["copy", "new"]


@_slashes
def test_rmtree_and_remove_of_a_file(storage: SeaweedFS, root: str, slash: str) -> None:
    tf.io.gfile.copy(f"{root}/other", f"{root}/copy")
    tf.io.gfile.rmtree(f"{root}/copy{slash}")
    tf.io.gfile.copy(f"{root}/other", f"{root}/second")
    tf.io.gfile.remove(f"{root}/second{slash}")
    assert tf.io.gfile.listdir(root) == ["other"]


def test_a_file_is_not_replaced_by_way_of_a_slash(root: str) -> None:
    tf.io.gfile.copy(f"{root}/other", f"{root}/copy")
    for change in (tf.io.gfile.rename, tf.io.gfile.copy):
        with pytest.raises(tf.errors.FailedPreconditionError, match="is a file, not a directory"):
            change(f"{root}/copy", f"{root}/other/")
    assert tf.io.gfile.listdir(root) == ["copy", "other"]


@_slashes
@pytest.mark.parametrize("change", [tf.io.gfile.rename, tf.io.gfile.copy])
def test_a_directory_is_in_the_way_of_a_file(
    storage: SeaweedFS, root: str, change: Callable[..., None], slash: str
) -> None:
    _fill(storage, f"{root}/directory", marker=False)
    with pytest.raises(tf.errors.FailedPreconditionError, match="is a directory, not a file"):
        change(f"{root}/other", f"{root}/directory{slash}", overwrite=True)
    with pytest.raises(tf.errors.FailedPreconditionError):
        tf.io.gfile.rename(f"{root}/directory{slash}", f"{root}/other{slash}", overwrite=True)
    assert _tree(root) == ["directory/a", "directory/deep/er/b", "other"]


@_markers
@_slashes
def test_a_directory_is_one_with_and_without_its_slash(
    storage: SeaweedFS, root: str, marker: bool, slash: str
) -> None:
    _fill(storage, f"{root}/new", marker=marker)
    path = f"{root}/new{slash}"
    assert tf.io.gfile.exists(path)
    assert tf.io.gfile.isdir(path)
    assert tf.io.gfile.stat(path).is_directory
    assert tf.io.gfile.listdir(path) == ["a", "deep"]
    assert tf.io.gfile.glob(path) == [path]
    assert [sorted(names) for _, _, names in tf.io.gfile.walk(path)] == [["a"], [], ["b"]]
    tf.io.gfile.mkdir(path)
    tf.io.gfile.makedirs(path)
    with pytest.raises(tf.errors.FailedPreconditionError, match="is a directory"):
        tf.io.gfile.remove(path)


@_slashes
def test_a_bucket_is_neither_renamed_nor_emptied(root: str, slash: str) -> None:
    bucket = f"s3://{_BUCKET}{slash}"
    assert tf.io.gfile.isdir(bucket) and tf.io.gfile.exists(bucket)
    assert root.rpartition("/")[2] in tf.io.gfile.listdir(bucket)
    changes: list[Callable[[], None]] = [
        lambda: tf.io.gfile.rmtree(bucket),
        lambda: tf.io.gfile.rename(bucket, f"{root}/bucket"),
        lambda: tf.io.gfile.rename(root + slash, bucket, overwrite=True),
        lambda: tf.io.gfile.copy(f"{root}/other", bucket, overwrite=True),
    ]
    for change in changes:
        with pytest.raises(tf.errors.FailedPreconditionError):
            change()
    assert tf.io.gfile.listdir(root) == ["other"]
