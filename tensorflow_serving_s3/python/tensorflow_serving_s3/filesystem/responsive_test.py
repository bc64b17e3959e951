# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that other Python threads run while one thread waits for S3.

The S3 server runs in threads of the same Python process. A call that waits for it while it holds
the global interpreter lock receives no response and fails.
"""

from __future__ import annotations

import gc
import os
import re
import sys
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from xml.sax.saxutils import escape

import pytest

# TensorFlow reads this when it is loaded. It disables the start-up messages.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf

from tensorflow_serving_s3 import filesystem

_MIB = 1 << 20
_SECONDS = 60


class Store(ThreadingHTTPServer):
    """An S3 server in this process that can hold requests.

    Attributes:
        objects: The objects by key.
        held: The requests that wait until `release` is set, such as "POST /models/a?uploads".
        holding: Set when a request waits.
    """

    daemon_threads = True
    # Each part is uploaded on a separate connection.
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, bytes] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.requests: list[str] = []
        self.held: Callable[[str], bool] = lambda request: False
        self.holding = threading.Event()
        self.release = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignores that a client closes its connection: an aborted upload does so."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def reset(self) -> None:
        self.held = lambda request: False
        self.release.set()
        self.holding = threading.Event()
        self.release = threading.Event()
        self.requests.clear()
        self.objects.clear()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Store

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = f"{self.command} {self.path}"
        self.server.requests.append(request)
        if self.server.held(request):
            release = self.server.release
            self.server.holding.set()
            release.wait()
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        key = urllib.parse.unquote(url.path).removeprefix("/models").removeprefix("/")
        if "list-type" in query:
            self._list(query)
        elif "uploads" in query:
            self.server.parts[key] = {}
            self._answer(200, b"<Upload><UploadId>1</UploadId></Upload>")
        elif "partNumber" in query:
            self.server.parts[key][int(query["partNumber"])] = body
            self._answer(200, ETag='"part"')
        elif "uploadId" in query and self.command == "POST":
            self.server.objects[key] = b"".join(
                part for _, part in sorted(self.server.parts[key].items())
            )
            self._answer(200, b'<Done><ETag>"whole"</ETag></Done>')
        elif "delete" in query:
            for deleted in re.findall(rb"<Key>(.*?)</Key>", body):
                self.server.objects.pop(deleted.decode(), None)
            self._answer(200, b"<DeleteResult/>")
        elif self.command == "PUT" and "x-amz-copy-source" in self.headers:
            source = urllib.parse.unquote(self.headers["x-amz-copy-source"])
            self.server.objects[key] = self.server.objects[source.removeprefix("/models/")]
            self._answer(200, b'<Copy><ETag>"copy"</ETag></Copy>')
        elif self.command == "PUT":
            self.server.objects[key] = body
            self._answer(200, ETag='"put"')
        elif self.command == "DELETE":
            if "uploadId" not in query:
                self.server.objects.pop(key, None)
            self._answer(204)
        else:
            self._get(key)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _handle

    def _get(self, key: str) -> None:
        if key not in self.server.objects:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
            return
        whole = self.server.objects[key]
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if wanted is None:
            self._answer(200, whole, ETag='"e"')
            return
        first, last = int(wanted[1]), min(int(wanted[2]), len(whole) - 1)
        if first >= len(whole):
            self._answer(416, b"", Content_Range=f"bytes */{len(whole)}")
            return
        span = f"bytes {first}-{last}/{len(whole)}"
        self._answer(206, whole[first : last + 1], ETag='"e"', Content_Range=span)

    def _list(self, query: dict[str, str]) -> None:
        prefix = query.get("prefix", "")
        if prefix.startswith("denied"):
            self._answer(403, b"<Error><Code>AccessDenied</Code></Error>")
            return
        contents = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(body)}</Size></Contents>"
            for key, body in sorted(self.server.objects.items())
            if key.startswith(prefix)
        )
        # Ignores the delimiter and the page size; the client accepts that.
        self._answer(200, f"<ListBucketResult>{contents}</ListBucketResult>".encode())


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store() as store, pytest.MonkeyPatch.context() as patch:
        thread = threading.Thread(target=store.serve_forever)
        thread.start()
        for name in [name for name in os.environ if name.startswith(("AWS_", "S3_"))]:
            patch.delenv(name)
        patch.setenv("HOME", os.fspath(tmp_path_factory.mktemp("home")))
        patch.setenv("AWS_ACCESS_KEY_ID", "key")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        patch.setenv("AWS_REGION", "us-east-1")
        patch.setenv("S3_ENDPOINT", store.url)
        filesystem.register()
        yield store
        store.release.set()
        store.shutdown()
        thread.join()


@pytest.fixture
def store(running: Store) -> Iterator[Store]:
    running.reset()
    yield running
    running.reset()


def _url(key: str) -> str:
    return f"s3://models/{key}"


def _release_when_holding(store: Store) -> threading.Thread:
    """Answers held requests from another Python thread as soon as there is one."""

    def release() -> None:
        assert store.holding.wait(_SECONDS)
        store.release.set()

    thread = threading.Thread(target=release)
    thread.start()
    return thread


def test_write_does_not_wait_for_an_answer(store: Store) -> None:
    store.held = lambda request: request.endswith("?uploads")
    body = os.urandom(30 * _MIB)
    file = tf.io.gfile.GFile(_url("a"), "wb")
    file.write(body[: 9 * _MIB])
    assert store.holding.wait(_SECONDS)
    file.write(body[9 * _MIB :])
    assert file.tell() == len(body)
    file.flush()
    store.release.set()
    file.close()
    assert store.objects["a"] == body


def test_a_write_that_waits_for_memory_lets_other_threads_run(store: Store) -> None:
    store.held = lambda request: "partNumber" in request
    body = bytes(200 * _MIB)
    thread = _release_when_holding(store)
    with tf.io.gfile.GFile(_url("a"), "wb") as file:
        file.write(body)
    thread.join()
    assert store.objects["a"] == body


@pytest.mark.parametrize(
    ("size", "held", "stored"),
    [(10, "PUT ", True), (9 * _MIB, "?uploads", False), (17 * _MIB, "partNumber=1", False)],
)
def test_a_file_that_is_garbage_collected_lets_other_threads_run(
    store: Store, capfd: pytest.CaptureFixture[str], size: int, held: str, stored: bool
) -> None:
    store.held = lambda request: held in request
    thread = _release_when_holding(store)
    file = tf.io.gfile.GFile(_url("a"), "wb")
    file.write(bytes(size))
    if not stored:
        assert store.holding.wait(_SECONDS)
    del file
    gc.collect()
    thread.join()
    assert ("a" in store.objects) == stored
    told = capfd.readouterr().err
    assert told == "" if stored else "released without Close" in told


def test_the_next_call_raises_the_error_of_a_failed_write(store: Store) -> None:
    file = tf.io.gfile.GFile(_url("a"), "wb")
    store.held = lambda request: request.startswith("POST")
    file.write(bytes(9 * _MIB))
    assert store.holding.wait(_SECONDS)
    with pytest.raises(tf.errors.UnavailableError, match="no response"):
        file.close()
    assert "a" not in store.objects


def _read_to_the_end(url: str) -> None:
    with tf.io.gfile.GFile(url, "rb") as file:
        file.seek(3)
        assert file.tell() == 3
        assert file.size() > 3
        file.readline()
        file.read()


def _leave_half_read(url: str) -> None:
    file = tf.io.gfile.GFile(url, "rb")
    file.read(1)
    del file
    gc.collect()


def _append(url: str) -> None:
    with tf.io.gfile.GFile(url, "ab") as file:
        file.write(b"more")
        file.flush()


def _write_records(url: str) -> None:
    with tf.io.TFRecordWriter(url + ".records") as writer:
        for _ in range(10):
            writer.write(bytes(_MIB))
        writer.flush()
    assert sum(1 for _ in tf.data.TFRecordDataset(url + ".records")) == 10
    assert sum(1 for _ in tf.compat.v1.io.tf_record_iterator(url + ".records")) == 10


def _checkpoint(url: str) -> None:
    variable = tf.Variable(tf.zeros([1000, 1000]))
    path = tf.train.Checkpoint(variable=variable).write(url + ".ckpt")
    reader = tf.train.load_checkpoint(path)
    name = "variable/.ATTRIBUTES/VARIABLE_VALUE"
    assert reader.get_tensor(name).shape == (1000, 1000)
    tf.train.Checkpoint(variable=variable).read(path).assert_consumed()


def _log_events(url: str) -> None:
    with tf.summary.create_file_writer(url + ".events").as_default():
        tf.summary.write("loss", tf.constant(1.0), step=1)
        tf.summary.flush()


_CALLS: dict[str, Callable[[str], object]] = {
    "exists": tf.io.gfile.exists,
    "stat": tf.io.gfile.stat,
    "isdir": tf.io.gfile.isdir,
    "listdir": lambda url: tf.io.gfile.listdir(os.path.dirname(url)),
    "walk": lambda url: list(tf.io.gfile.walk(os.path.dirname(url))),
    "glob": lambda url: tf.io.gfile.glob(url[:-1] + "*"),
    "mkdir": lambda url: tf.io.gfile.mkdir(url + ".new"),
    "makedirs": lambda url: tf.io.gfile.makedirs(url + ".new/1"),
    "remove": tf.io.gfile.remove,
    "rmtree": lambda url: tf.io.gfile.rmtree(os.path.dirname(url)),
    "rename": lambda url: tf.io.gfile.rename(url, url + ".new"),
    "copy": lambda url: tf.io.gfile.copy(url, url + ".new"),
    "read": _read_to_the_end,
    "half read": _leave_half_read,
    "append": _append,
    "records": _write_records,
    "checkpoint": _checkpoint,
    "events": _log_events,
    "read_file": lambda url: tf.io.read_file(url),
    "write_file": lambda url: tf.io.write_file(url, b"new"),
}


@pytest.mark.parametrize("call", _CALLS)
@pytest.mark.parametrize("size", [100, 40 * _MIB])
def test_every_call_lets_other_threads_run(store: Store, call: str, size: int) -> None:
    store.objects["m/file"] = b"line\n" + bytes(size)
    _CALLS[call](_url("m/file"))


def test_the_cause_of_an_error_that_isdir_hides_is_printed_once(
    store: Store, capfd: pytest.CaptureFixture[str]
) -> None:
    store.objects["m/file"] = b"x"
    assert tf.io.gfile.isdir(_url("m"))
    assert not tf.io.gfile.isdir(_url("m/file"))
    assert not tf.io.gfile.isdir(_url("none"))
    with pytest.raises(tf.errors.NotFoundError):
        tf.io.gfile.listdir(_url("none"))
    assert capfd.readouterr().err == ""
    assert not tf.io.gfile.isdir(_url("denied/1"))
    with pytest.raises(tf.errors.NotFoundError):
        tf.io.gfile.listdir(_url("denied/2"))
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 1, lines
    assert re.match(r"s3 \[ERROR\] s3://models/denied/1.*: 403 AccessDenied for Li.*List", lines[0])
