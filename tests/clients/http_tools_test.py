# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests both APIs with curl and h2load, with and without TLS."""

from __future__ import annotations

import contextlib
import dataclasses
import gzip
import subprocess
import urllib.parse
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.clients import messages
from tests.clients.http_tools import h2load_data_bytes, h2load_failures
from tests.clients.rpc import PREDICT, Endpoint
from tests.clients.servers import MAX_STREAMS, SECURITIES, ServedTo, make_tls, serving
from tests.conformance import servers

_SECONDS = 120.0
_MEBIBYTE = 1 << 20
_FRAME_HEAD = 5
_OK, _DEADLINE_EXCEEDED, _NOT_FOUND, _UNIMPLEMENTED = "0", "4", "5", "12"


@pytest.fixture(scope="module", params=SECURITIES)
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServedTo]:
    """A server with one kind of security, and a limit of 1 MiB for bodies of REST."""
    flags = [f"--rest_api_max_body_bytes={_MEBIBYTE}"]
    with serving(tmp_path_factory.mktemp(request.param), request.param, flags=flags) as running:
        yield running


@dataclasses.dataclass(frozen=True)
class _Response:
    """What curl received.

    Attributes:
        status: The HTTP status.
        version: The version of HTTP, in lower case.
        headers: The headers and the trailers.
        body: The body.
    """

    status: int
    version: str
    headers: dict[str, str]
    body: bytes


def _run(command: list[str]) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=_SECONDS, check=False, env={}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _identity(endpoint: Endpoint) -> list[str]:
    files = (
        ("--cacert", endpoint.ca),
        ("--key", endpoint.key),
        ("--cert", endpoint.certificate),
    )
    return [text for flag, path in files if path is not None for text in (flag, str(path))]


def _curl(folder: Path, url: str, body: bytes, *arguments: str) -> _Response:
    sent, head, received = folder / "sent", folder / "head", folder / "received"
    sent.write_bytes(body)
    command = ["/usr/bin/curl", "--silent", "--show-error", "--max-time", "100"]
    command += ["--data-binary", f"@{sent}", "--dump-header", str(head), "--output", str(received)]
    _run([*command, *arguments, url])
    lines = head.read_text(encoding="ascii").splitlines()
    # The last one: others may be "100 Continue".
    version, status = [line.split()[:2] for line in lines if line.startswith("HTTP/")][-1]
    headers = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
    return _Response(int(status), version.lower(), headers, received.read_bytes())


def _url(endpoint: Endpoint, path: str) -> str:
    scheme = "http" if endpoint.ca is None else "https"
    host = "localhost" if endpoint.address.startswith("unix:") else endpoint.address
    return f"{scheme}://{host}{path}"


def _version(endpoint: Endpoint, version: str) -> list[str]:
    """Returns the arguments of curl for a version of HTTP."""
    if version == "http/1.1":
        return ["--http1.1"]
    return ["--http2-prior-knowledge" if endpoint.ca is None else "--http2"]


def _rpc(
    folder: Path, served: ServedTo | _Rest, body: bytes, *headers: str, method: str = PREDICT
) -> _Response:
    """Makes a gRPC call with curl; `body` has the head of a frame."""
    arguments = [*_identity(served.endpoint), *_version(served.endpoint, "http/2")]
    if served.endpoint.address.startswith("unix:"):
        arguments += ["--unix-socket", served.endpoint.address.removeprefix("unix:")]
    for header in ("Content-Type: application/grpc", "TE: trailers", *headers):
        arguments += ["--header", header]
    return _curl(folder, _url(served.endpoint, method), body, *arguments)


def _frame(message: bytes, *, compressed: bool = False) -> bytes:
    return bytes([compressed]) + len(message).to_bytes(_FRAME_HEAD - 1, "big") + message


def _message(response: _Response) -> bytes:
    assert response.headers["grpc-status"] == _OK, response.headers
    flag, size = response.body[0], int.from_bytes(response.body[1:_FRAME_HEAD], "big")
    assert size == len(response.body) - _FRAME_HEAD
    message = response.body[_FRAME_HEAD:]
    if not flag:
        return message
    encoding = response.headers["grpc-encoding"]
    return {"gzip": gzip.decompress, "deflate": _inflate}[encoding](message)


def _inflate(compressed: bytes) -> bytes:
    return zlib.decompress(compressed)


def test_a_call_with_curl(served: ServedTo, tmp_path: Path) -> None:
    response = _rpc(tmp_path, served, _frame(messages.half(1.0)))
    assert messages.outputs(_message(response)) == [3.5]
    assert response.headers["content-type"] == "application/grpc"


