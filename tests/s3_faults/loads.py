# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs loads from an S3 server with a random fault each, and checks the results.

Example:
    with Reader(storage, number=0) as reader:
        reader.run(seed=7, number=12)

The seed and the number define a load. The expected results:

    * It succeeds with the right bytes, or fails with an error that names the object and the fault.
      The bytes of a replaced object are all from before or all from after the replacement.
    * It succeeds if there is only one temporary fault.
    * It does not take longer than the client's timeout allows.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import random
from typing import Self

from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from tests.s3_faults.expectations import BUCKET, WrongOutcomeError, find_error
from tests.s3_faults.faulty_client import Attempt, FaultyClient
from tests.support.fault_proxy import (
    Fault,
    Kind,
)
from tests.support.reverse_proxy import Request

_SIZES = (0, 1, 1_000, 100_000, 1_000_000, 9_000_000, 20_000_000)
_TIMEOUT_SECONDS = 3.0  # S3_REQUEST_TIMEOUT_MSEC
_READS = ("whole", "forward", "random")
_NAMES = ("a", "b c", "d+e", "ü")

_KINDS = list(Kind)
_OF_OBJECTS = (Kind.CORRUPTED, Kind.OTHER_RANGE, Kind.REPLACED, Kind.DELETED)


@dataclasses.dataclass(frozen=True)
class Load(Attempt):
    """One load.

    Attributes:
        what: The operation of the driver.
        size: The size of the object.
    """

    what: str
    size: int


def choose(seed: int, number: int) -> Load:
    """Chooses a load."""
    dice = random.Random(f"{seed} {number}")
    what = dice.choice((*_READS, *_READS, "list", "stat"))
    kinds = [kind for kind in _KINDS if what in _READS or kind not in _OF_OBJECTS]
    return Load(
        seed=seed,
        number=number,
        what=what,
        size=dice.choice(_SIZES),
        fault=Fault(dice.choice(kinds), dice.random()),
        skip=dice.choice((0, 0, 0, 1, 2)),
        times=dice.choice((1, 1, 1, 2, None)),
    )


class Reader(FaultyClient):
    """A process that loads objects through a proxy that injects faults."""

    def __init__(self, storage: SeaweedFS, number: int) -> None:
        """Prepares the reader; a `with` block runs it."""
        super().__init__(
            storage, f"reader-{number}", timeout_seconds=_TIMEOUT_SECONDS, change=self._change
        )

    def __enter__(self) -> Self:
        """Stores the objects and starts the process."""
        for size in _SIZES:
            self._put(self._key(size), _content(size))
        for name in _NAMES:
            self._put(f"{self._prefix}/names/{name}", b"content")
        return super().__enter__()

    def run(self, seed: int, number: int) -> None:
        """Runs the load of `choose` and checks the result.

        Raises:
            WrongOutcomeError: The result is wrong.
            DriverError: The process did not respond.
        """
        load = choose(seed, number)
        directory = load.what == "list"
        key = f"{self._prefix}/names" if directory else self._key(load.size)
        url = f"s3://{BUCKET}/{key}"
        done, requests = self._do(load.what, url, load)
        struck = len(requests)
        if struck and load.fault.kind in (Kind.REPLACED, Kind.DELETED):
            self._put(key, _content(load.size))
        self.outcomes.append(f"{load.fault.kind.name}: {'failed' if done.code else 'ok'}")
        wrong = find_error(url, load.fault.kind, struck, done, timeout_seconds=_TIMEOUT_SECONDS)
        if done.code == 0 and done.sha256 not in _expected(load):
            wrong = "it read the wrong bytes"
        if wrong:
            raise WrongOutcomeError(f"{wrong}\n  {load}\n  {struck} requests struck\n  {done}")

    def _key(self, size: int) -> str:
        return f"{self._prefix}/object-of-{size}"

    def _put(self, key: str, content: bytes) -> None:
        self._client.put_object(Bucket=BUCKET, Key=key, Body=content)

    def _change(self, request: Request, kind: Kind) -> None:
        key = request.path.removeprefix(f"/{BUCKET}/")
        if kind is Kind.DELETED:
            self._client.delete_object(Bucket=BUCKET, Key=key)
        else:
            size = int(key.rpartition("-")[2])
            self._put(key, _replacement(size))


def _expected(load: Load) -> tuple[str, ...]:
    if load.what == "stat":
        return (_sha256(str(load.size).encode()),)
    if load.what == "list":
        return (_sha256("".join(f"{name}\n" for name in sorted(_NAMES)).encode()),)
    if load.fault.kind is Kind.REPLACED:  # The replacement may come before the first byte.
        return _sha256_of_content(load.size), _sha256(_replacement(load.size))
    return (_sha256_of_content(load.size),)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@functools.cache
def _sha256_of_content(size: int) -> str:
    return _sha256(_content(size))


def _replacement(size: int) -> bytes:
    return bytes(size)


@functools.cache
def _content(size: int) -> bytes:
    return random.Random(size).randbytes(size)
