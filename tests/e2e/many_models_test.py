# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests one server with many models, and counts the requests to the S3 server.

The environment variable TFS3_MANY_MODELS is the number of models.
"""

from __future__ import annotations

import collections
import concurrent.futures
import dataclasses
import itertools
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.e2e import clients
from tests.e2e.model_configs import model_config_list
from tests.e2e.world import BUCKET, World
from tests.support.counting_proxy import CountingProxy

_NAMES = [f"m{number}" for number in range(int(os.environ.get("TFS3_MANY_MODELS", "200")))]
_PREFIX = "many"
_LOAD_SECONDS = 600.0
_POLL_SECONDS = 1.0  # The default of --file_system_poll_wait_seconds.
_ROUNDS = 3
_UPLOAD_THREADS = 8


@dataclasses.dataclass
class Loaded:
    """A server that has loaded all models, and its proxy of the S3 server.

    Attributes:
        server: The server.
        proxy: The proxy that counts the requests.
        seen: The different answers of the status endpoint during the loads.
    """

    server: ModelServer
    proxy: CountingProxy
    seen: set[str]


@pytest.fixture(scope="module")
def loaded(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """The server after all models are available."""
    _upload(world)
    config = tmp_path_factory.mktemp("config") / "models.config"
    base_paths = {name: f"s3://{BUCKET}/{_PREFIX}/{name}" for name in _NAMES}
    config.write_text(model_config_list(base_paths))
    with CountingProxy(world.storage.endpoint) as proxy:
        env = {**world.storage.env(), "AWS_ENDPOINT_URL_S3": proxy.url}
        with ModelServer(model_name=_NAMES[0], model_config_file=config, env=env) as server:
            try:
                yield Loaded(server, proxy, _wait_until_all_available(server))
            finally:
                print("The server:", *server.log_tail(50), sep="\n  ")


def _upload(world: World) -> None:
    client = world.storage.client()
    model: Path = world.half_plus_three
    files = {
        path.relative_to(model).as_posix(): path.read_bytes()
        for path in model.rglob("*")
        if path.is_file()
    }

    def put(name: str, file: str) -> None:
        client.put_object(Bucket=BUCKET, Key=f"{_PREFIX}/{name}/1/{file}", Body=files[file])

    with concurrent.futures.ThreadPoolExecutor(_UPLOAD_THREADS) as pool:
        for done in [pool.submit(put, *what) for what in itertools.product(_NAMES, files)]:
            done.result()


def _wait_until_all_available(server: ModelServer) -> set[str]:
    deadline = time.monotonic() + _LOAD_SECONDS
    seen = set()
    waiting = collections.deque(_NAMES)
    while waiting:
        name = waiting.popleft()
        answer = server.status(model_name=name)
        states = answer.states()
        seen.add(f"{answer.code} {states or str(answer.body).partition(name)[0]}")
        if states != {1: "AVAILABLE"}:
            waiting.append(name)
            time.sleep(0.01)
        assert time.monotonic() < deadline, f"{len(waiting)} are not available: {list(waiting)[:9]}"
    return seen


def test_status_is_correct_while_models_load(loaded: Loaded) -> None:
    assert loaded.seen <= {
        "404 {'error': 'Could not find any versions of model ",
        "200 {1: 'START'}",
        "200 {1: 'LOADING'}",
        "200 {1: 'AVAILABLE'}",
    }


def test_a_round_of_polls_is_one_list_per_model(loaded: Loaded) -> None:
    loaded.proxy.clear()
    requests = loaded.proxy.wait_for(_ROUNDS * len(_NAMES), timeout_seconds=_LOAD_SECONDS)
    others = [
        request
        for request in requests
        if not request.is_list or request.query.get("delimiter") != "/" or request.status != 200
    ]
    assert others == []

    seconds = collections.defaultdict(list)
    for request in requests:
        seconds[request.query["prefix"]].append(request.seconds)
    assert set(seconds) == {f"{_PREFIX}/{name}/" for name in _NAMES}
    # The next poll of a model starts a pause after the end of the last one. Two requests of the
    # same poll would have a shorter distance.
    pauses = [
        later - earlier
        for of_model in seconds.values()
        for earlier, later in itertools.pairwise(of_model)
    ]
    assert [pause for pause in pauses if pause < _POLL_SECONDS] == []


def test_all_models_answer_and_only_polls_reach_the_s3_server(loaded: Loaded) -> None:
    loaded.proxy.clear()
    for name in _NAMES:
        assert loaded.server.status(model_name=name).states() == {1: "AVAILABLE"}
        path = f"/v1/models/{name}:predict"
        answer = clients.post(loaded.server, {"instances": [1.0]}, path=path).json()
        assert answer == {"predictions": [3.5]}
    assert [request for request in loaded.proxy.requests() if not request.is_list] == []
