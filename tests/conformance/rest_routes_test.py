# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the paths of REST and their status codes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.conformance.servers import Served, serving
from tests.e2e import clients

_FOREVER = 10**15  # Turns of a loop.


def _ask(
    server: ModelServer,
    method: str,
    path: str,
    body: Any = None,
    headers: dict[str, str] | None = None,
) -> requests.Response:
    data = body if isinstance(body, bytes) or body is None else json.dumps(body)
    with clients.session() as session:
        return session.request(
            method, f"{server.rest_url}{path}", data=data, headers=headers, timeout=clients.SECONDS
        )


def _answer(response: requests.Response) -> tuple[int, Any]:
    return response.status_code, response.json()


@pytest.mark.parametrize(
    ("place", "y"),
    [
        ("", 102.0),
        ("/versions/1", 3.5),
        ("/versions/2", 102.0),
        ("/labels/stable", 3.5),
        ("/labels/canary", 102.0),
    ],
)
def test_predict_by_version_and_label(server: ModelServer, place: str, y: float) -> None:
    response = _ask(server, "POST", f"/v1/models/two{place}:predict", {"instances": [1.0]})
    assert _answer(response) == (200, {"predictions": [y]})
    assert response.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("place", ["", "/versions/1", "/labels/stable"])
def test_classify_by_version_and_label(server: ModelServer, place: str) -> None:
    body = {"signature_name": "classify", "examples": [{"x": 0.25}, {"x": 0.75}]}
    response = _ask(server, "POST", f"/v1/models/examples{place}:classify", body)
    results = [[["high", 0.25], ["low", 0.75]], [["high", 0.75], ["low", 0.25]]]
    assert _answer(response) == (200, {"results": results})


@pytest.mark.parametrize("place", ["", "/versions/1", "/labels/stable"])
def test_regress_by_version_and_label(server: ModelServer, place: str) -> None:
    body = {"signature_name": "regress", "context": {"bias": 1.0}, "examples": [{"x": 0.25}]}
    response = _ask(server, "POST", f"/v1/models/examples{place}:regress", body)
    assert _answer(response) == (200, {"results": [1.5]})


@pytest.mark.parametrize(
    ("place", "versions"),
    [("", ["2", "1"]), ("/versions/1", ["1"]), ("/labels/canary", ["2"])],
)
def test_status_by_version_and_label(server: ModelServer, place: str, versions: list[str]) -> None:
    ok = {"error_code": "OK", "error_message": ""}
    wanted = [{"version": version, "state": "AVAILABLE", "status": ok} for version in versions]
    response = _ask(server, "GET", f"/v1/models/two{place}")
    assert _answer(response) == (200, {"model_version_status": wanted})


@pytest.mark.parametrize(
    ("place", "version"), [("", "2"), ("/versions/1", "1"), ("/labels/stable", "1")]
)
def test_metadata_by_version_and_label(server: ModelServer, place: str, version: str) -> None:
    response = _ask(server, "GET", f"/v1/models/two{place}/metadata")
    assert response.status_code == 200
    spec = response.json()["model_spec"]
    assert spec == {"name": "two", "signature_name": "", "version": version}
    x = response.json()["metadata"]["signature_def"]["signature_def"]["serving_default"]["inputs"]
    assert x["x"]["dtype"] == "DT_FLOAT"
    assert x["x"]["tensor_shape"]["dim"] == [{"size": "-1", "name": ""}]


