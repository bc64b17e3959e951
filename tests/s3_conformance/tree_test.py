# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Directories and whole files."""

import concurrent.futures
import time
from pathlib import Path

import pytest
import tensorflow as tf

from tests.s3_conformance.place import Place, pattern


def _names(entries: list[str]) -> list[str]:
    """Names of a listing, sorted, directories with or without the slash at their end."""
    return sorted(entry.rstrip("/") for entry in entries)


@pytest.fixture
def tree(place: Place) -> Place:
    """A few files in folders."""
    for name in ("a.txt", "b.txt", "models/1/saved_model.pb", "models/2/saved_model.pb"):
        place.put(name, name.encode())
    return place


def test_exists_is_true_for_files_and_directories_only(tree: Place) -> None:
    assert tf.io.gfile.exists(tree.url("a.txt"))
    assert tf.io.gfile.exists(tree.url("models"))
    assert tf.io.gfile.exists(tree.url("models/1/"))
    assert not tf.io.gfile.exists(tree.url("a.tx"))
    assert not tf.io.gfile.exists(tree.url("mod"))


def test_stat_returns_size_and_time_of_a_file(tree: Place) -> None:
    stat = tf.io.gfile.stat(tree.url("models/1/saved_model.pb"))
    assert stat.length == len("models/1/saved_model.pb")
    assert not stat.is_directory
    assert abs(stat.mtime_nsec / 1e9 - time.time()) < 300


def test_stat_recognises_a_directory(tree: Place) -> None:
    assert tf.io.gfile.stat(tree.url("models")).is_directory


def test_isdir_is_true_for_directories_only(tree: Place) -> None:
    assert tf.io.gfile.isdir(tree.url("models"))
    assert tf.io.gfile.isdir(tree.url("models/"))
    assert not tf.io.gfile.isdir(tree.url("a.txt"))
    assert not tf.io.gfile.isdir(tree.url("none"))


def test_listdir_returns_each_file_and_directory_once(tree: Place) -> None:
    assert _names(tf.io.gfile.listdir(tree.url())) == ["a.txt", "b.txt", "models"]
    assert _names(tf.io.gfile.listdir(tree.url("models/"))) == ["1", "2"]


def test_listdir_works_on_a_bucket_without_a_slash(tree: Place) -> None:
    assert tree.prefix in _names(tf.io.gfile.listdir(f"s3://{tree.bucket}"))
    assert tree.prefix in _names(tf.io.gfile.listdir(f"s3://{tree.bucket}/"))


def test_a_bucket_is_a_directory_with_and_without_a_slash(tree: Place) -> None:
    for url in ("s3://second-bucket", "s3://second-bucket/"):
        assert tf.io.gfile.exists(url)
        assert tf.io.gfile.isdir(url)


def test_listdir_of_an_empty_bucket_is_empty(tree: Place) -> None:
    assert tf.io.gfile.listdir("s3://second-bucket/") == []


def test_listdir_returns_more_files_than_one_page(place: Place) -> None:
    names = [f"file-{number:04d}" for number in range(1_050)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(place.put, names))
    assert sorted(tf.io.gfile.listdir(place.url())) == names


def test_walk_visits_all_directories(tree: Place) -> None:
    seen = {
        (folder.rstrip("/"), *_names(folders), *_names(files))
        for folder, folders, files in tf.io.gfile.walk(tree.url())
    }
    assert seen == {
        (tree.url(), "models", "a.txt", "b.txt"),
        (tree.url("models"), "1", "2"),
        (tree.url("models/1"), "saved_model.pb"),
        (tree.url("models/2"), "saved_model.pb"),
    }


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("*.txt", ["a.txt", "b.txt"]),
        ("?.txt", ["a.txt", "b.txt"]),
        ("[b-z].txt", ["b.txt"]),
        ("models/*/saved_model.pb", ["models/1/saved_model.pb", "models/2/saved_model.pb"]),
        ("models/*", ["models/1", "models/2"]),
        ("none/*", []),
    ],
)
def test_glob_returns_all_matches(tree: Place, wanted: str, found: list[str]) -> None:
    assert _names(tf.io.gfile.glob(tree.url(wanted))) == [tree.url(name) for name in found]


