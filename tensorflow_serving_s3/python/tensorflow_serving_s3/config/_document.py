# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""A parsed configuration file, with the place of each field."""

from __future__ import annotations

import dataclasses
import enum
from typing import Any

from tensorflow_serving_s3 import _messages
from tensorflow_serving_s3.errors import Problem

# The names of fields and the indices of repeated fields from the root to a field:
# ("model_config_list", "config", 1, "name").
Path = tuple[str | int, ...]


class Kind(enum.Enum):
    """What a file configures. The value is the name in the command line."""

    MODELS = "models"
    BATCHING = "batching"
    MONITORING = "monitoring"

    def new_message(self) -> Any:
        """Returns an empty ModelServerConfig, BatchingParameters or MonitoringConfig."""
        messages = _messages.config()
        if self is Kind.MODELS:
            return messages.ModelServerConfig()
        if self is Kind.BATCHING:
            return messages.BatchingParameters()
        return messages.MonitoringConfig()

    @property
    def flag(self) -> str:
        """The flag of the server that reads such a file."""
        names = {Kind.MODELS: "model_config", Kind.BATCHING: "batching_parameters"}
        return f"--{names.get(self, 'monitoring_config')}_file"


class Format(enum.Enum):
    """The syntax of a file."""

    TEXT = "text"
    YAML = "yaml"


@dataclasses.dataclass(frozen=True)
class Document:
    """A configuration.

    Attributes:
        kind: What it configures.
        message: The protobuf message: ModelServerConfig, BatchingParameters or MonitoringConfig.
        name: The path or URL of the file, for messages.
        places: The line and the column of each field, from 1.
    """

    kind: Kind
    message: Any
    name: str = ""
    places: dict[Path, tuple[int, int]] = dataclasses.field(default_factory=dict)

    def problem(self, path: Path, message: str) -> Problem:
        """Returns a fault of a field, with the place of the field or of what contains it."""
        while path and path not in self.places:
            path = path[:-1]
        line, column = self.places.get(path, (0, 0))
        return Problem(message, self.name, line, column)


def kind_of_fields(names: set[str]) -> Kind | None:
    """Returns the kind of a file from the names of its outermost fields; None if none fits."""
    for kind in Kind:
        if names & set(kind.new_message().DESCRIPTOR.fields_by_name):
            return kind
    return None
