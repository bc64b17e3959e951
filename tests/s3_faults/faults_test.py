# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests loads from S3 and writes to it, each with a random fault.

loads.py and writes.py define the expected results. Environment variables:

    FAULT_SEED    the seed (1); "random" chooses and prints one
    FAULT_LOADS   the number of loads (100)
    FAULT_WRITES  the number of writes (40)
    FAULT_ONE     runs only the load or write of this number
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from tests.s3_faults.expectations import BUCKET
from tests.s3_faults.loads import Reader
from tests.s3_faults.workers import Worker, run_all
from tests.s3_faults.writes import Writer
from tests.support.fault_proxy import seed_of_environment


@pytest.fixture(scope="module")
def storage() -> Iterator[SeaweedFS]:
    """A running server."""
    with SeaweedFS(buckets=[BUCKET]) as server:
        yield server


def _run(new_worker: Callable[[int], Worker], count: int) -> None:
    seed = seed_of_environment()
    one = os.environ.get("FAULT_ONE")
    numbers = range(count) if one is None else [int(one)]
    print(f"FAULT_SEED={seed}, {len(numbers)} in all")
    outcomes = run_all(new_worker, numbers, seed=seed)
    for outcome, times in outcomes.items():
        print(f"{times:6} {outcome}")
    assert sum(outcomes.values()) == len(numbers)


def test_every_load_succeeds_with_the_right_bytes_or_names_its_fault(storage: SeaweedFS) -> None:
    count = int(os.environ.get("FAULT_LOADS", "100"))
    _run(lambda number: Reader(storage, number), count)


def test_every_write_is_whole_or_names_its_fault_and_leaves_nothing(storage: SeaweedFS) -> None:
    count = int(os.environ.get("FAULT_WRITES", "40"))
    _run(lambda number: Writer(storage, number), count)
