# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The fixtures of all conformance tests."""

from collections.abc import Iterator
from typing import Any

import pytest
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.conformance.servers import ALL, serving
from tests.e2e import clients


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelServer]:
    """A server for most tests of a file: all models, health, metrics."""
    folder = tmp_path_factory.mktemp("all")
    monitoring = folder / "monitoring.config"
    monitoring.write_text("prometheus_config { enable: true }")
    flags = ["--enable_grpc_healthcheck_service", f"--monitoring_config_file={monitoring}"]
    with serving(folder, ALL, flags=flags) as running:
        yield running


@pytest.fixture(scope="session")
def channel(server: ModelServer) -> Iterator[Any]:
    """A gRPC channel to that server."""
    with clients.channel(server) as opened:
        yield opened
