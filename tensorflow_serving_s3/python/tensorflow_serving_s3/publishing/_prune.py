# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Deletes old versions, never one that is served.

The rule: the `keep_last` newest complete versions stay, and so does every version that may be
served: those that a running server has loaded, those that a model configuration chooses or labels,
and, after a publication, the version that was the newest before it. Incomplete versions stay,
because another process may be uploading them.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from tensorflow_serving_s3.config import Document, served_versions
from tensorflow_serving_s3.errors import PublishError
from tensorflow_serving_s3.storage import SAVED_MODEL, Store, Version, find_versions, open_store

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def prunable(
    versions: Sequence[Version], keep_last: int, protected: Collection[int]
) -> tuple[Version, ...]:
    """Returns the versions that pruning deletes.

    Args:
        versions: The versions in storage, the newest first.
        keep_last: How many of the newest complete versions stay; at least 1.
        protected: Versions that stay in any case.

    Raises:
        ValueError: `keep_last` is less than 1.
    """
    if keep_last < 1:
        raise ValueError(f"keep_last is {keep_last}; at least 1 version must stay")
    complete = [version for version in versions if version.is_complete]
    return tuple(v for v in complete[keep_last:] if v.number not in protected)


def configured_versions(
    document: Document, base_path: str | os.PathLike[str], versions: Sequence[Version]
) -> set[int]:
    """Returns the versions of a base path that a model configuration chooses or labels."""
    wanted = os.fspath(base_path).rstrip("/")
    found: set[int] = set()
    for model in document.message.model_config_list.config:
        if model.base_path.rstrip("/") != wanted:
            continue
        chosen = served_versions(versions, model.model_version_policy)
        found |= {version.number for version in chosen}
        found |= set(model.model_version_policy.specific.versions)
        found |= set(model.version_labels.values())
    return found


def prune(
    base_path: str | os.PathLike[str],
    keep_last: int,
    *,
    protected: Collection[int] = (),
    configuration: Document | None = None,
    client: S3Client | None = None,
) -> tuple[int, ...]:
    """Deletes old versions; see the module for the rule.

    Of each version, saved_model.pb is deleted first: then the version disappears in one step.

    Args:
        base_path: `s3://bucket/path` or a local folder.
        keep_last: How many of the newest complete versions stay; at least 1.
        protected: Versions that stay in any case, such as those that a server has loaded.
        configuration: A model configuration: the versions that it chooses or labels stay.
        client: A boto3 client for S3; None: one with the settings of the environment.

    Returns:
        The deleted versions, the newest first.

    Raises:
        StorageError: The store refused or failed.
        ValueError: `keep_last` is less than 1.
    """
    versions = find_versions(base_path, client=client).versions
    stay = set(protected)
    if configuration is not None:
        stay |= configured_versions(configuration, base_path, versions)
    store, _ = open_store(base_path, client)
    deleted = []
    for version in prunable(versions, keep_last, stay):
        delete_version(store, version)
        deleted.append(version.number)
    return tuple(deleted)


def delete_version(store: Store, version: Version) -> None:
    """Deletes the files of a version, saved_model.pb first.

    Raises:
        StorageError: The store refused or failed.
        PublishError: The local folder cannot be removed.
    """
    paths = [file.path for file in version.files.values()]
    first = [path for path in paths if path.rsplit("/", 1)[-1].startswith(_GRAPH_STEM)]
    store.delete(first)
    store.delete([path for path in paths if path not in first])
    if "://" not in version.url:
        _remove_folders(version.url)


_GRAPH_STEM = SAVED_MODEL.split(".")[0]


def _remove_folders(folder: str) -> None:
    try:
        for parent, _, _ in os.walk(folder, topdown=False):
            os.rmdir(parent)
    except OSError as error:
        raise PublishError(f"{folder}: the folder cannot be removed: {error}") from error
