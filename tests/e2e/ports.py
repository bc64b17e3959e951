# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Servers on a port: one that forwards connections, and one that is not an S3 server."""

from __future__ import annotations

import contextlib
import http.server
import socket
import socketserver
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def forwarding(port: int, *, to: int) -> Iterator[None]:
    """Forwards every connection to a port of this computer to another port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection(("127.0.0.1", to)) as upstream:
                answers = threading.Thread(target=_carry, args=(upstream, self.request))
                answers.start()
                _carry(self.request, upstream)
                answers.join()

    with _serving(_Server(("127.0.0.1", port), Handler)):
        yield


@contextlib.contextmanager
def web_pages(port: int) -> Iterator[None]:
    """Answers every request on a port with a web page, like a server that is not S3."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = b"<!doctype html><html><body>Welcome to the intranet</body></html>"
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(page)

        do_HEAD = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Logs nothing."""

    with _serving(_Server(("127.0.0.1", port), Handler)):
        yield


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


@contextlib.contextmanager
def _serving(server: _Server) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    with server:
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def _carry(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
