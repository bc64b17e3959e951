# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the chain of source, adapter and manager in this process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tensorflow_serving_s3.errors import (
    DeadlineExceededError,
    InvalidArgumentError,
    NotFoundError,
    ServingError,
)
from tensorflow_serving_s3.sourcing import (
    AspiredVersionsManager,
    FileSystemStoragePathSource,
    ManagerState,
    SavedModelBundleSourceAdapter,
    Source,
    StaticStoragePathSource,
    StoragePath,
    connect_source_to_target,
)
from tensorflow_serving_s3.sourcing.conftest import wait_until
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

_REQUEST = {"instances": [1.0, 2.0, 5.0]}
_HALF = {"predictions": [3.5, 4.0, 5.5]}
_TWICE = {"predictions": [102.0, 104.0, 110.0]}


class Manual(Source[StoragePath]):
    """Reports what a test tells it to."""

    def run(self) -> None:
        self.wait(1e6)


@pytest.fixture
def manager(storage: SeaweedFS) -> Iterator[AspiredVersionsManager]:
    with AspiredVersionsManager(max_num_load_retries=0) as made:
        yield made


@pytest.fixture
def adapter(manager: AspiredVersionsManager) -> Iterator[SavedModelBundleSourceAdapter]:
    made = SavedModelBundleSourceAdapter()
    connect_source_to_target(made, manager)
    yield made
    made.stop()


@pytest.fixture
def source(adapter: SavedModelBundleSourceAdapter) -> Iterator[Manual]:
    with Manual() as made:
        connect_source_to_target(made, adapter)
        yield made


def test_a_version_of_a_source_in_python_answers(
    manager: AspiredVersionsManager, source: Manual
) -> None:
    source.aspired("half", [(7, "s3://models/half/7")])
    manager.wait_until_available("half", 7)
    assert manager.predict("half", _REQUEST) == _HALF
    (state,) = manager.states()
    assert (state.name, state.version, state.state) == ("half", 7, ManagerState.AVAILABLE)


def test_a_later_list_switches_the_version(manager: AspiredVersionsManager, source: Manual) -> None:
    source.aspired("half", [(7, "s3://models/half/7")])
    manager.wait_until_available("half", 7)
    source.aspired("half", [(8, "s3://models/half/8")])
    manager.wait_until_available("half", 8)
    assert manager.predict("half", _REQUEST) == _TWICE
    wait_until(lambda: manager.states()[1].state == ManagerState.END)
    with pytest.raises(NotFoundError, match="half, 7"):
        manager.predict("half", _REQUEST, version=7)


def test_an_exception_is_the_error_of_its_version(
    manager: AspiredVersionsManager, source: Manual
) -> None:
    source.aspired("half", [(7, "s3://models/half/7"), (8, LookupError("not signed"))])
    manager.wait_until_available("half", 7)
    newest = manager.states()[0]
    assert (newest.version, newest.error) == (8, "LookupError: not signed")


def test_a_path_without_a_model_is_an_error_of_its_version(
    manager: AspiredVersionsManager, source: Manual
) -> None:
    source.aspired("half", [(9, "s3://models/half/9")])
    with pytest.raises(ServingError, match="s3://models/half/9"):
        manager.wait_until_available("half")
    assert manager.states()[0].error_code == "NOT_FOUND"


def test_the_wait_for_a_servable_that_nobody_reports_ends(manager: AspiredVersionsManager) -> None:
    with pytest.raises(DeadlineExceededError):
        manager.wait_until_available("half", timeout_seconds=0.3)


def test_an_invalid_request_is_an_error(manager: AspiredVersionsManager, source: Manual) -> None:
    source.aspired("half", [(7, "s3://models/half/7")])
    manager.wait_until_available("half")
    with pytest.raises(InvalidArgumentError):
        manager.predict("half", {"instances": ["text"]})


def test_a_static_source_of_the_core_is_served(
    manager: AspiredVersionsManager, adapter: SavedModelBundleSourceAdapter
) -> None:
    with StaticStoragePathSource("half", 7, "s3://models/half/7") as source:
        connect_source_to_target(source, adapter)
        manager.wait_until_available("half", 7)
        assert manager.predict("half", _REQUEST) == _HALF


@pytest.mark.parametrize(("num_latest", "versions"), [(1, {8}), (0, {7, 8})])
def test_a_file_system_source_finds_versions(
    manager: AspiredVersionsManager,
    adapter: SavedModelBundleSourceAdapter,
    num_latest: int,
    versions: set[int],
) -> None:
    with FileSystemStoragePathSource({"half": "s3://models/half"}, num_latest=num_latest) as source:
        connect_source_to_target(source, adapter)
        for version in versions:
            manager.wait_until_available("half", version)
        assert {state.version for state in manager.states()} == versions


def test_a_file_system_source_takes_specific_versions(
    manager: AspiredVersionsManager, adapter: SavedModelBundleSourceAdapter
) -> None:
    with FileSystemStoragePathSource(
        {"half": "s3://models/half"}, specific_versions={"half": [7]}
    ) as source:
        connect_source_to_target(source, adapter)
        manager.wait_until_available("half", 7)


def test_a_relative_base_path_is_refused(storage: SeaweedFS) -> None:
    with pytest.raises(InvalidArgumentError, match="relative base path"):
        FileSystemStoragePathSource({"half": "models/half"})


def test_a_source_of_paths_needs_an_adapter(manager: AspiredVersionsManager) -> None:
    with pytest.raises(TypeError, match="put a SavedModelBundleSourceAdapter between them"):
        connect_source_to_target(Manual(), manager)  # type: ignore[misc]


def test_a_closed_manager_is_an_error(storage: SeaweedFS) -> None:
    manager = AspiredVersionsManager()
    manager.close()
    manager.close()
    with pytest.raises(ServingError, match="this manager has been closed"):
        manager.states()
