# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests sources, adapters and targets in Python, without a manager."""

from __future__ import annotations

import logging
import threading
import time

import pytest

from tensorflow_serving_s3.errors import InvalidArgumentError, NotFoundError, ServingError
from tensorflow_serving_s3.sourcing import (
    PollingSource,
    Source,
    SourceAdapter,
    StaticStoragePathSource,
    StoragePath,
    Target,
    connect_source_to_target,
)
from tensorflow_serving_s3.sourcing.conftest import wait_until

Reports = list[tuple[str, list[tuple[int, "StoragePath | Exception"]]]]


class Recorder(Target[StoragePath]):
    """Records the lists and the problems of a source."""

    def __init__(self) -> None:
        self.reports: Reports = []
        self.problems: dict[str, str] = {}

    def set_aspired_versions(
        self, servable_name: str, versions: list[tuple[int, StoragePath | Exception]]
    ) -> None:
        self.reports.append((servable_name, versions))

    def set_problem(self, servable_name: str, problem: str) -> None:
        self.problems[servable_name] = problem


class Once(Source[StoragePath]):
    """Reports one version."""

    def run(self) -> None:
        self.aspired("half", [(7, "s3://models/half/7")])


def test_run_starts_when_the_source_is_connected() -> None:
    target = Recorder()
    source = Once()
    assert target.reports == []
    with source:
        connect_source_to_target(source, target)
        wait_until(lambda: target.reports)
    assert target.reports == [("half", [(7, "s3://models/half/7")])]


def test_a_source_is_connected_once() -> None:
    with Once() as source:
        connect_source_to_target(source, Recorder())
        with pytest.raises(ServingError, match="This Once is connected already"):
            connect_source_to_target(source, Recorder())


def test_aspired_before_the_connection_is_an_error() -> None:
    with pytest.raises(ServingError, match="Once is not connected"):
        Once().aspired("half", [])


def test_nothing_is_sent_after_stop() -> None:
    target = Recorder()
    source = Once()
    connect_source_to_target(source, target)
    wait_until(lambda: target.reports)
    source.stop()
    target.reports.clear()
    source.aspired("half", [])
    assert target.reports == []


def test_aspired_all_unloads_the_servables_that_disappeared() -> None:
    target = Recorder()
    with Once() as source:
        connect_source_to_target(source, target)
        wait_until(lambda: target.reports)
        target.reports.clear()
        source.aspired_all({"a": [(1, "/a")], "b": [(1, "/b")]})
        source.aspired_all({"b": [(1, "/b")]})
    assert target.reports == [
        ("a", [(1, "/a")]),
        ("b", [(1, "/b")]),
        ("b", [(1, "/b")]),
        ("a", []),
    ]


def test_an_exception_is_logged_with_its_traceback_and_run_starts_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Fails(Source[StoragePath]):
        attempts = 0

        def run(self) -> None:
            self.attempts += 1
            if self.attempts == 1:
                raise LookupError("the registry is away")
            self.aspired("half", [(7, "/half/7")])

    target = Recorder()
    with caplog.at_level(logging.ERROR), Fails() as source:
        connect_source_to_target(source, target)
        wait_until(lambda: target.problems.get(""))
        assert target.problems[""].startswith("Fails failed: LookupError: the registry is away")
        wait_until(lambda: target.reports)
        wait_until(lambda: target.problems[""] == "")
    assert 'raise LookupError("the registry is away")' in caplog.text


def test_even_a_system_exit_does_not_end_a_source() -> None:
    class Exits(Source[StoragePath]):
        attempts = 0

        def run(self) -> None:
            self.attempts += 1
            if self.attempts == 1:
                raise SystemExit(3)
            self.aspired("half", [])

    target = Recorder()
    with Exits() as source:
        connect_source_to_target(source, target)
        wait_until(lambda: target.reports)


def test_a_polling_source_polls_until_it_is_stopped() -> None:
    class Counts(PollingSource[StoragePath]):
        interval_seconds = 0.01
        count = 0

        def poll(self) -> None:
            self.count += 1
            self.aspired("half", [(self.count, "/half")])

    target = Recorder()
    source = Counts()
    connect_source_to_target(source, target)
    wait_until(lambda: len(target.reports) > 3)
    source.stop()
    count = source.count
    time.sleep(0.1)
    assert source.count == count


def test_stop_does_not_wait_for_ever_for_a_source_that_blocks(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("tensorflow_serving_s3.sourcing._source._JOIN_SECONDS", 0.1)
    go_on = threading.Event()

    class Blocks(Source[StoragePath]):
        def run(self) -> None:
            go_on.wait()

    source = Blocks()
    connect_source_to_target(source, Recorder())
    source.stop()
    go_on.set()
    assert "Blocks: run() has not returned" in caplog.text


def test_a_subclass_need_not_call_the_initializer_of_the_base_class() -> None:
    class Named(Once):
        def __init__(self, name: str) -> None:
            self.name = name

    target = Recorder()
    with Named("x") as source:
        connect_source_to_target(source, target)
        wait_until(lambda: target.reports)


def test_an_adapter_converts_each_version_and_passes_errors_on() -> None:
    class Mirror(SourceAdapter[StoragePath, StoragePath]):
        def convert(self, data: StoragePath) -> StoragePath:
            if "broken" in data:
                raise NotFoundError("NOT_FOUND", f"{data} is not mirrored")
            return data.replace("s3://models", "s3://mirror")

    lost = OSError("lost")

    class Three(Source[StoragePath]):
        def run(self) -> None:
            self.aspired("half", [(1, "s3://models/1"), (2, "s3://broken"), (3, lost)])

    target = Recorder()
    mirror = Mirror()
    with Three() as source:
        connect_source_to_target(source, mirror)
        wait_until(lambda: mirror._state.waiting)
        connect_source_to_target(mirror, target)
    (report,) = target.reports
    assert report[1][0] == (1, "s3://mirror/1")
    assert isinstance(report[1][1][1], NotFoundError)
    assert report[1][2] == (3, lost)


def test_a_source_of_the_core_sends_to_a_target_in_python() -> None:
    target = Recorder()
    with StaticStoragePathSource("half", 7, "s3://models/half/7") as source:
        connect_source_to_target(source, target)
        assert target.reports == [("half", [(7, "s3://models/half/7")])]
        with pytest.raises(ServingError, match="This source is connected already"):
            connect_source_to_target(source, target)


@pytest.mark.parametrize(
    ("name", "version", "path", "error"),
    [
        ("", 1, "/m", "has no name"),
        ("half", -1, "/m", "has the version -1"),
        ("half", 1, "", "has no version path"),
        ("half", 2**63, "/m", "a version is at most"),
        ("ha\0lf", 1, "/m", "contains a zero character"),
        ("half\ud800", 1, "/m", "is not UTF-8"),
    ],
)
def test_an_invalid_static_version_is_refused(
    name: str, version: int, path: str, error: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=error):
        StaticStoragePathSource(name, version, path)
