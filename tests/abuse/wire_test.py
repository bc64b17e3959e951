# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Text of clients that other programs, such as log readers, would misunderstand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.abuse import grpc_client, rest
from tests.abuse.servers import assert_serves, saved_model, serving

_MEBIBYTE = 1 << 20
_LONGEST_LINE = 8_192
_MOST_ROWS = 300  # Per metric, for any requests.


@pytest.fixture(scope="module", params=["text", "json"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ModelServer]:
    """A server with an access log, as text or JSON."""
    models = {"half": saved_model("half_plus_three")}
    flags = [f"--log_format={request.param}", "--access_log"]
    with serving(tmp_path_factory.mktemp("wire"), models, flags=flags) as running:
        yield running


_BODY = b'{"instances": [1.0]}'
_HEAD = b"POST /v1/models/half:predict HTTP/1.1\r\nHost: localhost\r\n"
_LENGTH = b"Content-Length: %d\r\n" % len(_BODY)
_CHUNKS = b"%x\r\n%s\r\n0\r\n\r\n" % (len(_BODY), _BODY)
_GET = b"GET /v1/models/half HTTP/1.1\r\n"

_REFUSED = {
    "gzip, chunked": _HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + _CHUNKS,
    "chunked, gzip": _HEAD + b"Transfer-Encoding: chunked, gzip\r\n\r\n" + _CHUNKS,
    "chunked twice": _HEAD + b"Transfer-Encoding: chunked, chunked\r\n\r\n" + _CHUNKS,
    "chunked in two lines": _HEAD + b"Transfer-Encoding: chunked\r\n" * 2 + b"\r\n" + _CHUNKS,
    "identity": _HEAD + _LENGTH + b"Transfer-Encoding: identity\r\n\r\n" + _BODY,
    "an unknown coding": _HEAD + b"Transfer-Encoding: xchunked\r\n\r\n" + _CHUNKS,
    "a coding before a tab": _HEAD + b"Transfer-Encoding: \x0bchunked\r\n\r\n" + _CHUNKS,
    "chunks and a length": _HEAD + _LENGTH + b"Transfer-Encoding: chunked\r\n\r\n" + _CHUNKS,
    "a length and chunks": _HEAD + b"Transfer-Encoding: chunked\r\n" + _LENGTH + b"\r\n" + _CHUNKS,
    "chunks in HTTP/1.0": _HEAD.replace(b"1.1", b"1.0")
    + b"Transfer-Encoding: chunked\r\n\r\n"
    + _CHUNKS,
    "two lengths": _HEAD + _LENGTH + b"Content-Length: 5\r\n\r\n" + _BODY,
    "a list of lengths": _HEAD + b"Content-Length: 20, 5\r\n\r\n" + _BODY,
    "a length with a sign": _HEAD + b"Content-Length: +20\r\n\r\n" + _BODY,
    "a length in hex": _HEAD + b"Content-Length: 0x14\r\n\r\n" + _BODY,
    "a length with a space": _HEAD + b"Content-Length: 2 0\r\n\r\n" + _BODY,
    "an empty length": _HEAD + b"Content-Length:\r\n\r\n",
    "a space before the colon": _HEAD + b"Content-Length : 20\r\n\r\n" + _BODY,
    "a folded line": _HEAD + _LENGTH + b"X-Folded: one\r\n two\r\n\r\n" + _BODY,
    "a line folded by a tab": _HEAD + _LENGTH + b"X-Folded: one\r\n\ttwo\r\n\r\n" + _BODY,
    "a folded length": _HEAD + b"Content-Length:\r\n 20\r\n\r\n" + _BODY,
    "a folded coding": _HEAD + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + _CHUNKS,
    "a first line that begins with a space": _GET + b" Host: localhost\r\n\r\n",
    "a CR in a header": _HEAD + _LENGTH + b"X-Text: a\rb\r\n\r\n" + _BODY,
    "a NUL in a header": _HEAD + _LENGTH + b"X-Text: a\0b\r\n\r\n" + _BODY,
    "a NUL in a name": _HEAD + _LENGTH + b"X\0Text: a\r\n\r\n" + _BODY,
    "no name": _HEAD + _LENGTH + b": a\r\n\r\n" + _BODY,
    "no Host": _GET + b"\r\n",
    "two Hosts": _GET + b"Host: localhost\r\nHost: evil\r\n\r\n",
    "the same Host twice": _GET + b"Host: localhost\r\nhost: localhost\r\n\r\n",
    "a list of Hosts": _GET + b"Host: localhost, evil\r\n\r\n",
    "a Host with a path": _GET + b"Host: localhost/evil\r\n\r\n",
    "a Host with a user": _GET + b"Host: user@localhost\r\n\r\n",
    "a Host with a space": _GET + b"Host: local host\r\n\r\n",
    "another host in the target": b"GET http://evil/v1/models/half HTTP/1.1\r\n"
    b"Host: localhost\r\n\r\n",
    "a target that ends in a query": b"GET http://evil?/v1/models/half HTTP/1.1\r\n"
    b"Host: localhost\r\n\r\n",
    "a target with a user": b"GET http://localhost@evil/v1/models/half HTTP/1.1\r\n"
    b"Host: localhost\r\n\r\n",
    "a target with another port": b"GET http://localhost:1/v1/models/half HTTP/1.1\r\n"
    b"Host: localhost\r\n\r\n",
    "a target of another scheme": b"GET ftp://localhost/v1/models/half HTTP/1.1\r\n"
    b"Host: localhost\r\n\r\n",
    "a target without a slash": b"GET v1/models/half HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "CONNECT": b"CONNECT evil:443 HTTP/1.1\r\nHost: evil:443\r\n\r\n",
    "a tab in the first line": b"GET\t/v1/models/half\tHTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a version in small letters": b"GET /v1/models/half http/1.1\r\nHost: localhost\r\n\r\n",
    "no version": b"GET /v1/models/half\r\nHost: localhost\r\n\r\n",
    "a chunk with a sign": _HEAD
    + b"Transfer-Encoding: chunked\r\n\r\n+14\r\n"
    + _BODY
    + b"\r\n0\r\n\r\n",
    "a chunk in 0x": _HEAD
    + b"Transfer-Encoding: chunked\r\n\r\n0x14\r\n"
    + _BODY
    + b"\r\n0\r\n\r\n",
    "a chunk of 2^64 bytes and more": _HEAD
    + b"Transfer-Encoding: chunked\r\n\r\n10000000000000014\r\n"
    + _BODY
    + b"\r\n0\r\n\r\n",
    "a chunk longer than it says": _HEAD
    + b"Transfer-Encoding: chunked\r\n\r\n5\r\n"
    + _BODY
    + b"\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("name", list(_REFUSED))
def test_requests_that_other_programs_parse_differently_are_400(
    server: ModelServer, name: str
) -> None:
    with rest.connected(server) as connection:
        connection.sendall(_REFUSED[name])
        answer = rest.read_answer(connection)
        assert (answer.code, list(answer.json())) == (400, ["error"]), answer
        # Another program could take the following request for a body.
        assert connection.recv(1) == b""


_TAKEN = {
    "a target with this host": b"GET http://localhost/v1/models/half HTTP/1.1\r\n"
    b"Host: localhost\r\n\r\n",
    "HTTP/1.0 without a Host": b"GET /v1/models/half HTTP/1.0\r\n\r\n",
    "an empty Host": _GET + b"Host:\r\n\r\n",
    "a Host with a port": _GET + b"Host: localhost:8501\r\n\r\n",
    "a Host in IPv6": _GET + b"Host: [::1]:8501\r\n\r\n",
}


@pytest.mark.parametrize("name", list(_TAKEN))
def test_requests_in_unusual_forms_are_answered(server: ModelServer, name: str) -> None:
    with rest.connected(server) as connection:
        connection.sendall(_TAKEN[name])
        assert rest.read_answer(connection).code == 200


_SPLIT = "half\nevil: access\r\n\x1b[31m\u2028\x00\x85\x7f"


def _access_lines(server: ModelServer, ask: Any) -> list[str]:
    """Returns the log lines of the requests that `ask` sends."""
    _log_marker(server, "begin")
    since = server.process.line_count
    ask()
    _log_marker(server, "end")
    return [line for line in server.process.lines(since) if "marker-" not in line]


def _log_marker(server: ModelServer, name: str) -> None:
    """Waits for the log lines of earlier requests, by a request with a marker."""
    marker = f"marker-{name}-{server.process.line_count}"
    rest.get(server, f"/v1/models/{marker}")
    server.process.wait_for_line(marker, timeout_seconds=rest.SECONDS)


def _call(server: ModelServer, message: bytes, **metadata: str) -> None:
    with pytest.raises(grpc.RpcError):
        grpc_client.predict(server, message, metadata=list(metadata.items()))


@pytest.mark.parametrize("what", ["model", "signature"])
def test_a_name_of_1_mb_is_cut_in_the_log(server: ModelServer, what: str) -> None:
    long = "é" * (_MEBIBYTE // 2)
    message = {
        "model": grpc_client.predict_message(long, [1.0]),
        "signature": grpc_client.predict_message("half", [1.0], signature=long),
    }[what]
    lines = _access_lines(server, lambda: _call(server, message))
    assert len(lines) == 1
    assert max(len(line.encode()) for line in lines) < _LONGEST_LINE


def test_headers_and_paths_are_cut_in_the_log(server: ModelServer) -> None:
    def ask() -> None:
        long = "x" * 30_000
        rest.post(server, _BODY, headers={"traceparent": long, "User-Agent": long})
        rest.post(server, _BODY, path=f"/v1/models/{long}:predict")
        rest.post(server, _BODY, path=f"/v1/models/half/labels/{long}:predict")
        rest.post(server, _BODY, path=f"/v1/models/half/versions/{'1' * 30_000}:predict")
        rest.get(server, f"/{long}")
        rest.get(server, f"/v1/models/half?{long}")
        _call(server, grpc_client.predict_message("none", [1.0]), traceparent="y" * 5_000)

    lines = _access_lines(server, ask)
    assert max(len(line) for line in lines) < _LONGEST_LINE


def test_a_request_always_makes_one_line_of_the_log(server: ModelServer) -> None:
    def ask() -> None:
        _call(server, grpc_client.predict_message(_SPLIT, [1.0]))
        _call(server, grpc_client.predict_message("half", [1.0], signature=_SPLIT))
        rest.post(server, _BODY, path="/v1/models/half%0Aevil%0D%1B%5B31m%00:predict")
        rest.post(server, b'{"signature_name": "a\\nevil: access", "instances": [1]}')
        rest.post(server, _BODY, headers={"traceparent": "\x1b[31m evil"})

    lines = _access_lines(server, ask)
    assert len(lines) == 5, lines
    for line in lines:
        assert not line.startswith("evil"), line
        assert not [c for c in line if ord(c) < 32 or c in "\x7f\x85\u2028"], line


def _metric_rows(server: ModelServer) -> dict[str, int]:
    """Returns the number of rows of each metric."""
    rows: dict[str, int] = {}
    for line in rest.get(server, "/monitoring/prometheus/metrics").body.decode().splitlines():
        if line and not line.startswith("#"):
            name = line.partition("{")[0].partition(" ")[0]
            rows[name] = rows.get(name, 0) + 1
    return rows


def test_invented_names_make_no_rows_of_metrics(server: ModelServer) -> None:
    before = _metric_rows(server)
    with grpc_client.channel(server) as channel:
        call = channel.unary_unary(grpc_client.PREDICT)
        for number in range(500):
            rest.post(server, _BODY, path=f"/v1/models/none-{number}:predict")
            rest.post(server, _BODY, path=f"/v1/models/half/labels/none-{number}:predict")
            rest.post(server, _BODY, path=f"/v1/models/half/versions/{number + 2}:predict")
            rest.post(server, b'{"signature_name": "none-%d", "instances": [1]}' % number)
            rest.get(server, f"/none-{number}")
            for model, signature in ((f"none-{number}", ""), ("half", f"none-{number}")):
                message = grpc_client.predict_message(model, [1.0], signature=signature)
                with pytest.raises(grpc.RpcError):
                    call(message, timeout=rest.SECONDS)
            with pytest.raises(grpc.RpcError):
                channel.unary_unary(f"/none/None{number}")(b"", timeout=rest.SECONDS)
    after = _metric_rows(server)
    grown = {name: after[name] - before.get(name, 0) for name in after}
    # Errors add rows by status.
    assert max(grown.values()) < _MOST_ROWS, {n: c for n, c in grown.items() if c >= _MOST_ROWS}


_LONG = "n" * 100_000
_WRONG_NAMES = [_LONG, "..", ".", "a/../b", "../half", "half/..", ""]


@pytest.mark.parametrize("name", _WRONG_NAMES, ids=[repr(name[:10]) for name in _WRONG_NAMES])
def test_a_reload_with_a_name_that_urls_cannot_contain_is_refused(
    server: ModelServer, name: str
) -> None:
    def config(model: str) -> bytes:
        fields = grpc_client.field(1, model.encode()) + grpc_client.field(2, b"/tmp/none")
        one = grpc_client.field(1, fields + grpc_client.field(4, b"tensorflow"))
        return grpc_client.field(1, grpc_client.field(1, one))

    with grpc_client.channel(server) as channel, pytest.raises(grpc.RpcError) as failure:
        reload = channel.unary_unary("/tensorflow.serving.ModelService/HandleReloadConfigRequest")
        reload(config(name), timeout=rest.SECONDS)
    assert failure.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "name" in failure.value.details()
    assert len(failure.value.details()) < _LONGEST_LINE
    assert_serves(server)
