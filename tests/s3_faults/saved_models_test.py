# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Saves SavedModels to S3 and loads them with TensorFlow, while a quarter of all requests fail.

Environment variables:

    FAULT_SEED    the seed (1); "random" chooses and prints one
    FAULT_MODELS  the number of models to save and to load (4)
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator

import pytest
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from tests.s3_faults.driver import Driver
from tests.support.fault_proxy import (
    TRANSIENT,
    FaultProxy,
    Kind,
    RandomFaults,
    no_faults,
    seed_of_environment,
)

_BUCKET = "models"
# Without faults in which the store is silent: the timeout of copies, and so of TensorFlow's
# renames, is 40 times S3_REQUEST_TIMEOUT_MSEC.
_WRITING = (Kind.INTERNAL_ERROR, Kind.SLOW_DOWN, Kind.REFUSED, Kind.RESET, Kind.TRUNCATED)
_READING = (*TRANSIENT, Kind.SHORT, Kind.OTHER_RANGE)
_SEED = seed_of_environment()
_MODELS = int(os.environ.get("FAULT_MODELS", "4"))
_MOST_SECONDS = 200.0
_MAIN = "from tests.s3_faults.tensorflow_driver import main; main()"


@pytest.fixture(scope="module")
def proxy() -> Iterator[FaultProxy]:
    """A proxy in front of a server."""
    with SeaweedFS(buckets=[_BUCKET]) as storage, FaultProxy(storage.endpoint) as running:
        yield running


@pytest.fixture(scope="module")
def driver(proxy: FaultProxy) -> Iterator[Driver]:
    """A process with TensorFlow."""
    env = {
        "AWS_ACCESS_KEY_ID": SeaweedFS.access_key,
        "AWS_SECRET_ACCESS_KEY": SeaweedFS.secret_key,
        "AWS_REGION": SeaweedFS.region,
        "AWS_ENDPOINT_URL_S3": proxy.url,
        "S3_REQUEST_TIMEOUT_MSEC": "1000",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    with Driver(env, command=[sys.executable, "-c", _MAIN]) as running:
        yield running


def _picked(number: int) -> str:
    text = " ".join(f"{index + number:.1f}" for index in (0, 12_345, 999_999))
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_model_that_was_saved_is_whole(proxy: FaultProxy, driver: Driver) -> None:
    saved = 0
    for number in range(_MODELS):
        url = f"s3://{_BUCKET}/saved-{number}"
        proxy.plan = RandomFaults(_SEED + number, 0.25, _WRITING)
        done = driver.do("save", url, number, timeout_seconds=_MOST_SECONDS)
        proxy.plan = no_faults
        if done.code:
            print(f"FAULT_SEED={_SEED}, {number}: {done.message}")
            assert url in done.message
            continue
        saved += 1
        loaded = driver.do("load", url, timeout_seconds=_MOST_SECONDS)
        assert (loaded.message, loaded.sha256) == ("", _picked(number))
    print(f"FAULT_SEED={_SEED}: {saved} of {_MODELS} models were saved")
    assert saved > 0


def test_a_model_that_was_loaded_is_right(proxy: FaultProxy, driver: Driver) -> None:
    url = f"s3://{_BUCKET}/to-load"
    assert driver.do("save", url, 7, timeout_seconds=_MOST_SECONDS).message == ""
    loaded = 0
    for number in range(_MODELS):
        proxy.plan = RandomFaults(_SEED + number, 0.25, _READING)
        done = driver.do("load", url, timeout_seconds=_MOST_SECONDS)
        proxy.plan = no_faults
        if done.code:
            print(f"FAULT_SEED={_SEED}, {number}: {done.message}")
            assert url in done.message
            continue
        loaded += 1
        assert done.sha256 == _picked(7)
    print(f"FAULT_SEED={_SEED}: {loaded} of {_MODELS} models were loaded")
    assert loaded > 0