def test_the_list_of_models(server: ModelServer) -> None:
    response = _ask(server, "GET", "/v1/models")
    assert response.status_code == 200
    listed = {entry["name"]: entry for entry in response.json()["models"]}
    assert set(listed) == {"half", "two", "identity", "many", "examples", "native"}
    assert listed["half"]["model_version_status"][0]["state"] == "AVAILABLE"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/nothing"),
        ("GET", "/v1/models/half/versions"),
        ("GET", "/v1/models/half/versions/one"),
        ("GET", "/v1/models/half/versions/99999999999999999999"),
        ("GET", "/v1/models/half:predict"),
        ("POST", "/v1/models/half"),
        ("POST", "/v1/models/half:guess"),
        ("POST", "/v1/models/half/metadata"),
        ("POST", "/v1/models"),
        ("PUT", "/v1/models/half:predict"),
        ("DELETE", "/v1/models/half"),
        ("OPTIONS", "/v1/models/half"),
    ],
)
def test_unknown_paths_of_the_api_are_malformed(
    server: ModelServer, method: str, path: str
) -> None:
    body = {"instances": [1.0]} if method in {"POST", "PUT"} else None
    response = _ask(server, method, path, body)
    assert _answer(response) == (400, {"error": f"Malformed request: {method} {path}"})


@pytest.mark.parametrize("path", ["/", "/favicon.ico", "/v2/models/half", "/V1"])
def test_other_paths_are_not_found_in_json(server: ModelServer, path: str) -> None:
    response = _ask(server, "GET", path)
    assert response.status_code == 404
    assert list(response.json()) == ["error"]


@pytest.mark.parametrize(
    "path",
    ["nobody", "nobody/metadata", "half/versions/7", "half/versions/7/metadata"],
)
def test_an_unknown_model_or_version_is_not_found(server: ModelServer, path: str) -> None:
    response = _ask(server, "GET", f"/v1/models/{path}")
    assert response.status_code == 404
    assert path.split("/")[0] in response.json()["error"]


def test_an_unknown_label_is_refused(server: ModelServer) -> None:
    response = _ask(server, "POST", "/v1/models/two/labels/nightly:predict", {"instances": [1]})
    assert response.status_code in {400, 404}
    assert "nightly" in response.json()["error"]


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/v1/models/half:predict", {"instances": ["a"]}, 400),  # INVALID_ARGUMENT
        ("/v1/models/half:predict", {"signature_name": "no", "instances": [1]}, 400),
        ("/v1/models/nobody:predict", {"instances": [1]}, 404),  # NOT_FOUND
        (
            "/v1/models/identity:predict",
            {"signature_name": "complex64", "instances": [1]},
            501,  # UNIMPLEMENTED
        ),
    ],
)
def test_errors_are_json_with_the_code_of_their_status(
    server: ModelServer, path: str, body: Any, code: int
) -> None:
    response = _ask(server, "POST", path, body)
    assert response.status_code == code
    assert list(response.json()) == ["error"]
    assert isinstance(response.json()["error"], str)


def test_an_error_of_the_model_is_a_client_error(server: ModelServer) -> None:
    body = {"signature_name": "gather", "inputs": 7}
    response = _ask(server, "POST", "/v1/models/many:predict", body)
    assert response.status_code == 400
    assert "7" in response.json()["error"]


def test_liveness_and_readiness(server: ModelServer) -> None:
    assert _ask(server, "GET", "/livez").status_code == 200
    assert _ask(server, "GET", "/readyz").status_code == 200
    verbose = _ask(server, "GET", "/readyz?verbose").text
    assert "[+] half: available" in verbose


def test_head_answers_like_get_without_the_body(server: ModelServer) -> None:
    got = _ask(server, "GET", "/v1/models/half", headers={"Accept-Encoding": "identity"})
    head = _ask(server, "HEAD", "/v1/models/half", headers={"Accept-Encoding": "identity"})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == got.headers["Content-Length"]


def test_a_request_in_gzip(server: ModelServer) -> None:
    body = gzip.compress(json.dumps({"instances": [1.0, 2.0]}).encode())
    headers = {"Content-Encoding": "gzip"}
    response = _ask(server, "POST", "/v1/models/half:predict", body, headers)
    assert _answer(response) == (200, {"predictions": [3.5, 4.0]})