def test_a_new_directory_exists_and_is_empty(place: Place) -> None:
    tf.io.gfile.mkdir(place.url("new"))
    assert tf.io.gfile.isdir(place.url("new"))
    assert tf.io.gfile.listdir(place.url("new")) == []


def test_makedirs_creates_missing_directories_and_can_be_repeated(place: Place) -> None:
    for _ in range(2):
        tf.io.gfile.makedirs(place.url("x/y/z"))
        assert tf.io.gfile.isdir(place.url("x/y/z"))
        assert tf.io.gfile.isdir(place.url("x"))


def test_remove_deletes_one_file(tree: Place) -> None:
    tf.io.gfile.remove(tree.url("a.txt"))
    assert not tf.io.gfile.exists(tree.url("a.txt"))
    assert tree.files() == ["b.txt", "models/1/saved_model.pb", "models/2/saved_model.pb"]


def test_rmtree_deletes_a_directory_and_nothing_else(tree: Place) -> None:
    tree.put("models-beside", b"stays")
    tf.io.gfile.rmtree(tree.url("models"))
    assert not tf.io.gfile.exists(tree.url("models"))
    assert tree.files() == ["a.txt", "b.txt", "models-beside"]


def test_rmtree_of_a_missing_path_is_not_found(place: Place) -> None:
    with pytest.raises(tf.errors.NotFoundError):
        tf.io.gfile.rmtree(place.url("none"))


def test_rename_moves_a_file(tree: Place) -> None:
    tf.io.gfile.rename(tree.url("a.txt"), tree.url("c/d.txt"))
    assert tree.get("c/d.txt") == b"a.txt"
    assert tree.get("a.txt") is None


def test_rename_moves_a_directory(tree: Place) -> None:
    tf.io.gfile.rename(tree.url("models"), tree.url("moved"))
    assert tree.files() == [
        "a.txt",
        "b.txt",
        "moved/1/saved_model.pb",
        "moved/2/saved_model.pb",
    ]


def test_rename_replaces_a_file_only_with_overwrite(tree: Place) -> None:
    with pytest.raises(tf.errors.AlreadyExistsError):
        tf.io.gfile.rename(tree.url("a.txt"), tree.url("b.txt"))
    tf.io.gfile.rename(tree.url("a.txt"), tree.url("b.txt"), overwrite=True)
    assert tree.get("b.txt") == b"a.txt"
    assert tree.get("a.txt") is None


def test_rename_of_a_missing_path_is_not_found(place: Place) -> None:
    with pytest.raises(tf.errors.NotFoundError):
        tf.io.gfile.rename(place.url("none"), place.url("other"))
    assert place.files() == []


def test_copy_copies_a_file(place: Place) -> None:
    body = pattern(20_000_000)
    place.put("file", body)
    tf.io.gfile.copy(place.url("file"), place.url("folder/copy"))
    assert place.get("folder/copy") == body
    assert place.get("file") == body


def test_copy_replaces_a_file_only_with_overwrite(tree: Place) -> None:
    with pytest.raises(tf.errors.AlreadyExistsError):
        tf.io.gfile.copy(tree.url("a.txt"), tree.url("b.txt"))
    tf.io.gfile.copy(tree.url("a.txt"), tree.url("b.txt"), overwrite=True)
    assert tree.get("b.txt") == b"a.txt"


def test_copy_works_from_and_to_the_local_disk(place: Place, tmp_path: Path) -> None:
    body = pattern(10_000_000)
    (tmp_path / "up").write_bytes(body)
    tf.io.gfile.copy(str(tmp_path / "up"), place.url("file"))
    assert place.get("file") == body
    tf.io.gfile.copy(place.url("file"), str(tmp_path / "down"))
    assert (tmp_path / "down").read_bytes() == body
