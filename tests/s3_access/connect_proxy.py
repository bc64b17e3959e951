# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""An HTTP proxy: forwards requests for http URLs, and tunnels to where CONNECT says, or elsewhere.

With `tunnel_to` every tunnel ends at one server of the test, regardless of the requested host: so a
client can be made to believe that it speaks with AWS.
"""

from __future__ import annotations

import base64
import contextlib
import socket
import socketserver
import ssl
import threading
from urllib.parse import urlsplit

from tests.support.local_server import LocalServer


class ConnectProxy(LocalServer):
    """A proxy on a free port of 127.0.0.1.

    Args:
        tunnel_to: The port of 127.0.0.1 for all tunnels; None: the requested target.
        password: The required password of `user` in Proxy-Authorization; None: none.
        tls: The TLS settings of the proxy itself; None: plain http.

    Attributes:
        asked: All requests so far: "CONNECT host:port" or "GET http://host:port/path".
    """

    def __init__(
        self,
        tunnel_to: int | None = None,
        password: str | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.asked: list[str] = []
        self._tunnel_to = tunnel_to
        self._password = password
        self._tls = tls
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                # If one of the two sides disconnects, the connection ends.
                with contextlib.suppress(OSError):
                    proxy._serve(self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        super().__init__(Server(("127.0.0.1", 0), Handler))

    def _serve(self, client: socket.socket) -> None:
        if self._tls is not None:
            client = self._tls.wrap_socket(client, server_side=True)
        client.settimeout(30)
        head = b""
        while b"\r\n\r\n" not in head:
            received = client.recv(65536)
            if not received:
                return
            head += received
        head, rest = head.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        method, target, version = lines[0].split(" ")
        self.asked.append(f"{method} {target}")
        if self._password is not None:
            expected = base64.b64encode(b"user:" + self._password.encode()).decode()
            if f"proxy-authorization: basic {expected}".lower() not in [x.lower() for x in lines]:
                client.sendall(
                    b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
                )
                return
        if method == "CONNECT":
            host, _, port = target.rpartition(":")
            address = ("127.0.0.1", self._tunnel_to) if self._tunnel_to else (host, int(port))
            with socket.create_connection(address, timeout=30) as server:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                server.sendall(rest)
                _pump(client, server)
            return
        url = urlsplit(target)
        path = url.path + (f"?{url.query}" if url.query else "")
        kept = [x for x in lines[1:] if not x.lower().startswith(("proxy-", "connection:"))] + [
            "Connection: close"
        ]
        with socket.create_connection((url.hostname, url.port or 80), timeout=30) as server:
            request = "\r\n".join([f"{method} {path} {version}", *kept]) + "\r\n\r\n"
            server.sendall(request.encode("latin-1") + rest)
            _pump(client, server)


def _pump(client: socket.socket, server: socket.socket) -> None:
    """Forwards bytes in both directions until both have ended."""

    def move(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):  # The other direction fails too.
            while received := source.recv(65536):
                target.sendall(received)
            target.shutdown(socket.SHUT_WR)

    upward = threading.Thread(target=move, args=(client, server), daemon=True)
    upward.start()
    move(server, client)
    for end in (client, server):
        with contextlib.suppress(OSError):  # It may be closed.
            end.shutdown(socket.SHUT_RDWR)
        end.close()
    upward.join()
