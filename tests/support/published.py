# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""A pytest plugin for the tests of publishing: an S3 server and models without TensorFlow."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tensorflow_serving_s3.storage import Version, find_versions
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

MIB = 2**20
LARGE = "variables/variables.data-00000-of-00001"
SMALL = {
    "saved_model.pb": b"graph",
    "variables/variables.index": b"index",
    LARGE: b"data",
}
_numbers = itertools.count()


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """A client of an S3 server with the bucket `models`."""
    with SeaweedFS(buckets=["models"]) as server:
        yield server.client()


@pytest.fixture
def base() -> str:
    """An unused base path."""
    return f"s3://models/m{next(_numbers)}"


def write(folder: Path, files: dict[str, bytes]) -> Path:
    """Writes files into a folder and returns it."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A folder with the files of a small SavedModel."""
    return write(tmp_path / "export", SMALL)


@pytest.fixture
def large_model(tmp_path: Path) -> Path:
    """A SavedModel with a file of three parts."""
    content = b"".join(bytes([n]) * MIB for n in range(18))
    return write(tmp_path / "large", {**SMALL, LARGE: content})


def requests(client: Any, operation: str) -> list[str]:
    """Collects the keys of the requests of an operation from now on."""
    seen: list[str] = []
    client.meta.events.register(
        f"provide-client-params.s3.{operation}", lambda params, **_: seen.append(params["Key"])
    )
    return seen


def numbers_of(base: str, client: Any) -> list[int]:
    """Returns the versions under a base path."""
    return [version.number for version in find_versions(base, client=client).versions]


def contents_of(version: Version, client: Any) -> dict[str, bytes]:
    """Returns the contents of the objects of a version."""
    return {
        name: client.get_object(Bucket="models", Key=file.path)["Body"].read()
        for name, file in version.files.items()
    }
