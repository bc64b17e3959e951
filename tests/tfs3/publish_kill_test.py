# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Kills `tfs3 publish` at random points: no server loads the partial version."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tensorflow_serving_s3.publishing import publish
from tensorflow_serving_s3.storage import find_versions
from tensorflow_serving_s3.testing import saved_models
from tensorflow_serving_s3.testing.model_server import ModelServer
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from tests.tfs3.killing_proxy import KillingProxy, Moment

_POINTS = 20
_SEED = 20261129
_MIB = 2**20
# Large files have parts of 8 MiB.
_MODEL_MIB = 20


@pytest.fixture(scope="module")
def storage() -> Iterator[SeaweedFS]:
    """An S3 server with the bucket `models`."""
    with SeaweedFS(buckets=["models"]) as server:
        yield server


@pytest.fixture(scope="module")
def proxy(storage: SeaweedFS) -> Iterator[KillingProxy]:
    """The proxy between the command and the S3 server."""
    with KillingProxy(storage.endpoint) as running:
        yield running


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SavedModel with a variables file of several parts, and more files."""
    folder = saved_models.save_large(
        tmp_path_factory.mktemp("saved_models") / "large", mebibytes=_MODEL_MIB
    )
    for number in range(3):
        (folder / "assets" / f"words-{number}.txt").write_text(str(number) * 1000)
    return folder


def _start(
    model: Path, base_path: str, storage: SeaweedFS, endpoint: str
) -> subprocess.Popen[bytes]:
    env = {**os.environ, **storage.env(), "AWS_ENDPOINT_URL_S3": endpoint}
    env["PYTHONPATH"] = os.pathsep.join(sys.path)
    command = [sys.executable, "-m", "tensorflow_serving_s3.cli", "publish", "--json"]
    return subprocess.Popen(
        [*command, "--version=2", "--threads=3", str(model), base_path],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _publish(model: Path, base_path: str, storage: SeaweedFS, proxy: KillingProxy) -> Any:
    process = _start(model, base_path, storage, proxy.url)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err.decode() + out.decode()
    return json.loads(out)


def test_a_killed_publication_is_ignored_and_completed_by_the_next(
    model: Path, storage: SeaweedFS, proxy: KillingProxy
) -> None:
    proxy.arm(0, Moment.BEFORE)
    whole = _publish(model, "s3://models/whole", storage, proxy)
    requests = proxy.count
    assert whole["uploaded_bytes"] > _MODEL_MIB * _MIB
    choice = random.Random(_SEED)
    continued = 0
    for point in range(_POINTS):
        base_path = f"s3://models/killed-{point}"
        number = choice.randint(1, requests)
        moment = choice.choice(list(Moment))
        proxy.arm(number, moment)
        process = _start(model, base_path, storage, proxy.url)
        proxy.aim(process.pid)
        process.communicate(timeout=120)
        # Requests in parallel finish in any order, so the last ones may never be reached.
        assert process.returncode in (-9, 0), (point, number, moment)
        stored = find_versions(base_path, client=storage.client()).versions
        last_is_stored = number == requests and moment is Moment.AFTER
        if process.returncode == -9 and not last_is_stored:
            assert not [v for v in stored if v.is_complete], (point, number, moment)
        if any(version.is_complete for version in stored):
            continue
        again = publish(model, base_path, 2, client=storage.client())
        continued += again.skipped_bytes > 0
        (version,) = find_versions(base_path, client=storage.client()).versions
        assert (version.number, version.is_complete, version.missing) == (2, True, "")
        assert version.size == whole["uploaded_bytes"]
    assert continued >= _POINTS // 4, "no publication used what the killed one had stored"


def test_a_server_ignores_the_rest_of_a_killed_publication(
    model: Path, storage: SeaweedFS, proxy: KillingProxy, tmp_path: Path
) -> None:
    base_path = "s3://models/served"
    half = saved_models.save_half_plus_three(tmp_path / "half")
    publish(half, base_path, 1, client=storage.client())
    # After the files, before saved_model.pb.
    proxy.arm(0, Moment.BEFORE)
    _publish(model, "s3://models/count", storage, proxy)
    proxy.arm(proxy.count, Moment.BEFORE)
    process = _start(model, base_path, storage, proxy.url)
    proxy.aim(process.pid)
    process.communicate(timeout=120)
    proxy.arm(0, Moment.BEFORE)
    with ModelServer(base_path, env=storage.env()) as server:
        server.wait_until_available(1)
        states = server.status().states()
        assert (states[1], states.get(2)) == ("AVAILABLE", "START")
        _publish(model, base_path, storage, proxy)
        server.wait_until_available(2)
