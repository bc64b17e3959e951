# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The S3 requests of this process, counted by the shared object."""

from __future__ import annotations

import ctypes
import dataclasses
import json
from collections.abc import Mapping

from tensorflow_serving_s3.errors import FilesystemError
from tensorflow_serving_s3.filesystem._plugin import load_registered

_FIRST_SIZE = 16_384


@dataclasses.dataclass(frozen=True)
class LatencyHistogram:
    """The durations of requests, from the wait for a connection to the last byte.

    Attributes:
        limits: The upper limits of the buckets in seconds, increasing.
        counts: The requests in each bucket. The last bucket, above the last limit, has no limit.
        sum_seconds: The sum of all durations.
    """

    limits: tuple[float, ...]
    counts: tuple[int, ...]
    sum_seconds: float


@dataclasses.dataclass(frozen=True)
class OperationStats:
    """One operation of the S3 API.

    Attributes:
        requests: The number of requests, including retries, by the HTTP status of the response;
            0: no complete response.
        errors: Operations that failed after all attempts. A missing object does not count, because
            TensorFlow checks whether objects exist.
        latency: The durations of the requests.
    """

    requests: Mapping[int, int]
    errors: int
    latency: LatencyHistogram


@dataclasses.dataclass(frozen=True)
class Stats:
    """The counts since the start of the process; they never decrease.

    After a fork the child starts with the counts of its parent.

    Attributes:
        operations: By the name in the S3 API, such as "GetObject"; includes unused operations.
        received_bytes: Bytes of response bodies: objects, listings and errors.
        sent_bytes: Bytes of request bodies, including retries.
        retries: Attempts after the first one of an operation.
    """

    operations: Mapping[str, OperationStats]
    received_bytes: int
    sent_bytes: int
    retries: int


def stats() -> Stats:
    """Returns the counts so far.

    The counts have no common lock: a running request may be included in some of them and not in
    others. Thread-safe.

    Raises:
        FilesystemError: `register` was not called before.
    """
    library = load_registered()
    if library is None:
        raise FilesystemError("s3://: there are no counts before register() was called")
    told = json.loads(_stats_json(library))
    limits = tuple(told["latency_limits"])
    return Stats(
        operations={
            name: OperationStats(
                requests={int(status): count for status, count in one["requests"].items()},
                errors=one["errors"],
                latency=LatencyHistogram(limits, tuple(one["latency"]), one["latency_sum_seconds"]),
            )
            for name, one in told["operations"].items()
        },
        received_bytes=told["received_bytes"],
        sent_bytes=told["sent_bytes"],
        retries=told["retries"],
    )


def _stats_json(library: ctypes.CDLL) -> bytes:
    function = library.TFS3_StatsJson
    function.argtypes = (ctypes.c_char_p, ctypes.c_size_t)
    function.restype = ctypes.c_size_t
    size = _FIRST_SIZE
    while True:
        buffer = ctypes.create_string_buffer(size)
        needed: int = function(buffer, size)
        if needed < size:
            return buffer.value
        size = 2 * needed
