# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests TLS of gRPC and REST with an SSLConfig."""

from __future__ import annotations

import dataclasses
import http.client
import json
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from tensorflow_serving.apis import prediction_service_pb2_grpc
from tensorflow_serving_s3.errors import ProgramError
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.conformance.servers import (
    Certificate,
    Served,
    make_certificate,
    serving,
    write_ssl_config,
)
from tests.e2e import clients

_SECONDS = 30.0
_HALF = {"half": Served("half_plus_three")}


@dataclasses.dataclass(frozen=True)
class _Identities:
    """The certificates of the server, of the authority of the clients, and of a client."""

    server: Certificate
    authority: Certificate
    client: Certificate
    stranger: Certificate


@pytest.fixture(scope="module")
def identities(tmp_path_factory: pytest.TempPathFactory) -> _Identities:
    """Keys and certificates for this run."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = make_certificate(folder, "authority")
    return _Identities(
        server=make_certificate(folder, "server"),
        authority=authority,
        client=make_certificate(folder, "client", issuer=authority),
        stranger=make_certificate(folder, "stranger"),
    )


def _context(who: _Identities, shown: Certificate | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(who.server.certificate))
    if shown is not None:
        context.load_cert_chain(str(shown.certificate), str(shown.key))
    return context


@pytest.fixture(scope="module")
def private(
    identities: _Identities, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ModelServer]:
    """A server for all clients."""
    folder = tmp_path_factory.mktemp("private")
    config = write_ssl_config(folder, identities.server, identities.authority, verify=False)
    with serving(
        folder, _HALF, flags=[f"--ssl_config_file={config}"], tls=_context(identities)
    ) as server:
        yield server


@pytest.fixture(scope="module")
def verifying(
    identities: _Identities, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ModelServer]:
    """A server for clients with a certificate of the authority."""
    folder = tmp_path_factory.mktemp("verifying")
    config = write_ssl_config(folder, identities.server, identities.authority, verify=True)
    tls = _context(identities, identities.client)
    with serving(folder, _HALF, flags=[f"--ssl_config_file={config}"], tls=tls) as server:
        yield server


def _predict_by_grpc(
    server: ModelServer, who: _Identities, shown: Certificate | None = None
) -> list[float]:
    credentials = grpc.ssl_channel_credentials(
        root_certificates=who.server.certificate.read_bytes(),
        private_key=shown.key.read_bytes() if shown else None,
        certificate_chain=shown.certificate.read_bytes() if shown else None,
    )
    options = [("grpc.enable_http_proxy", 0)]
    with grpc.secure_channel(server.grpc_address, credentials, options=options) as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        request = clients.predict_request(server, {"x": [1.0]})
        return list(stub.Predict(request, timeout=_SECONDS).outputs["y"].float_val)


def _predict_by_rest(server: ModelServer, context: ssl.SSLContext) -> tuple[int, Any]:
    connection = http.client.HTTPSConnection(
        "127.0.0.1", server.rest_port, context=context, timeout=_SECONDS
    )
    try:
        connection.request("POST", "/v1/models/half:predict", b'{"instances": [1.0]}')
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def test_grpc_with_tls(private: ModelServer, identities: _Identities) -> None:
    assert _predict_by_grpc(private, identities) == [3.5]


def test_grpc_without_tls_is_refused(private: ModelServer) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        clients.predict(private, clients.predict_request(private, {"x": [1.0]}))
    assert raised.value.code() == grpc.StatusCode.UNAVAILABLE


def test_rest_with_tls(private: ModelServer, identities: _Identities) -> None:
    answer = (200, {"predictions": [3.5]})
    assert _predict_by_rest(private, _context(identities)) == answer


def test_rest_without_tls_is_refused_with_a_message(private: ModelServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", private.rest_port, timeout=_SECONDS)
    connection.request("GET", "/livez")
    response = connection.getresponse()
    answer = (response.status, json.loads(response.read()))
    connection.close()
    assert answer == (400, {"error": "This port speaks TLS; use https instead of http"})


def test_old_versions_of_tls_are_refused(private: ModelServer, identities: _Identities) -> None:
    context = _context(identities)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    assert _predict_by_rest(private, context)[0] == 200
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError):
        _predict_by_rest(private, context)


def test_clients_without_a_certificate_are_refused(
    verifying: ModelServer, identities: _Identities
) -> None:
    with pytest.raises((ssl.SSLError, http.client.HTTPException, OSError)):
        _predict_by_rest(verifying, _context(identities))
    with pytest.raises(grpc.RpcError) as raised:
        _predict_by_grpc(verifying, identities)
    assert raised.value.code() == grpc.StatusCode.UNAVAILABLE


def test_clients_of_another_authority_are_refused(
    verifying: ModelServer, identities: _Identities
) -> None:
    with pytest.raises((ssl.SSLError, http.client.HTTPException, OSError)):
        _predict_by_rest(verifying, _context(identities, identities.stranger))
    with pytest.raises(grpc.RpcError) as raised:
        _predict_by_grpc(verifying, identities, identities.stranger)
    assert raised.value.code() == grpc.StatusCode.UNAVAILABLE


def test_clients_with_a_certificate_are_answered(
    verifying: ModelServer, identities: _Identities
) -> None:
    assert _predict_by_grpc(verifying, identities, identities.client) == [3.5]
    answer = (200, {"predictions": [3.5]})
    assert _predict_by_rest(verifying, _context(identities, identities.client)) == answer


def test_an_incomplete_handshake_does_not_delay_others(
    private: ModelServer, identities: _Identities
) -> None:
    silent = [
        socket.create_connection(("127.0.0.1", private.rest_port), timeout=_SECONDS)
        for _ in range(50)
    ]
    assert _predict_by_rest(private, _context(identities))[0] == 200
    for connection in silent:
        connection.close()


@pytest.mark.parametrize(
    "text", ["server_key: 'no key' server_cert: 'no certificate'", "no_such_field: 1", ""]
)
def test_an_invalid_configuration_ends_the_server(tmp_path: Path, text: str) -> None:
    config = tmp_path / "ssl.config"
    config.write_text(text)
    with pytest.raises(ProgramError, match=r"ssl\.config") as raised:
        ModelServer(str(tmp_path), flags=[f"--ssl_config_file={config}"]).start()
    assert "exit code 2" in str(raised.value)
