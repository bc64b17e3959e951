# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The connections of a reverse proxy: HTTP/1.1 messages on sockets."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
from collections.abc import Iterator

_UPSTREAM_SECONDS = 60.0
_PIECE_BYTES = 1 << 18
_MOST_HEAD_BYTES = 1 << 17


class HttpStream:
    """A TCP connection with a read buffer.

    Attributes:
        sent_bytes: The number of bytes sent.
    """

    def __init__(self, connection: socket.socket) -> None:
        """Takes ownership of a connection."""
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = connection
        self._buffer = bytearray()
        self._piece = memoryview(bytearray())
        self.sent_bytes = 0

    def read_head(self) -> bytes | None:
        """Returns the bytes up to the next empty line, including it; None at the end."""
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > _MOST_HEAD_BYTES:
                raise ValueError(f"a head of more than {_MOST_HEAD_BYTES} bytes")
            if not self._fill():
                return None
        return self._take(end + 4)

    def read_pieces(self, count: int | None) -> Iterator[memoryview]:
        """Yields `count` bytes, or fewer at the end of the stream; None: all bytes."""
        while count is None or count > 0:
            if self._buffer:
                taken = self._take(len(self._buffer) if count is None else count)
                piece = memoryview(taken)
            else:
                if not self._piece:
                    self._piece = memoryview(bytearray(_PIECE_BYTES))
                most = _PIECE_BYTES if count is None else min(count, _PIECE_BYTES)
                piece = self._piece[: self._socket.recv_into(self._piece, most)]
            if not piece:
                return
            if count is not None:
                count -= len(piece)
            yield piece

    def read_chunked(self) -> bytes:
        """Returns the decoded body of a chunked message.

        Raises:
            ConnectionResetError: The connection was closed before the end of the body.
        """
        body = bytearray()
        while size := int(self._read_line().partition(b";")[0], 16):
            for piece in self.read_pieces(size):
                body += piece
            self._read_line()
        while self._read_line():
            pass
        return bytes(body)

    def send(self, data: bytes | memoryview) -> None:
        """Sends all of `data`."""
        self._socket.sendall(data)
        self.sent_bytes += len(data)

    def is_idle(self) -> bool:
        """Whether the connection is open and there is nothing to read."""
        return not self._buffer and not select.select([self._socket], [], [], 0)[0]

    def shut_down(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def reset(self) -> None:
        with contextlib.suppress(OSError):
            linger = struct.pack("ii", 1, 0)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._socket.close()

    def close(self) -> None:
        self._socket.close()

    def _read_line(self) -> bytes:
        while (end := self._buffer.find(b"\r\n")) < 0:
            if not self._fill():
                raise ConnectionResetError("the body ended too early")
        return self._take(end + 2)[:-2]

    def _fill(self) -> bool:
        data = self._socket.recv(65_536)
        self._buffer += data
        return bool(data)

    def _take(self, count: int) -> bytes:
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken


class UpstreamConnection:
    """The connection to the server for one connection of a client."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._stream: HttpStream | None = None

    def stream(self) -> HttpStream:
        """Returns the connection; connects if there is none that can be used."""
        if self._stream is None or not self._stream.is_idle():
            self.close()
            self._stream = HttpStream(
                socket.create_connection(self._address, timeout=_UPSTREAM_SECONDS)
            )
        return self._stream

    def shut_down(self) -> None:
        stream = self._stream
        if stream is not None:
            stream.shut_down()

    def close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()


def parse_head(head: bytes) -> tuple[str, list[tuple[str, str]]]:
    """Returns the first line of a head and its headers."""
    first, *lines = head.decode("latin-1").split("\r\n")
    fields = (line.partition(":") for line in lines if line)
    return first, [(name, value.strip()) for name, _, value in fields]
