# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that a poll is one LIST request per model."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.e2e.model_configs import model_config_list
from tests.e2e.world import BUCKET, World
from tests.support.counting_proxy import CountingProxy, RecordedRequest

_POLL_SECONDS = 1.0  # The default of --file_system_poll_wait_seconds.
_POLLS = 4
_SECONDS = 30.0


@pytest.fixture
def proxy(world: World) -> Iterator[CountingProxy]:
    """A proxy between the model server and the S3 server."""
    with CountingProxy(world.storage.endpoint) as running:
        yield running


def _kinds(requests: Iterable[RecordedRequest]) -> set[str]:
    """Returns the methods of the requests, with the paths of requests other than LIST."""
    return {
        f"LIST of s3://{BUCKET}/{request.query.get('prefix')}, {request.status}"
        if request.is_list and request.query.get("delimiter") == "/"
        else f"{request.method} {request.path} {request.query}, {request.status}"
        for request in requests
    }


def _assert_one_a_poll(requests: Iterable[RecordedRequest]) -> None:
    # The next poll of a model starts a pause after the end of the last one. Two requests of the
    # same poll would have a shorter distance.
    seconds = [request.seconds for request in requests]
    pauses = [later - earlier for earlier, later in itertools.pairwise(seconds)]
    assert [pause for pause in pauses if pause < _POLL_SECONDS] == []


@contextlib.contextmanager
def _serving(world: World, proxy: CountingProxy, base_path: str) -> Iterator[ModelServer]:
    with world.serving(base_path, env={"AWS_ENDPOINT_URL_S3": proxy.url}) as server:
        yield server


def _next_requests(proxy: CountingProxy, count: int = _POLLS) -> tuple[RecordedRequest, ...]:
    proxy.clear()
    return proxy.wait_for(count, timeout_seconds=_SECONDS)


def test_a_poll_without_changes_is_one_list(world: World, proxy: CountingProxy) -> None:
    base_path = world.new_base_path()
    world.publish(world.half_plus_three, base_path, 1)
    with _serving(world, proxy, base_path) as server:
        server.wait_until_available()
        requests = _next_requests(proxy)
    assert _kinds(requests) == {f"LIST of {base_path}/, 200"}
    _assert_one_a_poll(requests)


def test_a_poll_of_many_versions_is_one_list(world: World, proxy: CountingProxy) -> None:
    base_path = world.new_base_path()
    for version in range(1, 6):
        world.publish(world.half_plus_three, base_path, version)
    with _serving(world, proxy, base_path) as server:
        server.wait_until_available()
        requests = _next_requests(proxy)
    assert _kinds(requests) == {f"LIST of {base_path}/, 200"}
    _assert_one_a_poll(requests)


def test_a_poll_of_a_missing_path_is_one_list(world: World, proxy: CountingProxy) -> None:
    base_path = world.new_base_path()
    with _serving(world, proxy, base_path):
        requests = proxy.wait_for(_POLLS, timeout_seconds=_SECONDS)
    assert _kinds(requests) == {f"LIST of {base_path}/, 200"}
    _assert_one_a_poll(requests)


def test_a_poll_of_a_missing_bucket_is_one_list(world: World, proxy: CountingProxy) -> None:
    with _serving(world, proxy, "s3://not-there/model"):
        requests = proxy.wait_for(_POLLS, timeout_seconds=_SECONDS)
    assert {(request.is_list, request.path, request.status) for request in requests} == {
        (True, "/not-there", 404)
    }
    _assert_one_a_poll(requests)


def test_polls_after_a_new_version_are_one_list(world: World, proxy: CountingProxy) -> None:
    base_path = world.new_base_path()
    world.publish(world.half_plus_three, base_path, 1)
    with _serving(world, proxy, base_path) as server:
        server.wait_until_available(1)
        world.publish(world.twice_plus_hundred, base_path, 2)
        server.wait_until_available(2)
        requests = _next_requests(proxy)
    assert _kinds(requests) == {f"LIST of {base_path}/, 200"}
    _assert_one_a_poll(requests)


def test_two_models_are_one_list_each(world: World, proxy: CountingProxy, tmp_path: Path) -> None:
    base_paths = {name: world.new_base_path() for name in ("first", "second")}
    for base_path in base_paths.values():
        world.publish(world.half_plus_three, base_path, 1)
    with _serving_models(world, proxy, base_paths, tmp_path) as server:
        for name in base_paths:
            server.model_name = name
            server.wait_until_available()
        requests = _next_requests(proxy, 2 * _POLLS)
    _assert_one_a_poll_of_each(requests, base_paths)


def test_a_missing_model_does_not_change_the_polls_of_another(
    world: World, proxy: CountingProxy, tmp_path: Path
) -> None:
    base_paths = {name: world.new_base_path() for name in ("there", "missing")}
    world.publish(world.half_plus_three, base_paths["there"], 1)
    with _serving_models(world, proxy, base_paths, tmp_path) as server:
        server.model_name = "there"
        server.wait_until_available()
        requests = _next_requests(proxy, 2 * _POLLS)
    _assert_one_a_poll_of_each(requests, base_paths)


@contextlib.contextmanager
def _serving_models(
    world: World, proxy: CountingProxy, base_paths: Mapping[str, str], tmp_path: Path
) -> Iterator[ModelServer]:
    config = tmp_path / "models.config"
    config.write_text(model_config_list(base_paths))
    env = {**world.storage.env(), "AWS_ENDPOINT_URL_S3": proxy.url}
    with ModelServer(model_config_file=config, env=env) as server:
        try:
            yield server
        finally:
            print("The server:", *server.log_tail(50), sep="\n  ")


def _assert_one_a_poll_of_each(
    requests: Iterable[RecordedRequest], base_paths: Mapping[str, str]
) -> None:
    assert _kinds(requests) == {f"LIST of {path}/, 200" for path in base_paths.values()}
    for path in base_paths.values():
        _assert_one_a_poll(
            request for request in requests if path.endswith(f"/{request.query['prefix'][:-1]}")
        )
