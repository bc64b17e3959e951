# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""A simple load: clients that send the same request one after the other.

The clients are threads of one Python process, which sends a few thousand requests a second. For the
limits of a server, use wrk, h2load or ghz.
"""

from __future__ import annotations

import collections
import dataclasses
import threading
import time
from collections.abc import Callable, Sequence

from tensorflow_serving_s3.errors import RequestError

_PERCENTILES = (50.0, 90.0, 95.0, 99.0, 99.9)


@dataclasses.dataclass(frozen=True)
class BenchReport:
    """The results of a load.

    Attributes:
        requests: The number of answered requests, failed ones included.
        failed: The number of requests that failed.
        errors: How often each error occurred, at most ten errors.
        seconds: The duration.
        per_second: The successful requests per second.
        mean_ms: The mean latency of successful requests in milliseconds.
        max_ms: The highest one.
        percentiles_ms: The latencies by percentile, such as `{"p99": 3.2}`.
    """

    requests: int
    failed: int
    errors: dict[str, int]
    seconds: float
    per_second: float
    mean_ms: float
    max_ms: float
    percentiles_ms: dict[str, float]


def bench(
    send: Callable[[], object],
    *,
    clients: int,
    seconds: float | None = None,
    requests: int | None = None,
    warmup: int = 10,
    on_request: Callable[[int], None] = lambda _: None,
) -> BenchReport:
    """Sends requests and measures their latencies.

    Args:
        send: Sends one request; called from all threads.
        clients: The number of threads.
        seconds: How long to send; None: until `requests` are answered.
        requests: How many requests to send; None: no limit.
        warmup: The requests before the measurement.
        on_request: Called now and then with the number of requests so far.

    Raises:
        RequestError: The first request of the warmup failed.
        ValueError: Neither `seconds` nor `requests` is given.
    """
    if seconds is None and requests is None:
        raise ValueError("give seconds or requests")
    for _ in range(max(1, warmup)):
        send()
    run = _Run(send, requests, on_request)
    started = time.perf_counter()
    deadline = None if seconds is None else started + seconds
    threads = [
        threading.Thread(target=run.send_all, args=(deadline,), daemon=True) for _ in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return report(run.latencies, run.errors, time.perf_counter() - started)


def report(
    latencies: Sequence[float], errors: collections.Counter[str], seconds: float
) -> BenchReport:
    """Returns the report of some latencies in seconds."""
    ordered = sorted(latencies)
    failed = sum(errors.values())
    return BenchReport(
        len(ordered) + failed,
        failed,
        dict(errors.most_common(10)),
        round(seconds, 3),
        round(len(ordered) / seconds, 1) if seconds else 0.0,
        round(1000 * sum(ordered) / len(ordered), 3) if ordered else 0.0,
        round(1000 * ordered[-1], 3) if ordered else 0.0,
        {f"p{p:g}": round(1000 * percentile(ordered, p), 3) for p in _PERCENTILES},
    )


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Returns the smallest value that at least `percent` of the values do not exceed; 0 if none."""
    if not ordered:
        return 0.0
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(0, min(len(ordered) - 1, int(rank) - 1))]


class _Run:
    """The state that the threads of a load share."""

    def __init__(
        self, send: Callable[[], object], limit: int | None, on_request: Callable[[int], None]
    ) -> None:
        self._send = send
        self._limit = limit
        self._on_request = on_request
        self._lock = threading.Lock()
        self._begun = 0
        self.latencies: list[float] = []
        self.errors: collections.Counter[str] = collections.Counter()

    def send_all(self, deadline: float | None) -> None:
        while self._begin(deadline):
            before = time.perf_counter()
            try:
                self._send()
            except RequestError as error:
                with self._lock:
                    self.errors[str(error)] += 1
                continue
            latency = time.perf_counter() - before
            with self._lock:
                self.latencies.append(latency)

    def _begin(self, deadline: float | None) -> bool:
        if deadline is not None and time.perf_counter() >= deadline:
            return False
        with self._lock:
            if self._limit is not None and self._begun >= self._limit:
                return False
            self._begun += 1
            begun = self._begun
        self._on_request(begun)
        return True
