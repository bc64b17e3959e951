# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""A proxy of an S3 server that records every request.

Example:
    with CountingProxy(storage.endpoint) as proxy:
        subprocess.run([...], env={**storage.env(), "AWS_ENDPOINT_URL_S3": proxy.url})
        assert [request.method for request in proxy.requests()] == ["GET", "PUT"]
"""

from __future__ import annotations

import dataclasses
import threading
import time

from tests.support.reverse_proxy import Exchange, ReverseProxy, UpstreamError


@dataclasses.dataclass(frozen=True)
class RecordedRequest:
    """A request and the status of its response.

    Attributes:
        method: Such as "GET".
        path: The percent-encoded path, without the query.
        query: The decoded parameters. The last value of a repeated parameter.
        status: The HTTP status code of the response.
        seconds: The time of arrival, on the clock of `time.monotonic`.
    """

    method: str
    path: str
    query: dict[str, str]
    status: int
    seconds: float

    @property
    def is_list(self) -> bool:
        """Whether the request is an S3 ListObjectsV2."""
        return self.method == "GET" and self.query.get("list-type") == "2"


class CountingProxy(ReverseProxy):
    """Forwards HTTP requests to one server and records them.

    A request is recorded before its response is sent to the client. A request without a response of
    the server is recorded with the status 502.
    """

    def __init__(self, upstream: str) -> None:
        """Creates a proxy; a `with` block runs it.

        Args:
            upstream: The URL of the server, as in "http://127.0.0.1:8333".
        """
        super().__init__(upstream)
        self._changed = threading.Condition()
        self._requests: list[RecordedRequest] = []

    def handle(self, exchange: Exchange) -> None:
        """Records the request and forwards the response."""
        arrival = time.monotonic()
        try:
            answer = exchange.fetch()
        except UpstreamError:
            self._record(exchange, 502, arrival)
            raise
        self._record(exchange, answer.status, arrival)
        exchange.pass_on(answer)

    def requests(self) -> tuple[RecordedRequest, ...]:
        """Returns the requests since the start or the last `clear`, in the order of answers."""
        with self._changed:
            return tuple(self._requests)

    def clear(self) -> None:
        """Forgets all requests."""
        with self._changed:
            self._requests.clear()

    def wait_for(self, count: int, *, timeout_seconds: float) -> tuple[RecordedRequest, ...]:
        """Blocks until there are at least `count` requests, and returns all of them.

        Raises:
            TimeoutError: There are fewer requests after the timeout.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._requests) >= count, timeout_seconds):
                raise TimeoutError(
                    f"{len(self._requests)} of {count} requests in {timeout_seconds:g} s"
                )
            return tuple(self._requests)

    def _record(self, exchange: Exchange, status: int, arrival: float) -> None:
        request = exchange.request
        recorded = RecordedRequest(
            request.method, request.path, dict(request.query), status, arrival
        )
        with self._changed:
            self._requests.append(recorded)
            self._changed.notify_all()
