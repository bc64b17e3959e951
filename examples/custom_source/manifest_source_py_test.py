# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the source in Python with a target that records the reports."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tensorflow_serving_s3.sourcing import (
    StaticStoragePathSource,
    StoragePath,
    Target,
    connect_source_to_target,
)

from examples.custom_source.manifest_source import ManifestSource, parse_manifest


class Recorder(Target[StoragePath]):
    """Records the last list of each servable, and the problem of the source."""

    def __init__(self) -> None:
        self.lists: dict[str, list[tuple[int, StoragePath | Exception]]] = {}
        self.problem = ""

    def set_aspired_versions(
        self, servable_name: str, versions: list[tuple[int, StoragePath | Exception]]
    ) -> None:
        self.lists[servable_name] = versions

    def set_problem(self, servable_name: str, problem: str) -> None:
        self.problem = problem


def wait_until(condition: Callable[[], Any]) -> None:
    """Waits until the condition is true."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def replace(manifest: Path, text: str) -> None:
    """Replaces the manifest by a rename, so that no poll sees a part of it."""
    staged = manifest.with_name("staged")
    staged.write_text(text)
    staged.rename(manifest)


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "manifest"
    path.write_text("half 7 s3://models/half/7\nthird 1 s3://models/third/1\n")
    return path


@pytest.fixture
def source(manifest: Path) -> Iterator[ManifestSource]:
    with ManifestSource(str(manifest)) as made:
        made.interval_seconds = 0.01
        yield made


def test_unloads_a_servable_that_is_not_listed(manifest: Path, source: ManifestSource) -> None:
    target = Recorder()
    connect_source_to_target(source, target)
    wait_until(lambda: target.lists.get("third") == [(1, "s3://models/third/1")])
    replace(manifest, "half 7 s3://models/half/7\n")
    wait_until(lambda: target.lists["third"] == [])
    assert target.lists["half"] == [(7, "s3://models/half/7")]


def test_an_error_changes_nothing(manifest: Path, source: ManifestSource) -> None:
    target = Recorder()
    connect_source_to_target(source, target)
    wait_until(lambda: target.lists.get("half"))
    before = dict(target.lists)
    replace(manifest, "half seven s3://models/half/7\n")
    wait_until(lambda: "line 1: not a name, a version and a path" in target.problem)
    assert target.lists == before


def test_a_comment_is_ignored() -> None:
    assert parse_manifest("# nothing\n\na 1 /m # yes\n") == {"a": [(1, "/m")]}


def test_one_version_that_never_changes() -> None:
    target = Recorder()
    source = StaticStoragePathSource("half", 7, "s3://models/half/7")
    connect_source_to_target(source, target)
    assert target.lists == {"half": [(7, "s3://models/half/7")]}
    source.stop()
