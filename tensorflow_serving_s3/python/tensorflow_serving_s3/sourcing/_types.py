# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The values that sources, targets and managers exchange."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterable
from typing import TypeAlias, TypeVar

T = TypeVar("T")

# The folder of one version, in any filesystem of TensorFlow: "s3://models/half/7" or an absolute
# path, without a trailing slash.
StoragePath: TypeAlias = str

# What a source reports: the number of each version, and its data or the error because of which
# there is no data.
ServableVersions: TypeAlias = Iterable[tuple[int, T | Exception]]


class Loader:
    """Marks a connection that carries loaders, which exist only inside the serving core."""


class ManagerState(enum.Enum):
    """The state of a version in a manager, as in TensorFlow Serving."""

    START = "START"
    LOADING = "LOADING"
    AVAILABLE = "AVAILABLE"
    UNLOADING = "UNLOADING"
    END = "END"


@dataclasses.dataclass(frozen=True)
class ServableState:
    """The state of one version of a servable.

    Attributes:
        name: The name of the servable.
        version: The version.
        state: What the manager is doing with it.
        error: The error of the version; empty if there is none.
        error_code: The name of the code, such as "NOT_FOUND"; "OK" if there is no error.
    """

    name: str
    version: int
    state: ManagerState
    error: str = ""
    error_code: str = "OK"
