# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the server during faults of the S3 server.

Environment variables:

    OUTAGE_SECONDS  the minimum duration of an outage (0)
    FAULT_SEED      the seed of the failing requests (1); "random" selects and prints a seed
    VERSIONS        the number of versions published while requests fail (6)
"""

from __future__ import annotations

import contextlib
import os
import statistics
import time
from collections.abc import Iterator

import pytest
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.e2e import clients
from tests.e2e.load import Load
from tests.e2e.waiting import wait_for
from tests.e2e.world import World
from tests.support.fault_proxy import (
    TRANSIENT,
    Fault,
    FaultProxy,
    FaultsInARow,
    Kind,
    RandomFaults,
    no_faults,
    seed_of_environment,
)
from tests.support.reverse_proxy import Request

_TIMEOUT_MSEC = "500"
_HALF = {"predictions": [3.5]}
_TWICE = {"predictions": [102.0]}
_SECONDS = 60.0
_MOST_POLLS = 15


@pytest.fixture
def proxy(world: World) -> Iterator[FaultProxy]:
    """A proxy between the model server and the S3 server."""
    with FaultProxy(world.storage.endpoint) as running:
        yield running


@contextlib.contextmanager
def _serving(world: World, proxy: FaultProxy, base_path: str) -> Iterator[ModelServer]:
    env = {"AWS_ENDPOINT_URL_S3": proxy.url, "S3_REQUEST_TIMEOUT_MSEC": _TIMEOUT_MSEC}
    with world.serving(base_path, env=env) as server:
        yield server


def _ask(server: ModelServer) -> object:
    return clients.post(server, {"instances": [1.0]}).json()


# The minimum number of failed requests of two polls, for each kind of fault.
@pytest.mark.parametrize(
    ("kind", "requests"),
    [
        (Kind.SLOW_DOWN, 6),
        (Kind.FORBIDDEN, 2),
        (Kind.STALL_HEAD, 4),
        (Kind.RESET, 6),
        (Kind.GARBAGE, 2),
    ],
)
def test_loaded_versions_are_served_during_an_outage_and_new_ones_after_it(
    world: World, proxy: FaultProxy, kind: Kind, requests: int
) -> None:
    base_path = world.new_base_path()
    world.publish(world.half_plus_three, base_path, 1)
    with _serving(world, proxy, base_path) as server:
        server.wait_until_available(1)
        with Load([lambda: _ask(server)]) as load:
            until = time.monotonic() + float(os.environ.get("OUTAGE_SECONDS", "0"))
            proxy.plan = FaultsInARow(Fault(kind, portion=0.0))
            world.publish(world.twice_plus_hundred, base_path, 2)
            wait_for(
                lambda failed: failed >= requests and time.monotonic() >= until,
                lambda: len(proxy.struck()),
                timeout_seconds=until - time.monotonic() + _SECONDS,
            )
            load.wait_for_answers(10)
            assert server.status().states() == {1: "AVAILABLE"}
            assert _ask(server) == _HALF
            proxy.plan = no_faults
            server.wait_until_available(2)
            wait_for(lambda answer: answer == _TWICE, lambda: _ask(server))
            load.wait_for_answers(10)
    assert load.failures() == []
    assert load.records[0].answers == [_HALF, _TWICE]


class _CountingPlan:
    """A plan in which a quarter of the requests fail; counts the polls."""

    def __init__(self, seed: int) -> None:
        self._faults = RandomFaults(seed, 0.25, (*TRANSIENT, Kind.SHORT, Kind.OTHER_RANGE))
        self._prefix = ""
        self.polls = 0

    def of(self, base_path: str) -> None:
        """Starts to count the requests for this base path."""
        self._prefix = f"{base_path.partition('://')[2].partition('/')[2]}/"
        self.polls = 0

    def __call__(self, request: Request, nth: int) -> Fault | None:
        self.polls += request.is_list and request.query.get("prefix") == self._prefix
        return self._faults(request, nth)


def test_every_version_is_served_while_a_quarter_of_all_requests_fail(
    world: World, proxy: FaultProxy
) -> None:
    seed = seed_of_environment()
    print(f"FAULT_SEED={seed}")
    versions = int(os.environ.get("VERSIONS", "6"))
    base_path = world.new_base_path()
    plan = _CountingPlan(seed)
    with _serving(world, proxy, base_path) as server:
        proxy.plan = plan
        polls = []
        seconds = []
        for version in range(1, versions + 1):
            model = world.twice_plus_hundred if version % 2 else world.half_plus_three
            world.publish(model, base_path, version)
            plan.of(base_path)
            published = time.monotonic()
            server.wait_until_available(version, timeout_seconds=_SECONDS)
            seconds.append(time.monotonic() - published)
            polls.append(plan.polls)
            assert _ask(server) == (_TWICE if version % 2 else _HALF)
    print(f"polls until each version was there: {polls}")
    print(f"seconds: {', '.join(f'{each:.1f}' for each in seconds)}")
    print(f"median {statistics.median(seconds):.1f}, most {max(seconds):.1f}")
    print(f"{len(proxy.struck())} of {proxy.requests()} requests failed")
    assert max(polls) <= _MOST_POLLS
    assert 0.1 < len(proxy.struck()) / proxy.requests() < 0.4
