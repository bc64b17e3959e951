# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests three replicas behind HAProxy under load, while they end, fail and change versions.

ROUNDS is the number of repetitions.
"""

from __future__ import annotations

import concurrent.futures
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from tensorflow_serving_s3.publish import publish_version
from tensorflow_serving_s3.testing import saved_models
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from tests.e2e.model_configs import model_config, model_configs
from tests.e2e.waiting import wait_for
from tests.scale.cluster import SECONDS, Cluster, Replica, running_cluster
from tests.scale.traffic import MODEL, report, traffic

_ROUNDS = int(os.environ.get("ROUNDS", "1"))
_WAITING = "waiting"
_BASE_PATH = f"s3://models/{MODEL}"
_FLAGS = (
    "--file_system_poll_wait_seconds=1",
    # HAProxy checks once a second.
    "--drain_delay_seconds=5",
)
_MANY = 20

pytestmark = pytest.mark.parametrize("round_number", range(_ROUNDS))


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedFS]:
    """An S3 server with the models."""
    folder = tmp_path_factory.mktemp("models")
    with SeaweedFS(buckets=["models"]) as server:
        client = server.client()
        publish_version(_version(folder, 1), _BASE_PATH, 1, client=client)
        waiting = saved_models.save_waiting(folder / _WAITING)
        publish_version(waiting, f"s3://models/{_WAITING}", 1, client=client)
        yield server


@pytest.fixture(scope="module")
def cluster(storage: SeaweedFS, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The replicas behind HAProxy."""
    folder = tmp_path_factory.mktemp("cluster")
    config = folder / "models.config"
    config.write_text(
        model_configs(
            model_config(MODEL, _BASE_PATH), model_config(_WAITING, f"s3://models/{_WAITING}")
        )
    )
    with running_cluster(storage, folder, [f"--model_config_file={config}", *_FLAGS]) as running:
        yield running


def _version(folder: Path, version: int) -> Path:
    """Saves a model whose prediction for 1.0 is the number of its version."""
    return saved_models.save_linear(
        folder / f"{MODEL}-{version}", slope=1.0, offset=float(version) - 1.0
    )


def test_a_rolling_restart_fails_no_request(cluster: Cluster, round_number: int) -> None:
    with traffic(cluster) as load:
        load.wait_for_answers(_MANY, timeout_seconds=SECONDS)
        for replica in cluster.replicas:
            assert replica.stop() == 0
            replica.start()
            cluster.wait_until(replica, "UP")
        cluster.wait_until_used(requests_each=_MANY)
    report("rolling restart", load)
    assert load.failures() == []


def test_a_new_version_fails_no_request(
    cluster: Cluster, storage: SeaweedFS, tmp_path: Path, round_number: int
) -> None:
    version = max(cluster.replicas[0].versions(MODEL)) + 1
    with traffic(cluster) as load:
        load.wait_for_answers(_MANY, timeout_seconds=SECONDS)
        publish_version(_version(tmp_path, version), _BASE_PATH, version, client=storage.client())
        for replica in cluster.replicas:
            replica.wait_for_versions(MODEL, {version})
        load.wait_for_answers(_MANY, timeout_seconds=SECONDS)
    report("new version", load)
    assert load.failures() == []
    # While the replicas change, the answers of both versions alternate.
    assert {answer for record in load.records for answer in record.answers} == {
        float(version - 1),
        float(version),
    }
    assert [record.answers[-1] for record in load.records] == [version] * len(load.records)


def test_after_a_kill_only_requests_in_progress_there_fail(
    cluster: Cluster, tmp_path: Path, round_number: int
) -> None:
    with concurrent.futures.ThreadPoolExecutor() as pool:
        large = pool.submit(_ask_waiting, cluster, tmp_path / "large", 20_000)
        victim = _replica_that_runs(cluster, tmp_path / "large")
        with traffic(cluster) as load:
            load.wait_for_answers(_MANY, timeout_seconds=SECONDS)
            victim.kill()
            cluster.wait_until(victim, "DOWN")
            # All requests that were in progress have ended.
            load.wait_for_answers(1, timeout_seconds=SECONDS)
            during = len(load.failures())
            load.wait_for_answers(_MANY, timeout_seconds=SECONDS)
            victim.start()
            cluster.wait_until(victim, "UP")
            cluster.wait_until_used(requests_each=_MANY)
        report("kill", load)
        # HAProxy had sent a part of the large request on, so it could not send it again.
        assert large.result(SECONDS).status_code == 502
        assert len(load.failures()) == during
        # Each client has one request in progress.
        assert all(len(record.failures) <= 1 for record in load.records)


def test_a_small_request_in_progress_at_a_killed_replica_is_sent_again(
    cluster: Cluster, tmp_path: Path, round_number: int
) -> None:
    with concurrent.futures.ThreadPoolExecutor() as pool:
        small = pool.submit(_ask_waiting, cluster, tmp_path / "small", 1)
        victim = _replica_that_runs(cluster, tmp_path / "small")
        victim.kill()
        (tmp_path / "small.awaited").touch()
        assert small.result(SECONDS).status_code == 200
        cluster.wait_until(victim, "DOWN")
        victim.start()
        cluster.wait_until(victim, "UP")


def test_after_a_cut_only_requests_at_that_replica_fail_until_the_check(
    cluster: Cluster, round_number: int
) -> None:
    victim = cluster.replicas[0]
    with traffic(cluster) as load:
        load.wait_for_answers(_MANY, timeout_seconds=SECONDS)
        began = time.monotonic()
        victim.cut_off()
        cluster.wait_until(victim, "DOWN")
        load.wait_for_answers(1, timeout_seconds=SECONDS)
        seconds = time.monotonic() - began
        during = len(load.failures())
        load.wait_for_answers(_MANY, timeout_seconds=SECONDS)
        victim.reconnect()
        cluster.wait_until(victim, "UP")
        cluster.wait_until_used(requests_each=_MANY)
    report(f"cut-off, noticed after {seconds:.1f} s", load)
    assert len(load.failures()) == during
    assert all(len(record.failures) <= 1 for record in load.records)


def _ask_waiting(cluster: Cluster, file: Path, count: int) -> requests.Response:
    """Sends a request that is answered when the file NAME.awaited exists."""
    inputs = {
        "x": [1.0] * count,
        "started": [str(file)] * count,
        "awaited": [f"{file}.awaited"] * count,
    }
    url = f"{cluster.rest_url}/v1/models/{_WAITING}:predict"
    return requests.post(url, json={"inputs": inputs}, timeout=SECONDS)


def _replica_that_runs(cluster: Cluster, started: Path) -> Replica:
    """Returns the replica that runs the only request in progress, which writes this file."""
    wait_for(bool, started.exists, timeout_seconds=SECONDS)
    servers = cluster.balancer.servers()
    (victim,) = (replica for replica in cluster.replicas if servers["rest", replica.name].running)
    return victim
