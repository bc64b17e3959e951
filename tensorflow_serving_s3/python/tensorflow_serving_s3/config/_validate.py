# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The rules of the server for configurations, applied before the server reads them.

Each rule is one of the server's: `model_config.cc`, `batching_options.cc` and `server_settings.cc`
in the C++ sources. All faults are returned, not only the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tensorflow_serving_s3.config._document import Document, Kind, Path
from tensorflow_serving_s3.errors import Problem

PLATFORM = "tensorflow"
_MAX_NAME_BYTES = 512
_MAX_BASE_PATH_BYTES = 8192
_MAX_THREADS = 4096
_MAX_ROWS = 2**31 - 1
_MAX_MICROS = (2**63 - 1) // 2
_SCHEME = re.compile(r"[a-zA-Z][0-9a-zA-Z.]*://")
_MODELS: Path = ("model_config_list", "config")


def validate(document: Document) -> tuple[Problem, ...]:
    """Returns the reasons for which the server would refuse a configuration; none if it is valid.

    A label that points at a version outside of a policy of specific versions is a fault, too: only
    `--allow_version_labels_for_unavailable_models` permits it.
    """
    rules = {
        Kind.MODELS: _validate_models,
        Kind.BATCHING: _validate_batching,
        Kind.MONITORING: _validate_monitoring,
    }
    return tuple(rules[document.kind](document))


def warnings(document: Document) -> tuple[Problem, ...]:
    """Returns what the server accepts and what is probably a mistake: settings without effect."""
    if document.kind is Kind.MODELS and not document.message.model_config_list.config:
        return (Problem("it has no models, so a server serves nothing", document.name),)
    if document.kind is not Kind.BATCHING:
        return ()
    parameters = document.message
    name = "max_execution_batch_size"
    if not parameters.HasField(name) or parameters.enable_large_batch_splitting.value:
        return ()
    message = (
        f"{name} is {parameters.max_execution_batch_size.value} and has no effect unless "
        "enable_large_batch_splitting is set; set it or remove this line"
    )
    return (document.problem((name,), message),)


def base_path_fault(base_path: str) -> str:
    """Returns why the server would refuse a base path; "" if it would not."""
    if not base_path:
        return "the base_path is missing; set it, for example to s3://BUCKET/PATH"
    if len(base_path.encode()) > _MAX_BASE_PATH_BYTES:
        return f"the base_path is too long; it has at most {_MAX_BASE_PATH_BYTES} bytes"
    if not base_path.startswith("/") and not _SCHEME.match(base_path):
        return (
            f'the base_path "{base_path}" is relative; use an absolute path, such as '
            f"/models/{base_path}, or a URL, such as s3://BUCKET/{base_path}"
        )
    return ""


def _validate_models(document: Document) -> Iterator[Problem]:
    config = document.message
    if config.WhichOneof("config") == "custom_model_config":
        yield document.problem(
            ("custom_model_config",),
            "custom_model_config is for servers with a custom source of models; this server needs "
            "a model_config_list",
        )
    first_places: dict[str, int] = {}
    for number, model in enumerate(config.model_config_list.config):
        path = (*_MODELS, number)
        if model.name in first_places and model.name:
            first = document.places.get((*_MODELS, first_places[model.name]), (0, 0))[0]
            yield document.problem(
                (*path, "name"),
                f'the model "{model.name}" is listed twice, first in line {first}; rename or '
                "remove one of them",
            )
        first_places.setdefault(model.name, number)
        yield from _validate_model(document, model, path)


def _validate_model(document: Document, model: Any, path: Path) -> Iterator[Problem]:
    if not model.name:
        yield document.problem(path, "the model has no name; set the name that requests use")
    elif fault := _name_fault(model.name):
        yield document.problem((*path, "name"), f'the model name "{_short(model.name)}" {fault}')
    if fault := base_path_fault(model.base_path):
        yield document.problem((*path, "base_path"), f'model "{_short(model.name)}": {fault}')
    yield from _validate_platform(document, model, path)
    yield from _validate_versions(document, model, path)


