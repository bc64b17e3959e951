# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The models, versions and states of a running server."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from tensorflow_serving_s3.client._grpc import GrpcClient
from tensorflow_serving_s3.client._rest import RestClient
from tensorflow_serving_s3.client._spec import ModelSpec
from tensorflow_serving_s3.errors import RequestError

_METRICS = "/monitoring/prometheus/metrics"
_REQUESTS = re.compile(r"^:tensorflow:serving:request_count\{(.*)\} (\d+)", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


@dataclasses.dataclass(frozen=True)
class VersionStatus:
    """The state of a version.

    Attributes:
        version: The version.
        state: START, LOADING, AVAILABLE, UNLOADING or END.
        error: The error message; "" without an error.
        load_seconds: How long it has been loading; None if it is not loading.
        loaded_bytes: The bytes read so far; None if they are not known.
        total_bytes: The bytes to read; None if they are not known.
    """

    version: int
    state: str
    error: str
    load_seconds: float | None = None
    loaded_bytes: int | None = None
    total_bytes: int | None = None


@dataclasses.dataclass(frozen=True)
class ModelStatus:
    """The state of a model.

    Attributes:
        name: The name.
        available: Whether a version is available.
        problem: What is wrong with the model; "" if nothing is.
        versions: Its versions, the newest first.
        requests: The number of requests by status, such as `{"OK": 7}`; None without metrics.
    """

    name: str
    available: bool
    problem: str
    versions: tuple[VersionStatus, ...]
    requests: dict[str, int] | None = None


def server_status(client: RestClient, *, metrics_path: str = _METRICS) -> tuple[ModelStatus, ...]:
    """Returns the status of all models of a server, by REST.

    Args:
        client: The server.
        metrics_path: The path of the metrics; a server without metrics has no `requests`.

    Raises:
        RequestError: The server did not answer, or has no list of models.
    """
    try:
        document = client.get("/v1/models")
    except RequestError as error:
        if error.code == 400:
            raise RequestError(
                f"{error}; this server has no list of models: name the model", error.code
            ) from error
        raise
    requests = _requests(client, metrics_path)
    with client.expecting("/v1/models", document):
        return tuple(
            ModelStatus(
                entry["name"],
                bool(entry.get("available")),
                entry.get("problem", ""),
                _versions(entry),
                None if requests is None else requests.get(entry["name"], {}),
            )
            for entry in document["models"]
        )


def model_status(client: RestClient, name: str) -> ModelStatus:
    """Returns the status of one model, by REST; any TensorFlow Serving has it.

    Raises:
        RequestError: The server did not answer, or does not have the model.
    """
    path = ModelSpec(name).path
    document = client.get(path)
    with client.expecting(path, document):
        versions = _versions(document)
    return ModelStatus(name, _any_available(versions), "", versions)


def grpc_status(client: GrpcClient, name: str) -> ModelStatus:
    """Returns the status of one model, by gRPC.

    Raises:
        RequestError: The server did not answer, or does not have the model.
    """
    answer = client.status(ModelSpec(name))
    states = answer.DESCRIPTOR.file.message_types_by_name["ModelVersionStatus"]
    names = states.enum_types_by_name["State"].values_by_number
    versions = tuple(
        VersionStatus(entry.version, names[entry.state].name, entry.status.error_message)
        for entry in answer.model_version_status
    )
    return ModelStatus(name, _any_available(versions), "", versions)


def loaded_versions(model: ModelStatus) -> set[int]:
    """Returns the versions that the server has loaded, loads or unloads."""
    return {version.version for version in model.versions if version.state != "END"}


def _any_available(versions: tuple[VersionStatus, ...]) -> bool:
    return any(version.state == "AVAILABLE" for version in versions)


def _versions(entry: Any) -> tuple[VersionStatus, ...]:
    return tuple(_version(status) for status in entry.get("model_version_status", []))


def _version(status: Any) -> VersionStatus:
    progress = status.get("load_progress", {})
    return VersionStatus(
        int(status["version"]),
        status["state"],
        status.get("status", {}).get("error_message", ""),
        progress.get("seconds"),
        _number(progress.get("bytes_read")),
        _number(progress.get("total_bytes")),
    )


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)


def _requests(client: RestClient, path: str) -> dict[str, dict[str, int]] | None:
    """Returns the number of requests by model and status; None without metrics."""
    try:
        page = client.get_text(path)
    except RequestError:
        return None
    counts: dict[str, dict[str, int]] = {}
    for labels, value in _REQUESTS.findall(page):
        named = dict(_LABEL.findall(labels))
        model = counts.setdefault(named.get("model_name", ""), {})
        model[named.get("status", "")] = int(value)
    return counts