def test_a_call_with_64_mib_both_ways(served: ServedTo, tmp_path: Path) -> None:
    content = bytes(range(256)) * (64 * _MEBIBYTE // 256)
    response = _rpc(tmp_path, served, _frame(messages.echo(content)))
    assert messages.content(_message(response)) == content


@pytest.mark.parametrize("timeout", ["1n", "0S", "1u"])
def test_a_call_whose_deadline_has_passed_when_it_arrives(
    served: ServedTo, tmp_path: Path, timeout: str
) -> None:
    response = _rpc(tmp_path, served, _frame(messages.half()), f"grpc-timeout: {timeout}")
    assert response.headers["grpc-status"] == _DEADLINE_EXCEEDED
    assert response.body == b""


@pytest.mark.parametrize(
    ("encoding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress)]
)
def test_compressed_requests(
    served: ServedTo, tmp_path: Path, encoding: str, compress: Callable[[bytes], bytes]
) -> None:
    content = b"abcd" * 1000
    message = compress(messages.echo(content))
    frame = _frame(message, compressed=True)
    response = _rpc(tmp_path, served, frame, f"grpc-encoding: {encoding}")
    assert messages.content(_message(response)) == content


def test_responses_are_compressed_as_the_server_is_configured_and_the_client_accepts(
    served: ServedTo, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    configured = {"tls": "gzip", "mtls": "deflate"}.get(request.node.callspec.params["served"])
    content = b"abcd" * 1000
    frame = _frame(messages.echo(content))
    for accepted in ("identity", "gzip", "deflate", "identity,deflate,gzip"):
        response = _rpc(tmp_path, served, frame, f"grpc-accept-encoding: {accepted}")
        assert messages.content(_message(response)) == content
        is_compressed = configured is not None and configured in accepted
        assert response.body[0] == is_compressed
        assert response.headers.get("grpc-encoding", "") == (configured if is_compressed else "")


def test_the_message_of_a_status_is_percent_encoded(served: ServedTo, tmp_path: Path) -> None:
    model = "Müller 模型 100%"
    response = _rpc(tmp_path, served, _frame(messages.predict(model, x=[1.0])))
    assert response.headers["grpc-status"] == _NOT_FOUND
    encoded = response.headers["grpc-message"]
    assert "%25" in encoded
    assert model.lower() in urllib.parse.unquote(encoded).lower()


# The response may arrive before curl has sent its request. curl 7.88 then waits for further bytes.
@pytest.mark.parametrize("size", [0, _MEBIBYTE])
def test_calls_of_an_unknown_method_are_unimplemented(
    served: ServedTo, tmp_path: Path, size: int
) -> None:
    for _ in range(20):
        response = _rpc(tmp_path, served, _frame(bytes(size)), method="/nobody/Nothing")
        assert (response.status, response.headers["grpc-status"]) == (200, _UNIMPLEMENTED)


def test_many_calls_with_h2load(served: ServedTo, tmp_path: Path) -> None:
    if served.endpoint.certificate is not None:
        pytest.skip("h2load shows no certificate")
    request = tmp_path / "request"
    request.write_bytes(_frame(messages.half(1.0)))
    size = len(_rpc(tmp_path, served, request.read_bytes()).body)
    count = 100 * MAX_STREAMS
    # h2load does not wait for the limit of the server before it sends requests.
    output = _h2load(served, request, count, 2, MAX_STREAMS)
    assert h2load_failures(output) == 0
    # A call with an error has no message.
    assert h2load_data_bytes(output) == count * size


@pytest.mark.parametrize("served", ["plain", "tls"], indirect=True)
def test_large_calls_with_h2load(served: ServedTo, tmp_path: Path) -> None:
    content = bytes(64 * _MEBIBYTE)
    request = tmp_path / "request"
    request.write_bytes(_frame(messages.echo(content)))
    output = _h2load(served, request, 2, 2, 1)
    assert h2load_failures(output) == 0
    assert h2load_data_bytes(output) > 2 * len(content)


def _h2load(served: ServedTo, request: Path, calls: int, connections: int, streams: int) -> str:
    command = ["/usr/bin/h2load", f"--requests={calls}", f"--clients={connections}"]
    command += [f"--max-concurrent-streams={streams}", f"--data={request}"]
    command += ["--header=content-type: application/grpc", "--header=te: trailers"]
    if served.endpoint.address.startswith("unix:"):
        command.append(f"--base-uri={served.endpoint.address}")
    return _run([*command, _url(served.endpoint, PREDICT)])


@dataclasses.dataclass(frozen=True)
class _Rest:
    """A REST server.

    Attributes:
        url: The start of the URLs of the models.
        endpoint: How to speak to it.
    """

    url: str
    endpoint: Endpoint


_VERSIONS = ["http/1.1", "http/2"]


@pytest.fixture(scope="module", params=["plain", "tls", "mtls"])
def rest(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[_Rest]:
    """A server whose REST port has one kind of security."""
    folder = tmp_path_factory.mktemp(f"rest-{request.param}")
    models = {"half": servers.Served("half_plus_three"), "identity": servers.Served("identity")}
    flags: list[str] = []
    endpoint = Endpoint("")
    if request.param != "plain":
        config, endpoint = make_tls(folder, verify=request.param == "mtls")
        flags.append(f"--ssl_config_file={config}")
    with contextlib.ExitStack() as stack:
        running = servers.serving(folder, models, flags=flags, tls=endpoint.tls())
        server = stack.enter_context(running)
        address = dataclasses.replace(endpoint, address=f"127.0.0.1:{server.rest_port}")
        yield _Rest(_url(address, "/v1/models"), address)


@pytest.mark.parametrize("version", _VERSIONS)
def test_rest_with_curl(rest: _Rest, tmp_path: Path, version: str) -> None:
    url = f"{rest.url}/half:predict"
    arguments = [*_identity(rest.endpoint), *_version(rest.endpoint, version)]
    response = _curl(tmp_path, url, b'{"instances": [1.0]}', *arguments)
    assert (response.status, b"3.5" in response.body) == (200, True)
    assert response.version == version


@pytest.mark.parametrize(
    ("rest", "version"),
    [("plain", "http/1.1"), ("plain", "http/2"), ("tls", "http/1.1"), ("mtls", "http/2")],
    indirect=["rest"],
)
def test_rest_with_64_mib_both_ways(rest: _Rest, tmp_path: Path, version: str) -> None:
    count = 64 * _MEBIBYTE // len("1.5,")
    body = b'{"instances": [' + b"1.5," * (count - 1) + b"1.5]}"
    url = f"{rest.url}/identity:predict"
    arguments = [*_identity(rest.endpoint), *_version(rest.endpoint, version)]
    response = _curl(tmp_path, url, body, *arguments)
    assert response.status == 200, response.body[:1000]
    assert response.body.count(b"1.5") == count


@pytest.mark.parametrize("served", ["plain"], indirect=True)
@pytest.mark.parametrize("version", _VERSIONS)
def test_rest_with_a_body_above_the_limit(served: ServedTo, tmp_path: Path, version: str) -> None:
    url = f"http://127.0.0.1:{served.server.rest_port}/v1/models/half:predict"
    body = bytes(2 * _MEBIBYTE)
    response = _curl(tmp_path, url, body, *_version(served.endpoint, version))
    assert (response.status, response.version) == (413, version)
    assert b"--rest_api_max_body_bytes" in response.body


@pytest.mark.parametrize("size", [0, _MEBIBYTE])
def test_grpc_calls_of_the_rest_port_are_unimplemented(
    rest: _Rest, tmp_path: Path, size: int
) -> None:
    for _ in range(20):
        response = _rpc(tmp_path, rest, _frame(bytes(size)))
        assert (response.status, response.headers["grpc-status"]) == (200, _UNIMPLEMENTED)
        assert "--port" in response.headers["grpc-message"]


def test_rest_with_compression(rest: _Rest, tmp_path: Path) -> None:
    body = gzip.compress(b'{"instances": [' + b"1.0, " * 9999 + b"1.0]}")
    arguments = [*_identity(rest.endpoint), "--header", "Content-Encoding: gzip"]
    arguments += ["--header", "Accept-Encoding: gzip"]
    response = _curl(tmp_path, f"{rest.url}/half:predict", body, *arguments)
    assert response.headers["content-encoding"] == "gzip"
    assert gzip.decompress(response.body).count(b"3.5") == 10_000


@pytest.mark.parametrize("flags", [["--h1"], ["--max-concurrent-streams=10"]])
def test_many_rest_requests_with_h2load(rest: _Rest, tmp_path: Path, flags: list[str]) -> None:
    if rest.endpoint.certificate is not None:
        pytest.skip("h2load shows no certificate")
    body = tmp_path / "body.json"
    body.write_bytes(b'{"instances": [1.0]}')
    command = ["/usr/bin/h2load", "--requests=2000", "--clients=8", f"--data={body}", *flags]
    assert h2load_failures(_run([*command, f"{rest.url}/half:predict"])) == 0
