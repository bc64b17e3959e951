# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The base class of the proxies between an S3 server and its clients in tests.

Example:
    class SlowProxy(ReverseProxy):
        def handle(self, exchange: Exchange) -> None:
            answer = exchange.fetch()
            self.wait_for_something()
            exchange.pass_on(answer)

    with SlowProxy(storage.endpoint) as proxy:
        subprocess.run([...], env={**storage.env(), "AWS_ENDPOINT_URL_S3": proxy.url})

Requests are forwarded unchanged, including the Host header, so that S3 signatures stay valid.
Bodies are forwarded in large pieces as they arrive, answers with a Content-Length. One proxy
transfers several hundred megabytes per second.
"""

from __future__ import annotations

import abc
import contextlib
import dataclasses
import http.client
import socket
import threading
import urllib.parse
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Self

from tensorflow_serving_s3.testing._ports import pick_free_ports

from tests.support.http_stream import HttpStream, UpstreamConnection, parse_head

_BACKLOG = 512
_BIND_ATTEMPTS = 20
# Hop-by-hop headers, RFC 9110, section 7.6.1. Bodies are forwarded with a Content-Length.
_HOP_BY_HOP = frozenset(("connection", "keep-alive", "proxy-connection", "te", "transfer-encoding"))
_WITHOUT_BODY = (204, 304)


class UpstreamError(Exception):
    """The server did not answer, or not completely."""


@dataclasses.dataclass(frozen=True)
class Request:
    """The head of one request.

    Attributes:
        method: Such as "GET".
        path: The percent-encoded path, without the query.
        query: The decoded parameters. The last value of a repeated parameter.
        headers: The values by lower-case name.
        head: All bytes before the body.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    head: bytes

    @property
    def is_list(self) -> bool:
        """Whether the request is an S3 ListObjectsV2."""
        return self.method == "GET" and self.query.get("list-type") == "2"


class Answer:
    """A response of the server, of which only the head was received.

    Attributes:
        status: The HTTP status code.
        headers: Names and values, without hop-by-hop headers.
        length: The length of the body in bytes; 0 for a response to HEAD.
    """

    def __init__(self, stream: HttpStream, *, to: Request) -> None:
        """Reads the head of the response to a request.

        Raises:
            UpstreamError: The connection was closed, or the response is not HTTP.
        """
        self._stream = stream
        self._whole: bytes | None = None
        while True:
            head = stream.read_head()
            if head is None:
                raise UpstreamError("the connection was closed")
            line, headers = parse_head(head)
            words = line.split(" ", 2)
            if len(words) < 2 or not words[1].isdigit():
                raise UpstreamError(f"{line!r} is not an HTTP answer")
            self.status = int(words[1])
            if self.status >= 200:
                break
        self.headers = tuple(
            (name, value) for name, value in headers if name.lower() not in _HOP_BY_HOP
        )
        given = {name.lower(): value for name, value in headers}
        self._close = given.get("connection", "").lower() == "close"
        if to.method == "HEAD" or self.status in _WITHOUT_BODY:
            self.length = 0
        elif given.get("transfer-encoding", "").lower() == "chunked":
            self._whole = stream.read_chunked()
            self.length = len(self._whole)
        elif "content-length" in given:
            self.length = int(given["content-length"])
        else:
            self._whole = b"".join(bytes(piece) for piece in stream.read_pieces(None))
            self._close = True
            self.length = len(self._whole)
        self._left = self.length

    def head(self, changes: Mapping[str, str | None] | None = None) -> bytes:
        """Returns the head that is sent to the client.

        Args:
            changes: Headers to set, or to remove if the value is None; by lower-case name.
        """
        fields = {name.lower(): (name, value) for name, value in self.headers}
        if self._whole is not None:
            fields["content-length"] = ("Content-Length", str(self.length))
        for name, value in (changes or {}).items():
            fields.pop(name, None)
            if value is not None:
                fields[name] = (name, value)
        return make_head(self.status, dict(fields.values()))

    def body(self, most: int | None = None) -> Iterator[memoryview]:
        """Yields the body in pieces. A piece is valid until the next one.

        Args:
            most: The maximum number of bytes; None: the rest of the body.

        Raises:
            UpstreamError: The connection was closed before the end of the body.
        """
        wanted = self._left if most is None else min(most, self._left)
        if self._whole is not None:
            start = self.length - self._left
            self._left -= wanted
            yield memoryview(self._whole)[start : start + wanted]
            return
        pieces = self._stream.read_pieces(wanted)
        while wanted:
            try:
                piece = next(pieces, None)
            except OSError as error:
                raise UpstreamError(f"the body ended too early: {error}") from error
            if piece is None:
                break
            self._left -= len(piece)
            wanted -= len(piece)
            yield piece
        if wanted:
            raise UpstreamError(f"the last {self._left} of {self.length} bytes are missing")

    def is_reusable(self) -> bool:
        """Whether the connection can be used for another request."""
        return self._left == 0 and not self._close


