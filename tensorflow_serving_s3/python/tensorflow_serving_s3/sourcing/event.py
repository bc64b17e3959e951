# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""A source that looks for new versions when S3 sends an event, and seldom otherwise.

The events come from a queue (`SqsEvents`) or by HTTP (`WebhookEvents`), in the format of S3's event
notifications, which AWS, MinIO and Ceph send. SNS and EventBridge may be in between.
"""

from __future__ import annotations

import abc
import contextlib
import hmac
import http.server
import json
import logging
import queue
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tensorflow_serving_s3.sourcing import _s3
from tensorflow_serving_s3.sourcing._source import Source
from tensorflow_serving_s3.sourcing._types import StoragePath
from tensorflow_serving_s3.storage import aws_session, find_versions, s3_client, s3_settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_log = logging.getLogger("tensorflow_serving_s3.sourcing")

_RETRY_SECONDS = 5.0
_SQS_WAIT_SECONDS = 5  # Long polls end this soon after stop().
_MOST_BODY_BYTES = 1 << 20

# Receives the bucket and the key of an object that has changed.
OnObject = Callable[[str, str], None]


class Events(abc.ABC):
    """Where events come from."""

    @abc.abstractmethod
    def listen(self, on_object: OnObject, stopping: threading.Event) -> None:
        """Calls `on_object` for each event until `stopping` is set. Runs in a thread of its own.

        An exception is logged, and `listen` is called again after a pause.
        """


class SqsEvents(Events):
    """Events in a queue of SQS or of a compatible server.

    A message is deleted when it was read, also if it is not an event of S3: the slow poll of the
    source covers what is lost.
    """

    def __init__(self, queue_url: str, *, client: Any = None) -> None:
        """Creates the reader.

        Args:
            queue_url: The URL of the queue.
            client: A boto3 client for SQS; None: one with the region and the credentials of the
                environment.
        """
        self._queue_url = queue_url
        self._client = client

    def listen(self, on_object: OnObject, stopping: threading.Event) -> None:
        """Reads the queue by long polls."""
        client = self._client or aws_session(s3_settings()).client("sqs")
        while not stopping.is_set():
            answer = client.receive_message(
                QueueUrl=self._queue_url,
                MaxNumberOfMessages=10,
                WaitTimeSeconds=_SQS_WAIT_SECONDS,
            )
            for message in answer.get("Messages", []):
                for bucket, key in objects_of(message["Body"]):
                    on_object(bucket, key)
                client.delete_message(
                    QueueUrl=self._queue_url, ReceiptHandle=message["ReceiptHandle"]
                )


class WebhookEvents(Events):
    """Events that an S3 server posts to an HTTP port of this process.

    Attributes:
        port: The port; known when the object has been created.
    """

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0, token: str = "") -> None:
        """Opens the port.

        Args:
            host: The address to listen at. A client that reaches it can make the source look for
                new versions; it cannot change what is served.
            port: The port; 0: a free one.
            token: If not empty, requests need the header `Authorization: Bearer TOKEN`.

        Raises:
            OSError: The port cannot be opened.
        """
        self._received: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        self._server = _WebhookServer((host, port), _WebhookHandler)
        self._server.received = self._received
        self._server.token = token
        self.port: int = self._server.server_address[1]

    def listen(self, on_object: OnObject, stopping: threading.Event) -> None:
        """Answers requests."""
        thread = threading.Thread(target=self._server.serve_forever, name="webhook", daemon=True)
        thread.start()
        try:
            while not stopping.is_set():
                with contextlib.suppress(queue.Empty):
                    on_object(*self._received.get(timeout=0.2))
        finally:
            self._server.shutdown()
            if stopping.is_set():
                self._server.server_close()


class EventSource(Source[StoragePath]):
    """Serves the newest complete version of each model, and finds new versions by events.

    Example:
        events = SqsEvents("https://sqs.eu-central-1.amazonaws.com/123456789012/models")
        source = EventSource({"half": "s3://models/half"}, events)

    An event of any object below a base path makes the source list that base path, so events may be
    lost, repeated or early. Every `poll_seconds` it lists all base paths without an event.
    """

    def __init__(
        self,
        base_paths: Mapping[str, str],
        events: Events,
        *,
        poll_seconds: float = 300.0,
        client: S3Client | None = None,
    ) -> None:
        """Creates the source; it reads when it is connected.

        Args:
            base_paths: The base path by the name of the model: `s3://bucket/path`.
            events: Where events come from.
            poll_seconds: The time between two listings without events.
            client: A boto3 client for S3; None: one with the settings of the environment, as the
                model server reads them.

        Raises:
            ValueError: A base path is not an S3 URL, or `poll_seconds` is not positive.
        """
        if not poll_seconds > 0:
            raise ValueError(f"poll_seconds is {poll_seconds}; it must be positive")
        self._places = {name: _s3.split_url(url) for name, url in base_paths.items()}
        self._base_paths = dict(base_paths)
        self._events = events
        self._poll_seconds = poll_seconds
        self._client = client
        self._due: set[str] = set()
        self._changed = threading.Condition()
        self._listener: threading.Thread | None = None
        self.max_silence_seconds = poll_seconds + 60.0
        self._report_clears_problem = False

    def run(self) -> None:
        """Lists base paths, at first and when they are due."""
        if self._client is None:
            self._client = s3_client()
        if self._listener is None:
            self._listener = threading.Thread(
                target=self._listen, name=f"events of {self._name}", daemon=True
            )
            self._listener.start()
        next_poll = 0.0
        while not self.wait(0):
            with self._changed:
                now = time.monotonic()
                if now >= next_poll:
                    self._due.update(self._places)
                    next_poll = now + self._poll_seconds
                due, self._due = self._due, set()
            for name in sorted(due):
                self._look(name)
            if due and self._sink is not None:
                self._sink.set_problem("", "")
            with self._changed:
                self._changed.wait_for(
                    lambda: self._due or self._stopping.is_set(),
                    min(1.0, max(0.0, next_poll - time.monotonic())),
                )

    def _look(self, name: str) -> None:
        base_path = self._base_paths[name]
        try:
            versions = find_versions(base_path, client=self._client).versions
        except Exception:
            with self._changed:
                self._due.add(name)  # Again after the restart.
            raise
        complete = next((version for version in versions if version.is_complete), None)
        if complete is not None:
            self.aspired(name, [(complete.number, complete.url)])
        elif self._sink is not None:
            # As with the model server, loaded versions stay until they are replaced.
            problem = f"no complete version under {base_path}"
            if versions:
                problem += f"; version {versions[0].number} has no {versions[0].missing}"
            self._sink.set_problem(name, problem)

    def _listen(self) -> None:
        while not self._stopping.is_set():
            try:
                self._events.listen(self._on_object, self._stopping)
            except Exception:
                _log.exception(
                    "%s receives no events; it tries again in %g s, and lists all models each %g s",
                    self._name,
                    _RETRY_SECONDS,
                    self._poll_seconds,
                )
            self._stopping.wait(_RETRY_SECONDS)

    def _on_object(self, bucket: str, key: str) -> None:
        for name, (model_bucket, prefix) in self._places.items():
            if bucket == model_bucket and (not prefix or key.startswith(f"{prefix}/")):
                with self._changed:
                    self._due.add(name)
                    self._changed.notify_all()


def objects_of(text: str | bytes) -> Iterator[tuple[str, str]]:
    """Yields the bucket and the key of each object of a notification.

    Understands S3's format, alone or in the "Message" of SNS, and EventBridge's. Other texts, such
    as the test event of S3, have no objects.
    """
    try:
        document = json.loads(text)
    except ValueError:
        _log.warning("an event is not JSON: %.200r", text)
        return
    if not isinstance(document, dict):
        return
    message = document.get("Message")
    if isinstance(message, str):
        yield from objects_of(message)
        return
    detail = document.get("detail")
    if isinstance(detail, dict):
        with contextlib.suppress(KeyError, TypeError):
            yield str(detail["bucket"]["name"]), str(detail["object"]["key"])
        return
    records = document.get("Records")
    for record in records if isinstance(records, list) else []:
        with contextlib.suppress(KeyError, TypeError, AttributeError):
            s3 = record["s3"]
            yield str(s3["bucket"]["name"]), urllib.parse.unquote_plus(s3["object"]["key"])


class _WebhookServer(http.server.ThreadingHTTPServer):
    daemon_threads = True
    received: queue.SimpleQueue[tuple[str, str]]
    token: str


class _WebhookHandler(http.server.BaseHTTPRequestHandler):
    timeout = 30
    server: _WebhookServer

    def do_POST(self) -> None:
        """Receives one notification."""
        wanted = f"Bearer {self.server.token}"
        given = self.headers.get("Authorization", "")
        if self.server.token and not hmac.compare_digest(given.encode(), wanted.encode()):
            self._answer(401)
            return
        size = self.headers.get("Content-Length", "")
        if not size.isdecimal():
            self._answer(411)
            return
        if int(size) > _MOST_BODY_BYTES:
            self._answer(413)
            return
        for found in objects_of(self.rfile.read(int(size))):
            self.server.received.put(found)
        self._answer(200)

    def do_GET(self) -> None:
        """Answers the check of a server that is about to send events."""
        self._answer(200)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Logs a request."""
        _log.debug("webhook: " + format, *args)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()
