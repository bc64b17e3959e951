# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests a store, or a proxy in front of it, that sends objects without their length."""

import os
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

# TensorFlow reads this variable when it is loaded. It hides its start-up messages.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf

from tensorflow_serving_s3 import filesystem
from tests.support.local_server import LocalServer

_OBJECTS = {"file": b"0123456789", "empty": b""}
_LIST = """<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>{}</Key>
<ETag>"e"</ETag><Size>{}</Size></Contents></ListBucketResult>"""


class _Handler(BaseHTTPRequestHandler):
    """Answers a GET without Content-Length, and closes the connection after it."""

    def _object(self) -> bytes:
        return _OBJECTS[self.path.rpartition("/")[2]]

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.send_header("ETag", '"e"')
        self.send_header("Content-Length", str(len(self._object())))
        self.end_headers()

    def do_GET(self) -> None:
        if listed := re.search(r"[?&]prefix=(\w+)", self.path):
            key = listed.group(1)
            body = _LIST.format(key, len(_OBJECTS[key])).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
        else:
            body = self._object()
            self.send_response(200)
            self.send_header("ETag", '"e"')
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Prints nothing."""


@pytest.fixture(scope="module", autouse=True)
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The store, as the endpoint of TensorFlow."""
    with (
        LocalServer(ThreadingHTTPServer(("127.0.0.1", 0), _Handler)) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("AWS_NO_SIGN_REQUEST", "1")
        patch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{server.port}")
        patch.setenv("HOME", os.fspath(tmp_path_factory.mktemp("home")))
        filesystem.register()
        yield


@pytest.fixture(params=["HTTP/1.0", "HTTP/1.1"], autouse=True)
def protocol(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The protocol version of the store."""
    monkeypatch.setattr(_Handler, "protocol_version", request.param)


def test_reading_fails_with_the_reason() -> None:
    with pytest.raises(tf.errors.UnavailableError, match="no Content-Length"):
        tf.io.read_file("s3://models/file")
    with pytest.raises(tf.errors.UnavailableError, match="no Content-Length"):
        tf.io.gfile.GFile("s3://models/file", "rb").read()


def test_a_copy_fails_and_leaves_no_empty_file(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    with pytest.raises(tf.errors.UnavailableError, match="no Content-Length"):
        tf.io.gfile.copy("s3://models/file", os.fspath(copy))
    assert not copy.exists()


def test_an_empty_file_is_read() -> None:
    assert tf.io.read_file("s3://models/empty").numpy() == b""
