# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests REST over HTTP/2 with curl and h2load, and clients of one API on the port of the other."""

from __future__ import annotations

import dataclasses
import gzip
import json
import re
import ssl
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import grpc
import pytest
from tensorflow_serving.apis import prediction_service_pb2_grpc
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.conformance.servers import Certificate, Served, make_certificate, serving
from tests.e2e import clients

_SECONDS = 60.0
_HALF = {"half": Served("half_plus_three")}
_BODY = '{"instances": [1.0, 2.0]}'
_ANSWER = {"predictions": [3.5, 4.0]}
_PREDICT = "/v1/models/half:predict"
_MAX_BODY_BYTES = 1 << 20
_REQUESTS = 2_000


@dataclasses.dataclass(frozen=True)
class _Answer:
    """A response, as curl shows it."""

    version: str  # "2"
    code: int
    headers: str  # In lower case.
    body: bytes


@pytest.fixture(scope="module")
def sockets() -> Iterator[Path]:
    """A folder with a short path, because a socket path has at most 107 bytes."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def plain(sockets: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelServer]:
    """A server without TLS, and with a UNIX socket."""
    folder = tmp_path_factory.mktemp("plain")
    flags = [
        f"--rest_api_socket_path={sockets / 'rest'}",
        f"--rest_api_max_body_bytes={_MAX_BODY_BYTES}",
        "--rest_api_enable_cors_support",
    ]
    with serving(folder, _HALF, flags=flags) as running:
        yield running


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """The certificate of the server."""
    return make_certificate(tmp_path_factory.mktemp("certificates"), "server")


@pytest.fixture(scope="module")
def private(
    identity: Certificate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ModelServer]:
    """A server with TLS."""
    folder = tmp_path_factory.mktemp("private")
    config = folder / "ssl.config"
    config.write_text(
        f"server_key: {json.dumps(identity.key.read_text())}\n"
        f"server_cert: {json.dumps(identity.certificate.read_text())}\n"
    )
    context = ssl.create_default_context(cafile=str(identity.certificate))
    flags = [f"--ssl_config_file={config}"]
    with serving(folder, _HALF, flags=flags, tls=context) as running:
        yield running


def _run(command: Sequence[str]) -> bytes:
    done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


def _curl(url: str, *arguments: str) -> _Answer:
    output = _run(["curl", "--silent", "--show-error", "--include", *arguments, url])
    head, _, body = output.partition(b"\r\n\r\n")
    first, _, headers = head.decode().partition("\r\n")
    version, code = first.removeprefix("HTTP/").split()[:2]
    return _Answer(version, int(code), headers.lower(), body)


def _h2c(server: ModelServer, path: str, *arguments: str) -> _Answer:
    url = f"http://127.0.0.1:{server.rest_port}{path}"
    return _curl(url, "--http2-prior-knowledge", *arguments)


def test_curl_with_prior_knowledge(plain: ModelServer) -> None:
    answer = _h2c(plain, _PREDICT, "-d", _BODY)
    assert (answer.version, answer.code, json.loads(answer.body)) == ("2", 200, _ANSWER)
    assert "content-type: application/json" in answer.headers


def test_curl_over_a_unix_socket(plain: ModelServer, sockets: Path) -> None:
    assert plain.rest_port
    answer = _curl(
        f"http://localhost{_PREDICT}",
        *("--unix-socket", str(sockets / "rest"), "--http2-prior-knowledge", "-d", _BODY),
    )
    assert (answer.version, json.loads(answer.body)) == ("2", _ANSWER)


def test_an_upgrade_to_h2c_is_ignored(plain: ModelServer) -> None:
    url = f"http://127.0.0.1:{plain.rest_port}{_PREDICT}"
    answer = _curl(url, "--http2", "-d", _BODY)
    assert (answer.version, json.loads(answer.body)) == ("1.1", _ANSWER)


@pytest.mark.parametrize(
    ("arguments", "version"),
    [(["--http2"], "2"), (["--http1.1"], "1.1"), (["--no-alpn"], "1.1")],
    ids=["h2", "http/1.1", "no ALPN"],
)
def test_tls_chooses_the_protocol_of_curl(
    private: ModelServer, identity: Certificate, arguments: list[str], version: str
) -> None:
    url = f"https://localhost:{private.rest_port}{_PREDICT}"
    answer = _curl(url, "--cacert", str(identity.certificate), "-d", _BODY, *arguments)
    assert (answer.version, answer.code, json.loads(answer.body)) == (version, 200, _ANSWER)


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/v1/models/half", "/v1/models"])
def test_get_and_head(plain: ModelServer, path: str) -> None:
    answer = _h2c(plain, path)
    assert (answer.version, answer.code) == ("2", 200)
    head = _h2c(plain, path, "--head")
    assert (head.version, head.code, head.body) == ("2", 200, b"")
    assert f"content-length: {len(answer.body)}" in head.headers


def test_errors_of_the_api(plain: ModelServer) -> None:
    answer = _h2c(plain, "/v1/models/none:predict", "-d", _BODY)
    assert (answer.code, list(json.loads(answer.body))) == (404, ["error"])


def test_cors(plain: ModelServer) -> None:
    answer = _h2c(plain, _PREDICT, "-d", _BODY, "-H", "Origin: http://a.example")
    assert "access-control-allow-origin: *" in answer.headers


def test_gzip_both_ways(plain: ModelServer, tmp_path: Path) -> None:
    values = [1.0] * 10_000
    body = tmp_path / "body.gz"
    body.write_bytes(gzip.compress(json.dumps({"instances": values}).encode()))
    answer = _h2c(
        plain,
        _PREDICT,
        *("--data-binary", f"@{body}", "-H", "Content-Encoding: gzip"),
        *("-H", "Accept-Encoding: gzip"),
    )
    assert "content-encoding: gzip" in answer.headers
    assert json.loads(gzip.decompress(answer.body)) == {"predictions": [3.5] * 10_000}


def test_large_bodies(private: ModelServer, identity: Certificate, tmp_path: Path) -> None:
    body = tmp_path / "body.json"
    body.write_text(json.dumps({"instances": [1.0] * 2_000_000}))
    answer = _curl(
        f"https://localhost:{private.rest_port}{_PREDICT}",
        *("--http2", "--cacert", str(identity.certificate), "--data-binary", f"@{body}"),
    )
    assert json.loads(answer.body) == {"predictions": [3.5] * 2_000_000}


def test_a_body_above_the_limit_is_413(plain: ModelServer, tmp_path: Path) -> None:
    body = tmp_path / "body.json"
    body.write_bytes(b" " * (_MAX_BODY_BYTES + 1))
    answer = _h2c(plain, _PREDICT, "--data-binary", f"@{body}")
    assert answer.code == 413
    assert "--rest_api_max_body_bytes" in json.loads(answer.body)["error"]


def _h2load(url: str, *arguments: str) -> str:
    command = ["h2load", f"--requests={_REQUESTS}", "--clients=4", "--max-concurrent-streams=20"]
    return _run([*command, *arguments, url]).decode()


def test_h2load(plain: ModelServer, private: ModelServer, tmp_path: Path) -> None:
    body = tmp_path / "body.json"
    body.write_text(_BODY)
    for server, scheme in ((plain, "http"), (private, "https")):
        output = _h2load(f"{scheme}://127.0.0.1:{server.rest_port}{_PREDICT}", f"--data={body}")
        assert re.search(rf"^status codes: {_REQUESTS} 2xx, 0 3xx", output, re.MULTILINE), output


def test_a_grpc_client_on_the_rest_port_gets_the_name_of_the_right_port(
    plain: ModelServer, private: ModelServer, identity: Certificate
) -> None:
    credentials = grpc.ssl_channel_credentials(identity.certificate.read_bytes())
    for server, channel in (
        (plain, grpc.insecure_channel(f"127.0.0.1:{plain.rest_port}")),
        (private, grpc.secure_channel(f"localhost:{private.rest_port}", credentials)),
    ):
        with channel:
            stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
            with pytest.raises(grpc.RpcError) as raised:
                stub.Predict(clients.predict_request(server, {"x": [1.0]}), timeout=_SECONDS)
        assert raised.value.code() == grpc.StatusCode.UNIMPLEMENTED
        assert "gRPC port (--port)" in raised.value.details()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--http2-prior-knowledge", "-d", _BODY], 415),
        (["--http2-prior-knowledge"], 405),
        (["--http1.1", "-d", _BODY], 400),
    ],
    ids=["POST", "GET", "HTTP/1.1"],
)
def test_curl_on_the_grpc_port_gets_the_name_of_the_right_port(
    plain: ModelServer, arguments: list[str], code: int
) -> None:
    answer = _curl(f"http://127.0.0.1:{plain.grpc_port}{_PREDICT}", *arguments)
    assert answer.code == code
    assert b"--rest_api_port" in answer.body
