# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""A proxy in front of an S3 server that writes down every request: what a client really costs.

Example:
    with CountingProxy(storage.endpoint) as proxy:
        subprocess.run([...], env={**storage.env(), "AWS_ENDPOINT_URL_S3": proxy.url})
        assert [request.method for request in proxy.requests()] == ["GET", "PUT"]
"""

from __future__ import annotations

import dataclasses
import http.client
import http.server
import threading
import time
import urllib.parse
from collections.abc import Callable
from types import TracebackType
from typing import Self

_UPSTREAM_SECONDS = 60.0
_SHUTDOWN_POLL_SECONDS = 0.05
# What concerns one connection only, RFC 9110, section 7.6.1; bodies are passed on whole, with their
# length.
_OF_ONE_CONNECTION = frozenset(
    ("connection", "content-length", "keep-alive", "proxy-connection", "te", "transfer-encoding")
)
_WITHOUT_BODY = (204, 304)


@dataclasses.dataclass(frozen=True)
class RecordedRequest:
    """One request, and how it was answered.

    Attributes:
        method: Such as "GET".
        path: The path as it was sent, still percent-encoded, without the query.
        query: The parameters, decoded. Of one that comes several times, the last value.
        status: The HTTP status code of the answer.
        seconds: When the request came, on the clock of `time.monotonic`.
    """

    method: str
    path: str
    query: dict[str, str]
    status: int
    seconds: float

    @property
    def is_list(self) -> bool:
        """Whether it is an S3 ListObjectsV2."""
        return self.method == "GET" and self.query.get("list-type") == "2"


class CountingProxy:
    """Passes HTTP requests on to one server, each as it is, its Host header included.

    So signatures of S3 stay valid. Listens on a free port of 127.0.0.1, with one thread and one
    connection to the server for each of its clients' connections. A request is recorded before its
    answer is passed on: who has an answer finds its request here. One that the server does not
    answer is recorded with the status 502.

    Attributes:
        url: Where it listens, as in AWS_ENDPOINT_URL_S3; without a slash at its end.
    """

    def __init__(self, upstream: str) -> None:
        """Prepares a proxy; a `with` block runs it.

        Args:
            upstream: The URL of the server, as in "http://127.0.0.1:8333".
        """
        address = urllib.parse.urlsplit(upstream)
        if address.scheme != "http" or address.hostname is None or address.port is None:
            raise ValueError(f"{upstream}: give a URL like http://127.0.0.1:8333")
        self._changed = threading.Condition()
        self._requests: list[RecordedRequest] = []
        self._server = _Server(address.hostname, address.port, self._record)
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            args=(_SHUTDOWN_POLL_SECONDS,),
            name="counting proxy",
            daemon=True,
        )
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        """Starts serving."""
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stops listening."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def requests(self) -> tuple[RecordedRequest, ...]:
        """Returns the requests since the start or the last `clear`, in the order of answers."""
        with self._changed:
            return tuple(self._requests)

    def clear(self) -> None:
        """Forgets all requests."""
        with self._changed:
            self._requests.clear()

    def wait_for(self, count: int, *, timeout_seconds: float) -> tuple[RecordedRequest, ...]:
        """Waits until there are so many requests, and returns all that there are then.

        Raises:
            TimeoutError: There are fewer when the time is over.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._requests) >= count, timeout_seconds):
                raise TimeoutError(
                    f"{len(self._requests)} of {count} requests in {timeout_seconds:g} s"
                )
            return tuple(self._requests)

    def _record(self, request: RecordedRequest) -> None:
        with self._changed:
            self._requests.append(request)
            self._changed.notify_all()


class _Server(http.server.ThreadingHTTPServer):
    block_on_close = False  # A client may keep its idle connections as long as it likes.
    request_queue_size = 128

    def __init__(self, host: str, port: int, record: Callable[[RecordedRequest], None]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = (host, port)
        self.record = record


class _Handler(http.server.BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    server: _Server
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self._upstream = http.client.HTTPConnection(
            *self.server.upstream, timeout=_UPSTREAM_SECONDS
        )

    def finish(self) -> None:
        self._upstream.close()
        super().finish()

    def do_GET(self) -> None:
        came = time.monotonic()
        target = urllib.parse.urlsplit(self.path)
        try:
            answer = self._ask_upstream()
            body = answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException) as error:
            self._upstream.close()
            self._record(target, 502, came)
            self.send_error(502, f"the server behind this proxy does not answer: {error}")
            return
        self._record(target, status, came)
        self.send_response_only(status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in _OF_ONE_CONNECTION:
                self.send_header(name, value)
        # The answer to HEAD tells the length of a body that it does not have.
        length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(body))
        if length is not None and status not in _WITHOUT_BODY:
            self.send_header("Content-Length", length)
        self.end_headers()
        self.wfile.write(body)

    do_DELETE = do_HEAD = do_POST = do_PUT = do_GET

    def _ask_upstream(self) -> http.client.HTTPResponse:
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(length)
        self._upstream.putrequest(
            self.command, self.path, skip_host=True, skip_accept_encoding=True
        )
        for name, value in self.headers.items():
            if name.lower() not in _OF_ONE_CONNECTION and name.lower() != "expect":
                self._upstream.putheader(name, value)
        if "Content-Length" in self.headers:
            self._upstream.putheader("Content-Length", str(length))
        self._upstream.endheaders(body)
        return self._upstream.getresponse()

    def _record(self, target: urllib.parse.SplitResult, status: int, came: float) -> None:
        query = dict(urllib.parse.parse_qsl(target.query, keep_blank_values=True))
        self.server.record(RecordedRequest(self.command, target.path, query, status, came))

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the requests are recorded."""
