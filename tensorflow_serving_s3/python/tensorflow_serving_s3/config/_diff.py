# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Differences between two configurations, by meaning and not by text."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from tensorflow_serving_s3.config._document import Document, Kind
from tensorflow_serving_s3.config._yaml import message_to_value


@dataclasses.dataclass(frozen=True)
class Difference:
    """A value that differs.

    Attributes:
        path: The field, such as `half.base_path`: for models, the name of the model, then its
            fields.
        old: The old value as in YAML; None if it was not set.
        new: The new value; None if it is not set.
    """

    path: str
    old: Any
    new: Any

    def __str__(self) -> str:
        """Returns one line: `+` for a new value, `-` for a removed one, `~` for a changed one."""
        if self.old is None:
            return f"+ {self.path}: {_shown(self.new)}"
        if self.new is None:
            return f"- {self.path}: {_shown(self.old)}"
        return f"~ {self.path}: {_shown(self.old)} -> {_shown(self.new)}"


def diff(old: Document, new: Document) -> tuple[Difference, ...]:
    """Returns the differences of two configurations of the same kind.

    Models are compared by name: their order in the file has no meaning.

    Raises:
        ValueError: The configurations are of different kinds.
    """
    if old.kind is not new.kind:
        raise ValueError(
            f"{old.name} is of the kind {old.kind.value} and {new.name} of the kind "
            f"{new.kind.value}; compare files of one kind"
        )
    return tuple(_compare("", _comparable(old), _comparable(new)))


def _comparable(document: Document) -> Any:
    value = message_to_value(document.message)
    if document.kind is not Kind.MODELS or "model_config_list" not in value:
        return value
    models = value["model_config_list"].get("config", [])
    return {
        model.get("name", ""): {k: v for k, v in model.items() if k != "name"} for model in models
    }


def _compare(path: str, old: Any, new: Any) -> Iterator[Difference]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            inner = f"{path}.{key}" if path else str(key)
            yield from _compare(inner, old.get(key), new.get(key))
    elif old != new:
        yield Difference(path, old, new)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_shown(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
