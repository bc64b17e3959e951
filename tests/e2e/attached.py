# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""A server that runs already, in place of one that the tests start.

Each test reconfigures it by HandleReloadConfigRequest, so the tests can run one at a time only.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from tensorflow_serving_s3.client import GrpcClient
from tensorflow_serving_s3.errors import RequestError
from tensorflow_serving_s3.storage import s3_client
from tensorflow_serving_s3.testing.model_server import ModelServer, StatusAnswer

from tensorflow_serving_s3 import config
from tests.e2e.world import World

_RELOAD_SECONDS = 120.0


@dataclasses.dataclass(frozen=True)
class Address:
    """Where the server and its models are.

    Attributes:
        rest: The URL of its REST port.
        grpc: The address of its gRPC port.
        bucket: The bucket for the models, which the server can read.
    """

    rest: str
    grpc: str
    bucket: str


class _Storage:
    """The S3 of the environment."""

    def client(self) -> Any:
        """Returns a client with the settings of the environment."""
        return s3_client()

    def env(self) -> dict[str, str]:
        """Returns no variables: the server runs already."""
        return {}


class AttachedServer(ModelServer):
    """A server that runs already."""

    def __init__(self, address: Address, base_path: str) -> None:
        """Takes the address and the base path of the only model."""
        # A name of its own, because a server keeps the states of earlier versions of a model.
        super().__init__(base_path, model_name="-".join(base_path.split("/")[-2:]))
        self._address = address

    @property
    def rest_url(self) -> str:
        """The start of every REST URL, without a trailing slash."""
        return self._address.rest.rstrip("/")

    @property
    def grpc_address(self) -> str:
        """The address for a gRPC channel."""
        return self._address.grpc

    def status(self, version: int | None = None, *, model_name: str = "") -> StatusAnswer:
        """Requests the status of all versions of a model, or of one version, by REST."""
        import requests

        path = f"/v1/models/{model_name or self.model_name}"
        if version is not None:
            path += f"/versions/{version}"
        answer = requests.get(f"{self.rest_url}{path}", timeout=30)
        return StatusAnswer(answer.status_code, answer.json())


class AttachedWorld(World):
    """The S3 of the environment and a server that runs already."""

    def __init__(self, address: Address, folder: Path) -> None:
        """Saves the models in `folder`."""
        super().__init__(_Storage(), folder)  # type: ignore[arg-type]
        self._address = address
        self._run = os.urandom(4).hex()

    def new_base_path(self) -> str:
        """Returns an unused base path in the bucket."""
        return f"s3://{self._address.bucket}/e2e-{self._run}/model-{next(self._numbers)}"

    @contextlib.contextmanager
    def serving(
        self, base_path: str, *, env: Mapping[str, str] | None = None, flags: Sequence[str] = ()
    ) -> Iterator[ModelServer]:
        """Makes the server serve one model; skips the test if it needs flags or variables."""
        if env or flags:
            pytest.skip("the test needs a server with other flags or variables")
        server = AttachedServer(self._address, base_path)
        text = (
            f'model_config_list {{ config {{ name: "{server.model_name}" '
            f'base_path: "{base_path}" model_platform: "tensorflow" }} }}'
        )
        with GrpcClient(self._address.grpc, timeout_seconds=_RELOAD_SECONDS) as client:
            with contextlib.suppress(RequestError):  # The status has the reason.
                client.reload(config.parse(text).message)
            yield server