def _validate_platform(document: Document, model: Any, path: Path) -> Iterator[Problem]:
    kind = model.DESCRIPTOR.fields_by_name["model_type"].enum_type.values_by_number
    type_name = kind[model.model_type].name if model.model_type else ""
    if type_name and model.model_platform:
        yield document.problem(
            (*path, "model_type"),
            "the model has both model_platform and model_type; remove the deprecated model_type",
        )
        return
    platform = model.model_platform or type_name.lower() or PLATFORM
    if platform != PLATFORM:
        where = "model_platform" if model.model_platform else "model_type"
        yield document.problem(
            (*path, where),
            f'model "{_short(model.name)}" has the platform "{_short(platform)}"; this server has '
            f'"{PLATFORM}"',
        )


def _validate_versions(document: Document, model: Any, path: Path) -> Iterator[Problem]:
    policy = model.model_version_policy
    specific = tuple(policy.specific.versions)
    restricted = policy.WhichOneof("policy_choice") == "specific"
    if restricted and not specific:
        yield document.problem(
            (*path, "model_version_policy", "specific"),
            "the policy is specific but has no version; add at least one, as in "
            "specific { versions: 1 }",
        )
    for label, version in sorted(model.version_labels.items()):
        place = (*path, "version_labels", label)
        if fault := _name_fault(label):
            yield document.problem(place, f'the version label "{_short(label)}" {fault}')
        if restricted and specific and version not in specific:
            listed = ", ".join(map(str, specific))
            yield document.problem(
                place,
                f'the version label "{_short(label)}" points at version {version}, which is not '
                f"one of the specific versions in the model_version_policy: {listed}; add it "
                "there, or start the server with --allow_version_labels_for_unavailable_models",
            )


def _name_fault(name: str) -> str:
    if len(name.encode()) > _MAX_NAME_BYTES:
        return f"is too long; a name has at most {_MAX_NAME_BYTES} bytes"
    if {".", ".."} & set(name.split("/")):
        return (
            'has "." or ".." as a path segment, which HTTP clients remove from URLs; choose '
            "another name"
        )
    return ""


def _validate_batching(document: Document) -> Iterator[Problem]:
    parameters = document.message
    ranges = {
        "num_batch_threads": (1, _MAX_THREADS),
        "max_batch_size": (1, _MAX_ROWS),
        "batch_timeout_micros": (0, _MAX_MICROS),
        "max_enqueued_batches": (0, _MAX_ROWS),
    }
    for name, (low, high) in ranges.items():
        if parameters.HasField(name):
            yield from _range(document, (name,), getattr(parameters, name).value, low, high)
    largest = parameters.max_batch_size.value if parameters.HasField("max_batch_size") else 1000
    splitting = parameters.enable_large_batch_splitting.value
    limit_name = "max_batch_size"
    if splitting and parameters.HasField("max_execution_batch_size"):
        value = parameters.max_execution_batch_size.value
        yield from _range(document, ("max_execution_batch_size",), value, 1, largest)
        largest, limit_name = value, "max_execution_batch_size"
    yield from _validate_sizes(document, largest, limit_name)


def _validate_sizes(document: Document, largest: int, limit_name: str) -> Iterator[Problem]:
    sizes = tuple(document.message.allowed_batch_sizes)
    name = "allowed_batch_sizes"
    for number, size in enumerate(sizes):
        yield from _range(document, (name, number), size, 1, _MAX_ROWS)
        if number and size <= sizes[number - 1]:
            yield document.problem(
                (name, number),
                f"{name} has {size} after {sizes[number - 1]}; the sizes must be in rising order",
            )
    if sizes and sizes[-1] != largest:
        yield document.problem(
            (name, len(sizes) - 1),
            f"the last of {name} is {sizes[-1]}; it must be {limit_name}, which is {largest}",
        )


def _range(document: Document, path: Path, value: int, low: int, high: int) -> Iterator[Problem]:
    if not low <= value <= high:
        bound = f"at least {low}" if value < low else f"at most {high}"
        yield document.problem(path, f"{path[0]} is {value}; it must be {bound}")


def _validate_monitoring(document: Document) -> Iterator[Problem]:
    prometheus = document.message.prometheus_config
    if prometheus.enable and prometheus.path and not prometheus.path.startswith("/"):
        yield document.problem(
            ("prometheus_config", "path"),
            f'the path is "{prometheus.path}"; it must begin with a slash, as in '
            "/monitoring/prometheus/metrics",
        )


def _short(text: str, limit: int = 64) -> str:
    shown = text.encode("unicode_escape").decode()
    return shown if len(shown) <= limit else f"{shown[:limit]}..."
