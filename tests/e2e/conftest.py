# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The fixture of all end-to-end tests. Skips tests that the S3 filesystem cannot pass."""

from collections.abc import Iterator

import pytest
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from tests.e2e.flavours import reason_to_skip
from tests.e2e.world import BUCKET, World


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips the tests that the S3 filesystem of the server cannot pass."""
    for item in items:
        reason = reason_to_skip(item.path.name, item.name)
        if reason is not None:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An S3 server and models for the whole session."""
    with SeaweedFS(buckets=[BUCKET]) as storage:
        yield World(storage, tmp_path_factory.mktemp("saved_models"))
