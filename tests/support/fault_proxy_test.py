# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests what a client sees of each fault of FaultProxy, and which requests have faults."""

from __future__ import annotations

import base64
import contextlib
import http.client
import http.server
import socket
import zlib
from collections.abc import Iterator

import pytest

from tests.support.fault_proxy import (
    OTHER_REGION,
    Fault,
    FaultProxy,
    FaultsInARow,
    Kind,
    Plan,
    RandomFaults,
    seed_of_environment,
)
from tests.support.local_server import LocalServer
from tests.support.reverse_proxy import Request

_SECONDS = 30.0
_CONTENT = bytes(range(200))


class _Object(http.server.BaseHTTPRequestHandler):
    """Answers like an S3 server with one object."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body, status = _CONTENT, 200
        if "Range" in self.headers:
            first, last = map(int, self.headers["Range"].removeprefix("bytes=").split("-"))
            body, status = _CONTENT[first : last + 1], 206
        self.send_response(status)
        if status == 206:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(_CONTENT)}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    """The URL of a server."""
    with LocalServer(http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Object)) as server:
        yield f"http://127.0.0.1:{server.port}"


@contextlib.contextmanager
def _asking(
    upstream: str, plan: Plan | Kind, changes: list[str] | None = None
) -> Iterator[tuple[FaultProxy, http.client.HTTPConnection]]:
    def change(request: Request, kind: Kind) -> None:
        assert changes is not None
        changes.append(f"{request.path} {kind.name}")

    proxy = FaultProxy(
        upstream,
        FaultsInARow(Fault(plan, 0.25)) if isinstance(plan, Kind) else plan,
        change=change,
        pause_seconds=0.1,
    )
    address = proxy.url.removeprefix("http://")
    with (
        proxy,
        contextlib.closing(http.client.HTTPConnection(address, timeout=_SECONDS)) as connection,
    ):
        yield proxy, connection


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (Kind.INTERNAL_ERROR, 500, b"<Code>InternalError</Code>"),
        (Kind.SLOW_DOWN, 503, b"<Code>SlowDown</Code>"),
        (Kind.FORBIDDEN, 403, b"<Code>AccessDenied</Code>"),
        (Kind.EXPIRED_TOKEN, 400, b"<Code>ExpiredToken</Code>"),
        (Kind.MOVED, 301, b"<Code>PermanentRedirect</Code>"),
        (Kind.GARBAGE, 200, b"<!doctype html>"),
    ],
)
def test_answers_instead_of_the_server(upstream: str, kind: Kind, status: int, code: bytes) -> None:
    with _asking(upstream, kind) as (_, connection):
        for _ in range(2):  # On the same connection.
            connection.request("GET", "/models/object")
            answer = connection.getresponse()
            assert (answer.status, code in answer.read()) == (status, True)
            region = OTHER_REGION if status == 301 else None
            assert answer.getheader("x-amz-bucket-region") == region


@pytest.mark.parametrize("kind", [Kind.TRUNCATED, Kind.RESET, Kind.REPLACED, Kind.DELETED])
def test_bodies_that_end_too_early(upstream: str, kind: Kind) -> None:
    changes: list[str] = []
    with _asking(upstream, kind, changes) as (_, connection):
        connection.request("GET", "/models/object")
        answer = connection.getresponse()
        assert answer.getheader("Content-Length") == "200"
        with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
            answer.read()
    changed = kind in (Kind.REPLACED, Kind.DELETED)
    assert changes == ([f"/models/object {kind.name}"] if changed else [])


@pytest.mark.parametrize(
    ("kind", "came"), [(Kind.STALL_HEAD, 0), (Kind.STALL_BODY, 50), (Kind.TRICKLE, 60)]
)
def test_answers_that_do_not_end(upstream: str, kind: Kind, came: int) -> None:
    with _asking(upstream, kind) as (_, connection):
        connection.request("GET", "/models/object")
        if came:
            assert len(connection.getresponse().read(came)) == came
        assert connection.sock is not None
        connection.sock.settimeout(0.01)
        with pytest.raises(TimeoutError):
            connection.sock.recv(1)


def test_bodies_of_another_length(upstream: str) -> None:
    for kind, expected in ((Kind.SHORT, _CONTENT[:50]), (Kind.LONG, _CONTENT + b"<!doctype html>")):
        with _asking(upstream, kind) as (_, connection):
            connection.request("GET", "/models/object")
            answer = connection.getresponse()
            body = answer.read()
            assert body.startswith(expected)
            assert answer.getheader("Content-Length") == str(len(body)) != "200"


def test_a_corrupted_body_has_the_checksum_of_the_right_one(upstream: str) -> None:
    with _asking(upstream, Kind.CORRUPTED) as (_, connection):
        connection.request("GET", "/models/object")
        answer = connection.getresponse()
        body = answer.read()
        checksum = base64.b64decode(answer.getheader("x-amz-checksum-crc32", ""))
    assert [at for at in range(200) if body[at] != _CONTENT[at]] == [50]
    assert int.from_bytes(checksum, "big") == zlib.crc32(_CONTENT)


def test_another_range_has_its_content_range(upstream: str) -> None:
    with _asking(upstream, Kind.OTHER_RANGE) as (_, connection):
        connection.request("GET", "/models/object", headers={"Range": "bytes=10-19"})
        answer = connection.getresponse()
        assert answer.getheader("Content-Range") == "bytes 11-20/201"
        assert len(answer.read()) == 10


def test_an_answer_that_is_not_http(upstream: str) -> None:
    with _asking(upstream, Kind.NOT_HTTP) as (_, connection):
        connection.request("GET", "/models/object")
        with pytest.raises(http.client.BadStatusLine):
            connection.getresponse()


def test_a_pause_before_a_good_answer(upstream: str) -> None:
    with _asking(upstream, Kind.SLOW_FIRST_BYTE) as (_, connection):
        connection.request("GET", "/models/object")
        assert connection.getresponse().read() == _CONTENT


def test_connections_are_refused_for_a_moment(upstream: str) -> None:
    with _asking(upstream, FaultsInARow(Fault(Kind.REFUSED), times=1)) as (proxy, connection):
        connection.request("GET", "/models/object")
        with pytest.raises(OSError):
            connection.getresponse()
        address = ("127.0.0.1", int(proxy.url.rpartition(":")[2]))
        refused = 0
        while True:
            with socket.socket() as client:
                if client.connect_ex(address) == 0:
                    break
            refused += 1
        assert refused > 0
        connection.close()
        connection.request("GET", "/models/object")
        assert connection.getresponse().read() == _CONTENT


def test_wait_until_calm_waits_until_connections_are_accepted(upstream: str) -> None:
    with _asking(upstream, FaultsInARow(Fault(Kind.REFUSED), times=1)) as (proxy, connection):
        connection.request("GET", "/models/object")
        with pytest.raises(OSError):
            connection.getresponse()
        proxy.wait_until_calm()
        connection.close()
        connection.request("GET", "/models/object")
        assert connection.getresponse().read() == _CONTENT


@pytest.mark.parametrize(
    ("kind", "method", "target", "range_header"),
    [
        (Kind.REPLACED, "GET", "/models?list-type=2", None),
        (Kind.DELETED, "HEAD", "/models/object", None),
        (Kind.GARBAGE, "HEAD", "/models/object", None),
        (Kind.CORRUPTED, "GET", "/models/object", "bytes=0-9"),
    ],
)
def test_an_impossible_fault_is_not_injected(
    upstream: str, kind: Kind, method: str, target: str, range_header: str | None
) -> None:
    with _asking(upstream, kind) as (proxy, connection):
        headers = {} if range_header is None else {"Range": range_header}
        connection.request(method, target, headers=headers)
        connection.getresponse().read()
        assert (proxy.requests(), proxy.struck()) == (1, ())


def test_faults_in_a_row_skip_the_requests_before_and_after(upstream: str) -> None:
    plan = FaultsInARow(
        Fault(Kind.SLOW_DOWN), skip=1, times=2, of=lambda request: request.path == "/models/object"
    )
    with _asking(upstream, plan) as (proxy, connection):
        statuses = []
        for path in ("object", "object", "other", "object", "object"):
            connection.request("GET", f"/models/{path}")
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)
        assert statuses == [200, 503, 200, 503, 200]
        struck = [(one.request.method, one.request.path, one.kind) for one in proxy.struck()]
        assert struck == [("GET", "/models/object", Kind.SLOW_DOWN)] * 2


def test_random_faults_depend_only_on_the_seed_and_the_request() -> None:
    requests = [Request("GET", f"/models/{n}", {}, {}, b"") for n in range(1000)]
    plan = RandomFaults(seed=1, rate=0.25)
    chosen = [plan(request, 0) for request in requests]
    again = [plan(request, 0) for request in reversed(requests)]
    assert chosen == again[::-1]
    assert chosen != [plan(request, 1) for request in requests]
    assert chosen != [RandomFaults(seed=2, rate=0.25)(request, 0) for request in requests]
    assert 200 < sum(fault is not None for fault in chosen) < 300


@pytest.mark.parametrize(("given", "seed"), [(None, 1), ("1234", 1234)])
def test_the_seed_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, given: str | None, seed: int
) -> None:
    monkeypatch.delenv("FAULT_SEED", raising=False)
    if given is not None:
        monkeypatch.setenv("FAULT_SEED", given)
    assert seed_of_environment() == seed


def test_a_random_seed_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAULT_SEED", "random")
    assert len({seed_of_environment() for _ in range(8)}) > 1


def test_a_seed_that_is_not_a_number_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAULT_SEED", "often")
    with pytest.raises(ValueError, match="often"):
        seed_of_environment()
