# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The entry points of publishing."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from tensorflow_serving_s3.config import Document
from tensorflow_serving_s3.publishing._model import OnProgress, Published, files_of, folder_name_of
from tensorflow_serving_s3.publishing._prune import prune
from tensorflow_serving_s3.publishing._rollback import next_version
from tensorflow_serving_s3.publishing._to_folder import publish_to_folder
from tensorflow_serving_s3.publishing._to_s3 import publish_to_s3
from tensorflow_serving_s3.storage import S3Store, find_versions, open_store

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

DEFAULT_THREADS = 8


def publish(
    model_dir: str | os.PathLike[str],
    base_path: str | os.PathLike[str],
    version: int | str | None = None,
    *,
    overwrite: bool = False,
    keep_last: int | None = None,
    protected: Collection[int] = (),
    configuration: Document | None = None,
    threads: int = DEFAULT_THREADS,
    on_progress: OnProgress = lambda _: None,
    client: S3Client | None = None,
) -> Published:
    """Publishes a SavedModel as one version of a model.

    For S3, saved_model.pb is uploaded last: servers ignore versions without it. After an
    interruption, call this again with the same arguments: objects and parts that are in the store
    with the same contents are not sent again. In a local folder, one rename creates the version.

    Args:
        model_dir: The folder of the SavedModel, with saved_model.pb in it.
        base_path: The --model_base_path of the server: `s3://bucket/path` or a local folder, which
            is created if it is missing.
        version: The version, from 0 to 2**63 - 1. A text such as "00000123" may have leading zeros
            and is the name of the folder. None: one above the newest complete version.
        overwrite: Whether to replace a version that exists. In S3 it is absent meanwhile: servers
            keep what they have loaded.
        keep_last: How many of the newest versions stay; older ones are deleted afterwards, except
            for those that may be served (see `prune`). None: nothing is deleted.
        protected: Versions that pruning must not delete.
        configuration: A model configuration whose versions pruning must not delete.
        threads: The number of parallel requests.
        on_progress: Called with the progress, from any thread.
        client: A boto3 client for S3; None: one with the settings of the environment.

    Raises:
        PublishError: `model_dir` contains no SavedModel, the version exists already (with any
            number of leading zeros), or the files could not be stored.
        StorageError: The base path cannot be listed, or old versions cannot be deleted.
        ValueError: `version` is not a version, or `base_path` is neither an S3 URL nor a path.
    """
    source = Path(model_dir)
    if version is not None:
        folder_name_of(version)
    files_of(source)  # Raises an error before anything is asked of the store.
    if keep_last is not None and keep_last < 1:
        raise ValueError(f"keep_last is {keep_last}; at least 1 version must stay")
    store, base = open_store(base_path, client)
    newest_before: set[int] = set()
    if version is None or keep_last is not None:
        listing = find_versions(base_path, client=client)
        newest_before = {v.number for v in listing.versions if v.is_complete}
        newest_before = {max(newest_before)} if newest_before else set()
        version = next_version(listing) if version is None else version
    name = folder_name_of(version)
    if isinstance(store, S3Store):
        published = publish_to_s3(
            source,
            store,
            base,
            name,
            overwrite=overwrite,
            threads=threads,
            on_progress=on_progress,
        )
    else:
        published = publish_to_folder(
            source, Path(base), name, overwrite=overwrite, on_progress=on_progress
        )
    if keep_last is None:
        return published
    stay = {*protected, *newest_before, published.version}
    pruned = prune(base_path, keep_last, protected=stay, configuration=configuration, client=client)
    return dataclasses.replace(published, pruned=pruned)


def publish_version(
    model_dir: str | os.PathLike[str],
    base_path: str | os.PathLike[str],
    version: int | str,
    *,
    client: S3Client | None = None,
) -> str:
    """Publishes a SavedModel as one version of a model, and returns the path of the version.

    The same as `publish` without options.

    Raises:
        PublishError: As `publish`.
        ValueError: As `publish`.
    """
    return publish(model_dir, base_path, version, client=client).url
