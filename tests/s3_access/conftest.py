# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Fixtures of this folder: one AWS, one certificate authority, and a home folder for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.s3_access.aws import Aws
from tests.s3_access.certificates import Authority


@pytest.fixture(scope="session")
def aws() -> Iterator[Aws]:
    """AWS on this computer."""
    with Aws() as running:
        yield running


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority that signs the certificates of the servers."""
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder with an empty `.aws`."""
    (tmp_path / ".aws").mkdir()
    return tmp_path
