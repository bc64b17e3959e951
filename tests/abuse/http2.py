# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""HTTP/2 frames that clients of gRPC and REST never send (RFC 9113, and RFC 7541 for headers).

Example:
    with Connection(server.grpc_port) as connection:
        connection.send(headers(1, PREDICT) + reset(1))
        connection.wait_until_processed()
"""

from __future__ import annotations

import collections
import contextlib
import socket
import struct
import threading
from types import TracebackType
from typing import Self

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, CONTINUATION = 0, 1, 3, 4, 6, 7, 9
END_STREAM, ACK, END_HEADERS = 1, 1, 4
SETTINGS_MAX_CONCURRENT_STREAMS = 3
PREDICT = "/tensorflow.serving.PredictionService/Predict"
CHECK = "/grpc.health.v1.Health/Check"
WATCH = "/grpc.health.v1.Health/Watch"
REFLECTION = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
REST_PREDICT = "/v1/models/half:predict"
LARGEST_PAYLOAD = 16_384

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_SECONDS = 120.0
_WINDOW_UPDATE = 8
_SETTINGS_INITIAL_WINDOW_SIZE = 4
_WINDOW = 65_535


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """Returns one frame."""
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def integer(value: int, prefix_bits: int, first: int = 0) -> bytes:
    """Returns an integer as in RFC 7541, 5.1, with the bits of `first` in the first byte."""
    most = (1 << prefix_bits) - 1
    if value < most:
        return bytes([first | value])
    encoded = bytearray([first | most])
    value -= most
    while value >= 128:
        encoded.append(value % 128 + 128)
        value //= 128
    encoded.append(value)
    return bytes(encoded)


def text(value: bytes) -> bytes:
    """Returns a string literal without Huffman coding."""
    return integer(len(value), 7) + value


def literal(name: bytes, value: bytes, *, indexed: bool = False) -> bytes:
    """Returns a header; `indexed` adds it to the dynamic table, with index 62."""
    return bytes([0x40 if indexed else 0x00]) + text(name) + text(value)


def header_block(path: str) -> bytes:
    """Returns the headers of a POST: of a REST request for paths of REST, else of a gRPC call."""
    post, http = b"\x83", b"\x86"
    block = post + http + b"\x04" + text(path.encode()) + b"\x01" + text(b"localhost")
    if not path.startswith("/v1/"):
        block += literal(b"content-type", b"application/grpc") + literal(b"te", b"trailers")
    return block


def headers(stream: int, path: str, more: bytes = b"", flags: int = END_HEADERS) -> bytes:
    """Returns the HEADERS frame of a request; see header_block."""
    return frame(HEADERS, flags, stream, header_block(path) + more)


def get(stream: int, path: str) -> bytes:
    """Returns the HEADERS frame of a GET."""
    get_method, http = b"\x82", b"\x86"
    block = get_method + http + b"\x04" + text(path.encode()) + b"\x01" + text(b"localhost")
    return frame(HEADERS, END_STREAM | END_HEADERS, stream, block)


def message(content: bytes) -> bytes:
    """Returns a message of a gRPC call as it is in DATA frames."""
    return struct.pack(">BI", 0, len(content)) + content


def reset(stream: int) -> bytes:
    """Returns a RST_STREAM frame that cancels a call."""
    return frame(RST_STREAM, 0, stream, struct.pack(">I", 8))


class Connection:
    """A connection to a port for frames that a test writes.

    Attributes:
        received: How many frames of each kind came, if they are read.
        settings: The server's settings, by their number.
        ended: Whether the server ended the connection.
    """

    def __init__(self, port: int, *, reading: bool = True, acknowledging: bool = True) -> None:
        """Opens the connection.

        Args:
            port: The port.
            reading: Whether what the server sends is read; it stays in the way otherwise.
            acknowledging: Whether the server's settings are acknowledged; else they do not hold.
        """
        self.received: collections.Counter[int] = collections.Counter()
        self.settings: dict[int, int] = {}
        self.ended = False
        self._acknowledged = 0
        self._windows: collections.Counter[int] = collections.Counter()
        self._changed = threading.Condition()
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=_SECONDS)
        self._socket.sendall(_PREFACE + frame(SETTINGS, 0, 0))
        self._acknowledging = acknowledging
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reading = reading
        if reading:
            self._reader.start()

    def __enter__(self) -> Self:
        """Returns the open connection."""
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Closes it."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        if self._reading:
            self._reader.join()
        self._socket.close()

    def send(self, frames: bytes, *, seconds: float = _SECONDS) -> bool:
        """Sends bytes; returns False if the server has closed the connection or stopped reading."""
        self._socket.settimeout(seconds)
        try:
            self._socket.sendall(frames)
        except OSError:
            return False
        return True

    def send_data(self, stream: int, data: bytes) -> None:
        """Sends DATA frames as fast as the server's windows allow.

        Raises:
            TimeoutError: The server takes no more.
            ConnectionError: It has ended the connection.
        """
        for start in range(0, len(data), LARGEST_PAYLOAD):
            payload = data[start : start + LARGEST_PAYLOAD]
            with self._changed:
                if not self._changed.wait_for(
                    lambda: self.ended or self._window(stream) >= LARGEST_PAYLOAD, _SECONDS
                ):
                    raise TimeoutError(f"the server stopped reading after {start} bytes")
                self._windows[0] -= len(payload)
                self._windows[stream] -= len(payload)
            if not self.send(frame(DATA, 0, stream, payload)):
                raise ConnectionError(f"the connection ended after {start} bytes")

    def _window(self, stream: int) -> int:
        initial = self.settings.get(_SETTINGS_INITIAL_WINDOW_SIZE, _WINDOW)
        return min(_WINDOW + self._windows[0], initial + self._windows[stream])

    def wait_until_processed(self) -> bool:
        """Waits until the server has read everything, or has closed the connection.

        Returns:
            Whether the connection is open.

        Raises:
            TimeoutError: Neither happened.
        """
        with self._changed:
            acknowledged = self._acknowledged
            self.send(frame(PING, 0, 0, b"all seen"))
            if not self._changed.wait_for(
                lambda: self.ended or self._acknowledged > acknowledged, _SECONDS
            ):
                raise TimeoutError(f"no response to a PING; {dict(self.received)} came")
            return not self.ended

    def wait_until(self, kind: int, *, seconds: float = _SECONDS) -> bool:
        """Waits for a frame of a kind or the end of the connection; returns False on a timeout."""
        with self._changed:
            return self._changed.wait_for(lambda: self.ended or self.received[kind] > 0, seconds)

    def _read(self) -> None:
        with contextlib.suppress(OSError), self._socket.makefile("rb") as stream:
            while len(head := stream.read(9)) == 9:
                kind, flags = head[3], head[4]
                payload = stream.read(int.from_bytes(head[:3], "big"))
                with self._changed:
                    self.received[kind] += 1
                    self._acknowledged += kind == PING and flags & ACK
                    if kind == _WINDOW_UPDATE:
                        stream_id = int.from_bytes(head[5:], "big")
                        self._windows[stream_id] += int.from_bytes(payload, "big")
                    if kind == SETTINGS and not flags & ACK:
                        self.settings.update(struct.iter_unpack(">HI", payload))
                        if self._acknowledging:
                            self._socket.sendall(frame(SETTINGS, ACK, 0))
                    self._changed.notify_all()
        with self._changed:
            self.ended = True
            self._changed.notify_all()
