# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Selects the store and the client of a run, and a prefix for each case."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from tensorflow_serving_s3.testing._s3_server import S3Server
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from tests.s3_conformance import clients
from tests.s3_conformance.differences import DIFFERENCES, Run
from tests.s3_conformance.place import Place
from tests.support.rclone import Rclone

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_STORES: dict[str, type[Rclone] | type[SeaweedFS]] = {"rclone": Rclone, "seaweedfs": SeaweedFS}
_BUCKET = "models"
_SESSION = pytest.StashKey[pytest.Session]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options --store and --client."""
    parser.addoption("--store", choices=sorted(_STORES), default="seaweedfs")
    parser.addoption("--client", choices=sorted(clients.ENVIRONMENT), default=clients.OURS)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Skips the normal exit of a run with tensorflow-io, whose plugin crashes there."""
    session = config.stash.get(_SESSION, None)
    if session is not None and _run(config).client == clients.TENSORFLOW_IO:
        sys.stdout.flush()
        os._exit(int(session.exitstatus))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Stores the session: pytest_unconfigure needs its exit status."""
    session.config.stash[_SESSION] = session


def _run(config: pytest.Config) -> Run:
    return Run(config.getoption("--store"), config.getoption("--client"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks known differences: a known difference that passes fails the run."""
    known = DIFFERENCES.get(_run(config), {})
    for item in items:
        for name in (item.name, item.name.partition("[")[0]):
            if name in known:
                difference = known[name]
                item.add_marker(
                    pytest.mark.xfail(
                        reason=difference.reason, strict=True, run=not difference.ends_process
                    )
                )
                break


@pytest.fixture(scope="session")
def store(request: pytest.FixtureRequest) -> Iterator[S3Server]:
    """The store of this run, as the endpoint of TensorFlow."""
    run = _run(request.config)
    with (
        _STORES[run.store](buckets=[_BUCKET, "second-bucket"]) as running,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in {**running.env(), **clients.ENVIRONMENT[run.client]}.items():
            patch.setenv(name, value)
        patch.setenv("S3_ENDPOINT", running.endpoint)
        patch.setenv("HOME", os.environ.get("TEST_TMPDIR", "/tmp"))
        clients.register(run.client)
        print(f"{run}, {sys.modules['tensorflow'].__version__}")
        yield running


@pytest.fixture(scope="session")
def client(store: S3Server) -> S3Client:
    """The boto3 client of all cases; its creation takes half a second."""
    return store.client()


_numbers = itertools.count(1)


@pytest.fixture
def place(client: S3Client) -> Place:
    """A prefix that no other case uses."""
    return Place(client, _BUCKET, f"case-{next(_numbers)}")
