# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""A source that reads one JSON object in S3, which names all models that are live.

Example of the object:
    {"models": [
        {"name": "half", "version": 7, "path": "s3://models/half/7"},
        {"name": "third", "version": 20, "path": "s3://elsewhere/third-of-monday"}
    ]}

Replacing the object switches all models together. A model may have several versions.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tensorflow_serving_s3.sourcing import _s3
from tensorflow_serving_s3.sourcing._source import PollingSource
from tensorflow_serving_s3.sourcing._types import StoragePath
from tensorflow_serving_s3.storage import s3_client

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_FIELDS = {"name": str, "version": int, "path": str}


class ManifestSource(PollingSource[StoragePath]):
    """Serves the models of a manifest, and polls it by its ETag.

    Example:
        ModelServer(ServerOptions(rest_api_port=8501), source=ManifestSource("s3://models/live.json"))

    A manifest that cannot be read or is not valid changes nothing: the error is logged, and the
    status of the server shows it. A model that is not listed any more is unloaded.
    """

    def __init__(
        self, url: str, *, interval_seconds: float = 1.0, client: S3Client | None = None
    ) -> None:
        """Creates the source; it reads when it is connected.

        Args:
            url: The manifest: `s3://bucket/key`.
            interval_seconds: The pause between two polls. An unchanged manifest costs one GET
                without a body.
            client: A boto3 client for S3; None: one with the settings of the environment, as the
                model server reads them.

        Raises:
            ValueError: `url` is not an S3 URL, or the interval is not positive.
        """
        if not interval_seconds > 0:
            raise ValueError(f"interval_seconds is {interval_seconds}; it must be positive")
        self._url = url
        self._bucket, self._key = _s3.split_url(url)
        self._client = client
        self._etag: str | None = None
        self.interval_seconds = interval_seconds

    def poll(self) -> None:
        """Reads the manifest if it has changed, and reports its models."""
        if self._client is None:
            self._client = s3_client()
        changed = _s3.get_if_changed(self._client, self._bucket, self._key, self._etag)
        if changed is None:
            return
        text, etag = changed
        self.aspired_all(parse_manifest(text, self._url))
        self._etag = etag


def parse_manifest(text: bytes | str, name: str) -> dict[str, list[tuple[int, StoragePath]]]:
    """Returns the versions and paths by the name of the model.

    Args:
        text: The JSON document.
        name: The name of the manifest in errors.

    Raises:
        ValueError: The manifest is not valid; the message names the entry and the cure.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise ValueError(f"{name}: not JSON: {error}") from error
    entries = document.get("models") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise ValueError(f'{name}: not an object with a list "models"')
    models: dict[str, list[tuple[int, StoragePath]]] = {}
    for number, entry in enumerate(entries):
        model, version, path = _parse_entry(entry, f"{name}: models[{number}]")
        if any(version == known for known, _ in models.get(model, [])):
            raise ValueError(f"{name}: models[{number}]: {model} version {version} is listed twice")
        models.setdefault(model, []).append((version, path))
    return models


def _parse_entry(entry: Any, where: str) -> tuple[str, int, StoragePath]:
    if not isinstance(entry, dict):
        raise ValueError(f"{where}: not an object with name, version and path")
    for field, kind in _FIELDS.items():
        value = entry.get(field)
        if not isinstance(value, kind) or isinstance(value, bool) or value == "":
            what = "a whole number" if kind is int else "a text"
            raise ValueError(f'{where}: "{field}" is {value!r:.100}; it must be {what}')
    if unknown := set(entry) - set(_FIELDS):
        raise ValueError(
            f"{where}: unknown field {min(unknown)!r}; the fields are name, version, path"
        )
    if entry["version"] < 0:
        raise ValueError(f"{where}: the version {entry['version']} is negative")
    return entry["name"], entry["version"], entry["path"]
