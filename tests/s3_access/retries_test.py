# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests timeouts and attempts with a store that does not respond or fails."""

from __future__ import annotations

import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.s3_access.aws import Aws, Front, Reply, Seen
from tests.s3_access.probe import LIST, check, failure

UNAVAILABLE = 14


def test_request_timeout(aws: Aws, home: Path) -> None:
    def late(_: Seen) -> Reply | None:
        time.sleep(5)  # Longer than the default timeout.
        return None

    with Front(aws.port, late) as front:
        env = {
            "S3_ENDPOINT": f"http://127.0.0.1:{front.port}",
            "AWS_MAX_ATTEMPTS": "1",
            **aws.reader.env(),
        }
        check({**env, "S3_REQUEST_TIMEOUT_MSEC": "30000"}, home)
        error = failure(env, home, LIST)
        assert "no response in time (S3_REQUEST_TIMEOUT_MSEC)" in error.message


def test_connect_timeout(aws: Aws, home: Path) -> None:
    # An address for documentation, which is unreachable.
    env = {"S3_ENDPOINT": "http://192.0.2.1", "S3_CONNECT_TIMEOUT_MSEC": "100", **aws.reader.env()}
    error = failure({**env, "AWS_MAX_ATTEMPTS": "1"}, home, LIST)
    assert error.code == UNAVAILABLE
    assert "http://192.0.2.1, set by S3_ENDPOINT, in 1 attempt over" in error.message


@pytest.mark.parametrize(
    ("settings", "attempts"),
    [
        ({}, 5),
        ({"AWS_RETRY_MODE": "adaptive"}, 3),
        ({"AWS_RETRY_MODE": "standard", "AWS_MAX_ATTEMPTS": "4"}, 4),
    ],
)
def test_attempts(aws: Aws, home: Path, settings: dict[str, str], attempts: int) -> None:
    with Front(0, lambda _: Reply(500)) as front:
        env = {
            "S3_ENDPOINT": f"http://127.0.0.1:{front.port}",
            "S3_REQUEST_TIMEOUT_MSEC": "20000",
            **aws.reader.env(),
            **settings,
        }
        error = failure(env, home, LIST)
        assert error.code == UNAVAILABLE
        assert "500 " in error.message
        assert len(front.seen) == attempts


def test_pauses_are_long_for_an_overloaded_store(aws: Aws, home: Path) -> None:
    times: list[float] = []

    def answer(_: Seen) -> Reply:
        times.append(time.monotonic())
        return Reply(503, "<Error><Code>SlowDown</Code></Error>")

    with Front(0, answer) as front:
        env = {"S3_ENDPOINT": f"http://127.0.0.1:{front.port}", **aws.reader.env()}
        error = failure(env, home, LIST)
        assert error.code == UNAVAILABLE
        assert "503 SlowDown" in error.message
    assert len(times) == 5
    assert times[-1] - times[0] > 3


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after(aws: Aws, home: Path, form: str) -> None:
    times: list[float] = []

    def answer(_: Seen) -> Reply | None:
        times.append(time.monotonic())
        if len(times) > 1:
            return None
        soon = format_datetime(datetime.now(UTC) + timedelta(seconds=3), usegmt=True)
        return Reply(503, "", {"Retry-After": "2" if form == "seconds" else soon})

    with Front(aws.port, answer) as front:
        env = {
            "S3_ENDPOINT": f"http://127.0.0.1:{front.port}",
            "S3_REQUEST_TIMEOUT_MSEC": "20000",
            **aws.reader.env(),
        }
        check(env, home)
    assert times[1] - times[0] > 1.5


def test_retry_after_longer_than_the_time_left(aws: Aws, home: Path) -> None:
    with Front(0, lambda _: Reply(503, "", {"Retry-After": "120"})) as front:
        env = {"S3_ENDPOINT": f"http://127.0.0.1:{front.port}", **aws.reader.env()}
        assert "a pause of 120 s (Retry-After)" in failure(env, home, LIST).message
        assert len(front.seen) == 1


def test_broken_connections_are_replaced(aws: Aws, home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        broken: list[int] = []

        def serve() -> None:
            for answer in (b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<List"):
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)
                    broken.append(1)
            connection, _ = listener.accept()
            with connection, socket.create_connection(("127.0.0.1", aws.port)) as store:
                store.sendall(
                    connection.recv(65536).replace(b"\r\nHost", b"\r\nConnection: close\r\nHost")
                )
                while received := store.recv(65536):
                    connection.sendall(received)

        server = threading.Thread(target=serve, daemon=True)
        server.start()
        endpoint = f"http://127.0.0.1:{listener.getsockname()[1]}"
        check({"S3_ENDPOINT": endpoint, **aws.reader.env()}, home)
        server.join(30)
        assert len(broken) == 2


def test_clock_skew_is_named_with_both_times(aws: Aws, home: Path) -> None:
    reply = Reply(
        403,
        "<Error><Code>RequestTimeTooSkewed</Code><Message>too large</Message>"
        "<RequestTime>20260101T000000Z</RequestTime>"
        "<ServerTime>2026-01-01T01:00:00Z</ServerTime></Error>",
        {"Date": format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)},
    )
    with Front(0, lambda _: reply) as front:
        env = {"S3_ENDPOINT": f"http://127.0.0.1:{front.port}", **aws.reader.env()}
        message = failure(env, home, LIST).message
        assert "this machine has 20260101T000000Z, the store has 2026-01-01T01:00:00Z" in message
        # The response to a HEAD has no body.
        message = failure(env, home, "stat s3://models/half/a").message
        assert "RequestTimeTooSkewed" in message
        assert "set this machine's clock (NTP)" in message
