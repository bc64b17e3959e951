# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the gRPC port with a client of another project, with and without TLS.

TFS3_RPC_CLIENT in the environment is the name of the client.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest

from tests.clients import messages
from tests.clients.rpc import (
    GET_MODEL_STATUS,
    HEALTH_CHECK,
    HEALTH_WATCH,
    PREDICT,
    REFLECTION,
    Client,
    Endpoint,
    Failure,
    Options,
)
from tests.clients.rpc_clients import open_client
from tests.clients.servers import MAX_STREAMS, SECURITIES, ServedTo, serving
from tests.e2e.waiting import wait_for

_NAME = os.environ["TFS3_RPC_CLIENT"]
_SECONDS = 120.0
_MEBIBYTE = 1 << 20
_SERVING, _SERVICE_UNKNOWN = b"\x08\x01", b"\x08\x03"
_TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
_NO_COMPRESSION = {"grpclib"}
# What a client reports for a GOAWAY with ENHANCE_YOUR_CALM and "too_many_pings".
_TOO_MANY_PINGS = {
    "grpc-js": ("RESOURCE_EXHAUSTED", "Bandwidth exhausted"),
    "grpcio": ("UNAVAILABLE", "Too many pings|too_many_pings"),
    "grpcio-asyncio": ("UNAVAILABLE", "Too many pings|too_many_pings"),
    # It may report the end of the connection in place of the reason.
    "grpclib": ("UNAVAILABLE", "GOAWAY.*error_code: (11|ErrorCodes.ENHANCE)|Connection lost"),
}


@pytest.fixture(scope="module", params=SECURITIES)
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServedTo]:
    """A server with one kind of security."""
    with serving(tmp_path_factory.mktemp(request.param), request.param) as running:
        yield running


@pytest.fixture(scope="module")
def client(served: ServedTo) -> Iterator[Client]:
    """A client for all tests: each test also shows that the one before broke nothing."""
    with open_client(_NAME, served.endpoint) as opened:
        yield opened


def _answer(client: Client, request: bytes, *, method: str = PREDICT) -> bytes:
    return client.call(method, request, timeout=_SECONDS).result()


def _assert_answers(client: Client) -> None:
    """Checks that the server answers both quick requests and those that need a thread."""
    assert messages.outputs(_answer(client, messages.half(1.0))) == [3.5]
    assert messages.content(_answer(client, messages.echo(b"abcd"))) == b"abcd"


def _failure(client: Client, request: bytes, *, timeout: float = _SECONDS) -> Failure:
    with pytest.raises(Failure) as raised:
        client.call(PREDICT, request, timeout=timeout).result()
    return raised.value


def test_small_messages(client: Client) -> None:
    _assert_answers(client)


