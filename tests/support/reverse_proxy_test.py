# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests ReverseProxy with servers that send all forms of HTTP bodies."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.support.local_server import LocalServer
from tests.support.reverse_proxy import Exchange, ReverseProxy

_SECONDS = 30.0


class _Plain(ReverseProxy):
    def handle(self, exchange: Exchange) -> None:
        exchange.pass_on(exchange.fetch())


class _Server(http.server.BaseHTTPRequestHandler):
    """Answers with the same text in the form that the path selects."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        if self.path == "/chunked":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"6;extension=1\r\nin two\r\n7\r\n pieces\r\n0\r\nTrailer: 1\r\n\r\n")
        elif self.path == "/to-the-end":
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(b"in two pieces")
        elif self.path == "/broken":
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"in two")
            self.close_connection = True
        else:
            self.send_header("Content-Length", "13")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(b"in two pieces")

    do_HEAD = do_GET

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = f"{len(body)} bytes, {self.headers['Host']}, {self.headers['Expect']}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    """The URL of a server."""
    with LocalServer(http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Server)) as server:
        yield f"http://127.0.0.1:{server.port}"


@pytest.fixture
def proxy(upstream: str) -> Iterator[_Plain]:
    """A proxy of the server."""
    with _Plain(upstream) as running:
        yield running


@contextlib.contextmanager
def _connection(proxy: ReverseProxy) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(proxy.url.removeprefix("http://"), timeout=_SECONDS)
    with contextlib.closing(connection):
        yield connection


@pytest.mark.parametrize("path", ["/with-length", "/chunked", "/to-the-end"])
def test_bodies_of_all_forms_are_forwarded_with_their_length(proxy: _Plain, path: str) -> None:
    with _connection(proxy) as connection:
        for _ in range(3):  # On the same connection.
            connection.request("GET", path)
            answer = connection.getresponse()
            assert answer.read() == b"in two pieces"
            assert answer.getheader("Content-Length") == "13"


def test_an_answer_to_head_has_the_length_and_no_body(proxy: _Plain) -> None:
    with _connection(proxy) as connection:
        for _ in range(2):
            connection.request("HEAD", "/with-length")
            answer = connection.getresponse()
            assert (answer.getheader("Content-Length"), answer.read()) == ("13", b"")


def test_a_body_that_ends_too_early_ends_too_early(proxy: _Plain) -> None:
    with _connection(proxy) as connection:
        connection.request("GET", "/broken")
        with pytest.raises(http.client.IncompleteRead) as failure:
            connection.getresponse().read()
        assert failure.value.partial == b"in two"


def test_a_request_keeps_its_host_and_its_body(proxy: _Plain) -> None:
    body = bytes(1_000_000)
    with _connection(proxy) as connection:
        connection.request("PUT", "/", body, {"Host": "models.example", "Expect": "100-continue"})
        assert connection.getresponse().read() == b"1000000 bytes, models.example, None"


def test_a_chunked_body_is_forwarded(proxy: _Plain) -> None:
    with _connection(proxy) as connection:
        chunks = iter([b"in", b" two"])
        connection.request("PUT", "/", chunks, encode_chunked=True)
        assert connection.getresponse().read().startswith(b"6 bytes")


def test_no_server_is_a_502() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # Nothing listens on this port.
        with (
            _Plain(f"http://127.0.0.1:{taken.getsockname()[1]}") as proxy,
            _connection(proxy) as connection,
        ):
            connection.request("GET", "/object")
            answer = connection.getresponse()
            assert (answer.status, b"GET /object" in answer.read()) == (502, True)


def test_connections_are_refused_until_it_listens_again(proxy: _Plain) -> None:
    proxy.stop_listening()
    with _connection(proxy) as connection, pytest.raises(ConnectionRefusedError):
        connection.request("GET", "/with-length")
    proxy.listen_again()
    with _connection(proxy) as connection:
        connection.request("GET", "/with-length")
        assert connection.getresponse().read() == b"in two pieces"


class _Waiting(ReverseProxy):
    def __init__(self, upstream: str, wait: Callable[[Exchange], None]) -> None:
        super().__init__(upstream)
        self._wait = wait

    def handle(self, exchange: Exchange) -> None:
        self._wait(exchange)


def _threads(proxy: ReverseProxy) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == proxy.url]


def test_every_connection_ends_with_the_proxy(upstream: str) -> None:
    came = threading.Event()

    def wait(exchange: Exchange) -> None:
        came.set()
        exchange.wait_until_client_leaves()

    with socket.socket() as client:
        with _Waiting(upstream, wait) as proxy:
            client.connect(("127.0.0.1", int(proxy.url.rpartition(":")[2])))
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert came.wait(_SECONDS)
            assert len(_threads(proxy)) == 2
        assert client.recv(1) == b""
    assert _threads(proxy) == []


def test_a_url_without_a_port_is_refused() -> None:
    with pytest.raises(ValueError, match="give a URL like"):
        _Plain("127.0.0.1")
