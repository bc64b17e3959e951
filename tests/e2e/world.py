# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The fixtures of the end-to-end tests: an S3 server, models to publish, and the model server."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tensorflow_serving_s3.publish import publish_version
from tensorflow_serving_s3.testing import saved_models
from tensorflow_serving_s3.testing.model_server import ModelServer
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

BUCKET = "models"


class World:
    """An S3 server and models to publish.

    Attributes:
        storage: The S3 server, with the bucket `BUCKET`.
        half_plus_three: A SavedModel that computes x / 2 + 3. It has the signature `double`, too.
        twice_plus_hundred: A SavedModel with the same signatures that computes 2 * x + 100.
        mixed: A SavedModel with inputs and outputs of several types.
    """

    def __init__(self, storage: SeaweedFS, folder: Path) -> None:
        """Saves the models in `folder`."""
        self.storage = storage
        self.half_plus_three = saved_models.save_half_plus_three(folder / "half_plus_three")
        self.twice_plus_hundred = saved_models.save_linear(
            folder / "twice_plus_hundred", slope=2.0, offset=100.0
        )
        self.mixed = saved_models.save_mixed(folder / "mixed")
        self._numbers = itertools.count(1)

    def new_base_path(self) -> str:
        """Returns an unused base path in S3."""
        return f"s3://{BUCKET}/model-{next(self._numbers)}"

    def publish(self, model: Path, base_path: str, version: int | str) -> str:
        """Publishes a model with all rights and returns its URL."""
        return publish_version(model, base_path, version, client=self.storage.client())

    def put(self, url: str, content: bytes) -> None:
        """Writes an object with an s3:// URL."""
        bucket, _, key = url.removeprefix("s3://").partition("/")
        self.storage.client().put_object(Bucket=bucket, Key=key, Body=content)

    @contextlib.contextmanager
    def serving(
        self, base_path: str, *, env: Mapping[str, str] | None = None, flags: Sequence[str] = ()
    ) -> Iterator[ModelServer]:
        """Runs a model server with a base path. Its ports are open; its model may still be loading.

        Args:
            base_path: The base path.
            env: Environment variables in addition to those of `storage`; they have precedence.
            flags: More flags of the server.
        """
        server = ModelServer(base_path, env={**self.storage.env(), **(env or {})}, flags=flags)
        with _running(server, of=base_path):
            yield server

    @contextlib.contextmanager
    def serving_config(
        self,
        config_file: str | os.PathLike[str],
        *,
        model_name: str,
        env: Mapping[str, str] | None = None,
        flags: Sequence[str] = (),
    ) -> Iterator[ModelServer]:
        """Runs a model server with a configuration file. Its models may still be loading.

        Args:
            config_file: A path or an s3:// URL.
            model_name: The model of the methods of the returned server.
            env: Same as in `serving`.
            flags: More flags of the server.
        """
        server = ModelServer(
            model_config_file=config_file,
            model_name=model_name,
            env={**self.storage.env(), **(env or {})},
            flags=flags,
        )
        with _running(server, of=os.fspath(config_file)):
            yield server

    @contextlib.contextmanager
    def serving_model(self, model: Path, version: int | str = 1) -> Iterator[ModelServer]:
        """Publishes a model to a new base path and runs a model server until it is available."""
        base_path = self.new_base_path()
        self.publish(model, base_path, version)
        with self.serving(base_path) as server:
            server.wait_until_available(int(version))
            yield server


@contextlib.contextmanager
def _running(server: ModelServer, *, of: str) -> Iterator[None]:
    with server:
        try:
            yield
        finally:
            # pytest prints this if the test fails.
            print(f"The server of {of}:", *server.log_tail(50), sep="\n  ")