def test_a_message_of_64_mib_both_ways(client: Client) -> None:
    # Numbers that compress well, because the server compresses the response for some clients.
    content = bytes(range(256)) * (64 * _MEBIBYTE // 256)
    assert messages.content(_answer(client, messages.echo(content))) == content
    _assert_answers(client)


def test_a_deadline_ends_the_call_and_its_run(client: Client) -> None:
    assert _failure(client, messages.endless(), timeout=0.5).code == "DEADLINE_EXCEEDED"
    _assert_answers(client)


def test_deadlines_end_calls_that_wait_for_a_thread(client: Client) -> None:
    calls = [client.call(PREDICT, messages.endless(), timeout=0.5) for _ in range(8)]
    for call in calls:
        with pytest.raises(Failure) as raised:
            call.result()
        assert raised.value.code == "DEADLINE_EXCEEDED"
    _assert_answers(client)


def test_a_cancelled_call_that_waits_for_a_thread_does_not_run(
    client: Client, served: ServedTo
) -> None:
    started = [served.folder / f"started-{number}" for number in range(3)]
    release, never = served.folder / "release", served.folder / "never"
    calls = [
        client.call(PREDICT, messages.waiting(started[0], release), timeout=_SECONDS),
    ]
    wait_for(bool, started[0].exists)
    calls.append(client.call(PREDICT, messages.waiting(started[1], never), timeout=_SECONDS))
    # When the next call is answered, the server has that call: grpc-js does not cancel a call that
    # it has not sent yet.
    _answer(client, messages.status("half"), method=GET_MODEL_STATUS)
    calls[1].cancel()
    with pytest.raises(Failure) as raised:
        calls[1].result()
    assert raised.value.code == "CANCELLED"
    # Calls without a thread that follow the cancellation on the same connection.
    for _ in range(20):
        _answer(client, messages.status("half"), method=GET_MODEL_STATUS)
    calls.append(client.call(PREDICT, messages.waiting(started[2], release), timeout=_SECONDS))
    release.touch()
    assert messages.outputs(calls[0].result()) == [7.0]
    assert messages.outputs(calls[2].result()) == [7.0]
    assert not started[1].exists()
    release.unlink()
    for path in (started[0], started[2]):
        path.unlink()


def test_a_cancelled_call_that_runs_does_not_affect_others(
    client: Client, served: ServedTo
) -> None:
    started, release = served.folder / "started", served.folder / "released"
    call = client.call(PREDICT, messages.waiting(started, release), timeout=_SECONDS)
    wait_for(bool, started.exists)
    call.cancel()
    with pytest.raises(Failure) as raised:
        call.result()
    assert raised.value.code == "CANCELLED"
    assert messages.outputs(_answer(client, messages.half(1.0))) == [3.5]
    release.touch()
    _assert_answers(client)


@pytest.mark.skipif(_NAME in _NO_COMPRESSION, reason=f"{_NAME} does not compress")
@pytest.mark.parametrize("compression", ["gzip", "deflate"])
def test_compressed_requests(served: ServedTo, compression: str) -> None:
    content = bytes(range(256)) * 4096
    request = messages.echo(content)
    with open_client(_NAME, served.endpoint, Options(compression=compression)) as client:
        response = client.call(
            PREDICT, request, timeout=_SECONDS, metadata=[("traceparent", _TRACE)]
        ).result()
        assert messages.content(response) == content
        _assert_answers(client)


def test_metadata_of_text_and_of_bytes(client: Client, served: ServedTo) -> None:
    trace = _TRACE.replace("0af7", "1bf8")
    metadata: list[tuple[str, str | bytes]] = [
        ("x-text", "two words, ~!@#$%^&*()"),
        ("x-several", "one"),
        ("x-several", "two"),
        ("x-bytes-bin", bytes(range(256))),
        ("x-empty-bin", b""),
        ("traceparent", trace),
    ]
    response = client.call(PREDICT, messages.half(), timeout=_SECONDS, metadata=metadata).result()
    assert messages.outputs(response) == [3.5]
    lines = wait_for(
        bool, lambda: [line for line in served.server.log_tail(10_000) if trace in line]
    )
    assert "Predict" in lines[0]


def test_metadata_up_to_the_limit(client: Client) -> None:
    metadata = [("x-large", "x" * 7000)]
    response = client.call(PREDICT, messages.half(), timeout=_SECONDS, metadata=metadata).result()
    assert messages.outputs(response) == [3.5]


def test_metadata_beyond_the_limit_fails_one_call(client: Client) -> None:
    metadata = [("x-large", "x" * 9000)]
    call = client.call(PREDICT, messages.half(), timeout=_SECONDS, metadata=metadata)
    with pytest.raises(Failure) as raised:
        call.result()
    assert raised.value.code == "RESOURCE_EXHAUSTED"
    _assert_answers(client)


def test_reflection(client: Client) -> None:
    list_services = b"\x3a\x00"
    stream = client.stream(REFLECTION, list_services, timeout=_SECONDS)
    response = stream.next()
    assert response is not None
    assert b"tensorflow.serving.PredictionService" in response
    assert stream.next() is None


def test_health_check(client: Client) -> None:
    assert _answer(client, messages.health("half"), method=HEALTH_CHECK) == _SERVING
    with pytest.raises(Failure) as raised:
        _answer(client, messages.health("nobody"), method=HEALTH_CHECK)
    assert raised.value.code == "NOT_FOUND"


def test_health_watch(client: Client) -> None:
    known = client.stream(HEALTH_WATCH, messages.health("half"), timeout=_SECONDS)
    unknown = client.stream(HEALTH_WATCH, messages.health("nobody"), timeout=_SECONDS)
    assert known.next() == _SERVING
    assert unknown.next() == _SERVICE_UNKNOWN
    known.cancel()
    unknown.cancel()
    _assert_answers(client)


@pytest.mark.parametrize("model", ["nobody", "Müller", "模型", "a%20b", "\N{ROCKET}", "a\nb"])
def test_the_message_of_a_status_is_the_text_of_the_server(client: Client, model: str) -> None:
    failure = _failure(client, messages.predict(model, x=[1.0]))
    assert failure.code == "NOT_FOUND"
    assert model in failure.details


def test_more_calls_than_one_connection_has_streams(client: Client) -> None:
    number = 20 * MAX_STREAMS
    calls = [client.call(PREDICT, messages.half(2.0 * x), timeout=_SECONDS) for x in range(number)]
    answers = [messages.outputs(call.result()) for call in calls]
    assert answers == [[x + 3.0] for x in range(number)]


def test_more_calls_than_streams_wait_at_the_client(client: Client, served: ServedTo) -> None:
    release = served.folder / "release-all"
    requests = [
        messages.waiting(served.folder / f"all-{number}", release)
        for number in range(2 * MAX_STREAMS)
    ]
    calls = [client.call(PREDICT, request, timeout=_SECONDS) for request in requests]
    wait_for(bool, lambda: list(served.folder.glob("all-*")))
    release.touch()
    for call in calls:
        assert messages.outputs(call.result()) == [7.0]


@pytest.mark.parametrize("served", ["plain", "tls"], indirect=True)
def test_pings_that_are_too_frequent_end_the_connection(served: ServedTo) -> None:
    # The client ignores the limit of a PING in five minutes, and the server says why it closes.
    options = Options(keepalive_seconds=0.05)
    with open_client(_NAME, served.endpoint, options) as client:
        release = served.folder / "ping-release"
        request = messages.waiting(served.folder / "ping-started", release)
        with pytest.raises(Failure) as raised:
            client.call(PREDICT, request, timeout=_SECONDS).result()
        release.touch()
    code, details = _TOO_MANY_PINGS[_NAME]
    assert raised.value.code == code
    assert re.search(details, raised.value.details), raised.value
    with open_client(_NAME, served.endpoint) as polite:
        _assert_answers(polite)


def test_a_client_without_tls_is_unavailable_where_the_server_needs_tls(served: ServedTo) -> None:
    if served.endpoint.ca is None:
        pytest.skip("this server has no TLS")
    with open_client(_NAME, Endpoint(served.endpoint.address)) as client:
        assert _failure(client, messages.half(), timeout=5.0).code in {
            "UNAVAILABLE",
            "DEADLINE_EXCEEDED",
        }


def test_a_client_without_a_certificate_is_refused_where_the_server_needs_one(
    served: ServedTo,
) -> None:
    if served.endpoint.certificate is None:
        pytest.skip("this server needs no certificate")
    endpoint = Endpoint(served.endpoint.address, ca=served.endpoint.ca)
    with open_client(_NAME, endpoint) as client:
        assert _failure(client, messages.half(), timeout=5.0).code in {
            "UNAVAILABLE",
            "DEADLINE_EXCEEDED",
        }
