# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs writes to an S3 server with a random fault each, and checks the results.

Example:
    with Writer(storage, number=0) as writer:
        writer.run(seed=7, number=12)

The seed and the number define a write. The expected results:

    * It succeeds, and the object has the written bytes. Or it fails with an error that names the
      object and the fault, and the object is unchanged or has all written bytes: the response of
      the store may be lost.
    * It succeeds if there is only one temporary fault.
    * No multipart upload is left, unless all later requests failed, or the response with its ID was
      lost.
    * It does not take longer than the client's timeout allows.
"""

from __future__ import annotations

import dataclasses
import hashlib
import random

from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from tests.s3_faults.driver import Done
from tests.s3_faults.expectations import BUCKET, WrongOutcomeError, find_error
from tests.s3_faults.faulty_client import Attempt, FaultyClient
from tests.support.fault_proxy import (
    TRANSIENT,
    Fault,
    Kind,
    Struck,
)

_TIMEOUT_SECONDS = 0.4  # S3_REQUEST_TIMEOUT_MSEC
# The timeout multiplier for the completion of an upload.
_STORE_TIMEOUTS = 40
_MOST_SECONDS = 300.0
_KINDS = (
    *TRANSIENT,
    Kind.FORBIDDEN,
    Kind.EXPIRED_TOKEN,
    Kind.MOVED,
    Kind.NOT_HTTP,
)


@dataclasses.dataclass(frozen=True)
class Write(Attempt):
    """One write.

    Attributes:
        replaces: Whether the object exists before.
    """

    replaces: bool


def choose(seed: int, number: int) -> Write:
    """Chooses a write."""
    dice = random.Random(f"{seed} {number}")
    return Write(
        seed=seed,
        number=number,
        replaces=dice.random() < 0.5,
        fault=Fault(dice.choice(_KINDS), dice.random()),
        skip=dice.choice((0, 0, 0, 1, 2, 3)),
        times=dice.choice((1, 1, 1, 2, None)),
    )


class Writer(FaultyClient):
    """A process that writes objects through a proxy that injects faults."""

    def __init__(self, storage: SeaweedFS, number: int) -> None:
        """Prepares the writer; a `with` block runs it."""
        super().__init__(storage, f"writer-{number}", timeout_seconds=_TIMEOUT_SECONDS)

    def run(self, seed: int, number: int) -> None:
        """Runs the write of `choose` and checks the result.

        Raises:
            WrongOutcomeError: The result is wrong.
            DriverError: The process did not respond.
        """
        write = choose(seed, number)
        key = f"{self._prefix}/object-{number}"
        url = f"s3://{BUCKET}/{key}"
        # Writes the same bytes without a fault, to know their hash.
        whole = self._driver.do("write", f"{url}-whole", number)
        self.outcomes.append(f"{write.fault.kind.name}: {'failed' if whole.code else 'ok'}")
        if whole.code:
            raise WrongOutcomeError(f"it failed before there was a fault\n  {write}\n  {whole}")
        if write.replaces:
            self._client.put_object(Bucket=BUCKET, Key=key, Body=b"before")
        before = self._sha256(key)
        done, struck = self._do("write", url, write, timeout_seconds=_MOST_SECONDS)
        self.outcomes[-1] = f"{write.fault.kind.name}: {'failed' if done.code else 'ok'}"
        wrong = (
            find_error(
                url,
                write.fault.kind,
                len(struck),
                done,
                timeout_seconds=_STORE_TIMEOUTS * _TIMEOUT_SECONDS,
            )
            or self._find_error_in_store(key, before, whole.sha256, done)
            or self._what_is_left(key, write, struck)
        )
        if wrong:
            raise WrongOutcomeError(
                f"{wrong}\n  {write}\n  {len(struck)} requests struck\n  {done}"
            )

    def _find_error_in_store(self, key: str, before: str, whole: str, done: Done) -> str:
        now = self._sha256(key)
        if done.code == 0 and now != whole:
            return "it succeeded, and the object has other bytes"
        if now not in (before, whole):
            return "it failed, and the object has neither the old nor the new bytes"
        return ""

    def _what_is_left(self, key: str, write: Write, struck: tuple[Struck, ...]) -> str:
        begun = [one for one in struck if "uploads" in one.request.query]
        if write.times is None or begun:
            return ""
        answer = self._client.list_multipart_uploads(Bucket=BUCKET, Prefix=key)
        left = [upload["Key"] for upload in answer.get("Uploads", [])]
        return f"there are uploads left: {left}" if left else ""

    def _sha256(self, key: str) -> str:
        try:
            answer = self._client.get_object(Bucket=BUCKET, Key=key)
        except self._client.exceptions.NoSuchKey:
            return ""
        return hashlib.sha256(answer["Body"].read()).hexdigest()