@pytest.mark.parametrize(
    ("coding", "body", "code"),
    [
        ("gzip", b"this is no gzip", 400),
        ("gzip", gzip.compress(b'{"instances": [1.0]}')[:-6], 400),
        ("br", b"whatever", 415),
    ],
    ids=["no gzip", "cut off", "another coding"],
)
def test_a_request_with_an_unsupported_content_coding(
    server: ModelServer, coding: str, body: bytes, code: int
) -> None:
    headers = {"Content-Encoding": coding}
    response = _ask(server, "POST", "/v1/models/half:predict", body, headers)
    assert response.status_code == code
    assert list(response.json()) == ["error"]


def test_an_answer_in_gzip_on_request(server: ModelServer) -> None:
    body = {"instances": [1.0] * 10_000}
    path = "/v1/models/half:predict"
    packed = _ask(server, "POST", path, body, {"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    plain = _ask(server, "POST", path, body, {"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert packed.json() == plain.json() == {"predictions": [3.5] * 10_000}
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 10


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelServer]:
    """A server with low limits and CORS."""
    flags = [
        "--rest_api_enable_cors_support",
        "--rest_api_timeout_in_ms=300",
        "--rest_api_max_body_bytes=20000",
        "--rest_api_max_inflated_bytes=30000",
        "--rest_api_max_header_bytes=2000",
        "--rest_api_max_json_nesting=10",
        "--enable_signature_method_name_check",
    ]
    served = {
        "half": Served("half_plus_three"),
        "many": Served("many_types"),
        "native": Served("native_tf_examples"),
        "examples": Served("tf_examples"),
    }
    with serving(tmp_path_factory.mktemp("limited"), served, flags=flags) as running:
        yield running


def test_cors_when_enabled(limited: ModelServer) -> None:
    asked = _ask(limited, "OPTIONS", "/v1/models/half:predict")
    assert asked.status_code == 200
    assert asked.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in asked.headers["Access-Control-Allow-Methods"]
    answered = _ask(limited, "POST", "/v1/models/half:predict", {"instances": [1.0]})
    assert answered.headers["Access-Control-Allow-Origin"] == "*"


def test_cors_is_off_by_default(server: ModelServer) -> None:
    answered = _ask(server, "POST", "/v1/models/half:predict", {"instances": [1.0]})
    assert "Access-Control-Allow-Origin" not in answered.headers


def test_a_request_that_takes_too_long_is_504(limited: ModelServer) -> None:
    body = {"signature_name": "wait", "inputs": _FOREVER}
    response = _ask(limited, "POST", "/v1/models/many:predict", body)
    assert response.status_code == 504
    assert list(response.json()) == ["error"]


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (b" " * 20_001, {}, 413),
        (gzip.compress(b" " * 30_001), {"Content-Encoding": "gzip"}, 413),
        (b'{"instances": [1.0]}', {"X-Long": "x" * 2_000}, 431),
        (b'{"instances": ' + b"[" * 10 + b"]" * 10 + b"}", {}, 400),
    ],
    ids=["body", "inflated body", "header", "nesting"],
)
def test_limits_by_flags(
    limited: ModelServer, body: bytes, headers: dict[str, str], code: int
) -> None:
    response = _ask(limited, "POST", "/v1/models/half:predict", body, headers)
    assert response.status_code == code
    assert list(response.json()) == ["error"]


def test_requests_within_the_limits_are_answered(limited: ModelServer) -> None:
    path = "/v1/models/half:predict"
    body = json.dumps({"instances": [1.0]}).encode()
    padded = body + b" " * (20_000 - len(body))
    assert _answer(_ask(limited, "POST", path, padded)) == (200, {"predictions": [3.5]})
    packed = gzip.compress(body + b" " * (30_000 - len(body)))
    headers = {"Content-Encoding": "gzip"}
    assert _answer(_ask(limited, "POST", path, packed, headers)) == (200, {"predictions": [3.5]})


def test_the_method_name_of_a_signature_is_checked_by_a_flag(limited: ModelServer) -> None:
    body = {"examples": [{"x": 0.25}]}
    assert _ask(limited, "POST", "/v1/models/examples:classify", body).status_code == 200
    refused = _ask(limited, "POST", "/v1/models/native:classify", body)
    assert refused.status_code == 400
    assert "method" in refused.json()["error"]