def make_head(status: int, headers: Mapping[str, str]) -> bytes:
    """Returns the bytes of a response before its body."""
    reason = http.client.responses.get(status, "")
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {headers[name]}" for name in headers)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


class Exchange:
    """One request and its response.

    Attributes:
        request: The head of the request. Its body is read by `fetch`.
    """

    def __init__(self, request: Request, client: HttpStream, upstream: UpstreamConnection) -> None:
        """Starts after the head of the request was read."""
        self.request = request
        self._client = client
        self._upstream = upstream
        self._unread = True
        self._answer: Answer | None = None
        self.ends_connection = request.headers.get("connection", "").lower() == "close"

    def fetch(self) -> Answer:
        """Sends the request to the server and waits for the head of the response.

        Raises:
            UpstreamError: The server did not answer.
            OSError: The client closed the connection before the end of the request.
        """
        body = self._request_body()
        added = b""
        if self._is_chunked:
            whole = b"".join(bytes(piece) for piece in body)
            added = b"Content-Length: %d\r\n" % len(whole)
            body = iter([whole])
        try:
            stream = self._upstream.stream()
            stream.send(self._forwarded_head(added))
        except OSError as error:
            raise self._lost(error) from error
        for piece in body:
            try:
                stream.send(piece)
            except OSError:  # The server may answer before the end of the body and stop reading.
                self.close()
                break
        try:
            self._answer = Answer(stream, to=self.request)
        except (OSError, UpstreamError, ValueError) as error:
            raise self._lost(error) from error
        return self._answer

    def pass_on(self, answer: Answer) -> None:
        """Sends the response to the client as it arrives."""
        self.send(answer.head())
        for piece in answer.body():
            self.send(piece)

    def send(self, data: bytes | memoryview) -> None:
        """Sends bytes to the client.

        Raises:
            OSError: The client closed the connection.
        """
        self._client.send(data)

    def answer(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        """Answers instead of the server; the response to HEAD has no body."""
        length = {"Content-Length": str(len(body))}
        self.read_request_body()
        self.send(make_head(status, {**length, **(headers or {})}))
        if self.request.method != "HEAD":
            self.send(body)

    def read_request_body(self) -> None:
        """Reads and drops the rest of the request."""
        for _ in self._request_body():
            pass

    def close(self) -> None:
        """Closes the connection after this exchange. The client receives all sent bytes."""
        self.ends_connection = True

    def reset(self) -> None:
        """Resets the connection immediately. Sent bytes may be lost."""
        self._client.reset()
        self.ends_connection = True

    def wait_until_client_leaves(self) -> None:
        """Blocks until the client closes the connection or the proxy stops."""
        for _ in self._client.read_pieces(None):
            pass
        self.ends_connection = True

    def finish(self) -> None:
        """Prepares both connections for the next request, or closes them."""
        if self._answer is not None and not self._answer.is_reusable():
            self._upstream.close()
        if not self.ends_connection:
            self.read_request_body()

    @property
    def _is_chunked(self) -> bool:
        return self.request.headers.get("transfer-encoding", "").lower() == "chunked"

    def _lost(self, error: Exception) -> UpstreamError:
        self._upstream.close()
        return UpstreamError(f"{self.request.method} {self.request.path}: {error}")

    def _request_body(self) -> Iterator[bytes | memoryview]:
        if not self._unread:
            return
        self._unread = False
        headers = self.request.headers
        if headers.get("expect", "").lower() == "100-continue":
            self._client.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        if self._is_chunked:
            yield self._client.read_chunked()
            return
        left = int(headers.get("content-length", "0"))
        for piece in self._client.read_pieces(left):
            left -= len(piece)
            yield piece
        if left:
            raise ConnectionResetError("the client closed the connection within its request")

    def _forwarded_head(self, added: bytes) -> bytes:
        lines = self.request.head.split(b"\r\n")
        kept = [
            line
            for line in lines[1:]
            if (name := line.partition(b":")[0].decode("latin-1").lower()) not in _HOP_BY_HOP
            and name != "expect"
        ]
        return lines[0] + b"\r\n" + added + b"\r\n".join(kept)


class ReverseProxy(abc.ABC):
    """Forwards HTTP requests to one server; a subclass implements `handle`.

    Listens on a port of 127.0.0.1. Each client connection has one thread, with the URL as its name,
    and one connection to the server. All of them end with the `with` block.

    Attributes:
        url: The URL of the proxy, for AWS_ENDPOINT_URL_S3; without a trailing slash.
    """

    def __init__(self, upstream: str) -> None:
        """Creates a proxy; a `with` block runs it.

        Args:
            upstream: The URL of the server, as in "http://127.0.0.1:8333".
        """
        address = urllib.parse.urlsplit(upstream)
        if address.scheme != "http" or address.hostname is None or address.port is None:
            raise ValueError(f"{upstream}: give a URL like http://127.0.0.1:8333")
        self._address = (address.hostname, address.port)
        self._mutex = threading.Lock()
        self._ended = False
        self._connections: dict[threading.Thread, tuple[HttpStream, UpstreamConnection]] = {}
        self._listener, self._port = _listen_anywhere()
        self.url = f"http://127.0.0.1:{self._port}"
        self._acceptor = self._new_acceptor()

    def __enter__(self) -> Self:
        """Starts serving."""
        self._acceptor.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stops listening and closes every connection."""
        with self._mutex:
            self._ended = True
        self.stop_listening()
        with self._mutex:
            connections = dict(self._connections)
        for client, upstream in connections.values():
            client.shut_down()
            upstream.shut_down()
        for thread in connections:
            thread.join()

    @abc.abstractmethod
    def handle(self, exchange: Exchange) -> None:
        """Handles one request, on the thread of its connection.

        If it raises `UpstreamError` before a response was sent, the proxy answers with the status
        502. If it raises `OSError`, the proxy closes the connection.
        """

    def stop_listening(self) -> None:
        """Refuses new connections. Existing connections continue."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        if self._acceptor.ident is not None:
            self._acceptor.join()

    def listen_again(self) -> None:
        """Accepts connections again, on the same port."""
        with self._mutex:
            if self._ended:
                return
            self._listener = _listen(self._port)
            self._acceptor = self._new_acceptor()
            self._acceptor.start()

    def _new_acceptor(self) -> threading.Thread:
        return threading.Thread(
            target=self._accept, args=(self._listener,), name=self.url, daemon=True
        )

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client = HttpStream(listener.accept()[0])
            except OSError:
                return
            upstream = UpstreamConnection(self._address)
            thread = threading.Thread(
                target=self._serve, args=(client, upstream), name=self.url, daemon=True
            )
            with self._mutex:
                if self._ended:
                    client.close()
                    return
                self._connections[thread] = (client, upstream)
            thread.start()

    def _serve(self, client: HttpStream, upstream: UpstreamConnection) -> None:
        try:
            with contextlib.suppress(OSError, ValueError):
                while (head := client.read_head()) is not None:
                    exchange = Exchange(_parse_request(head), client, upstream)
                    self._handle(exchange, client)
                    exchange.finish()
                    if exchange.ends_connection:
                        break
        finally:
            client.close()
            upstream.close()
            with self._mutex:
                self._connections.pop(threading.current_thread(), None)

    def _handle(self, exchange: Exchange, client: HttpStream) -> None:
        sent_before = client.sent_bytes
        try:
            self.handle(exchange)
        except UpstreamError as error:
            exchange.close()
            if client.sent_bytes == sent_before:
                exchange.answer(502, f"the server of this proxy: {error}\n".encode())


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(_BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def _listen_anywhere() -> tuple[socket.socket, int]:
    # The kernel must not assign the port to another process after `stop_listening`.
    for attempt in range(1, _BIND_ATTEMPTS + 1):
        (port,) = pick_free_ports(1)
        try:
            return _listen(port), port
        except OSError:
            if attempt == _BIND_ATTEMPTS:
                raise
    raise AssertionError("not reached")


def _parse_request(head: bytes) -> Request:
    line, headers = parse_head(head)
    method, target, _ = line.split(" ")
    parts = urllib.parse.urlsplit(target)
    return Request(
        method=method,
        path=parts.path,
        query=dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True)),
        headers={name.lower(): value for name, value in headers},
        head=head,
    )
