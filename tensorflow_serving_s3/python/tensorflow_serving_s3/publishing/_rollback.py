# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Publishes an older version again, under a new number."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from tensorflow_serving_s3.errors import PublishError
from tensorflow_serving_s3.publishing._model import (
    HIGHEST_VERSION,
    OnProgress,
    Progress,
    Published,
    is_marker,
)
from tensorflow_serving_s3.publishing._to_folder import publish_to_folder
from tensorflow_serving_s3.publishing._to_s3 import write_args
from tensorflow_serving_s3.storage import (
    SAVED_MODEL,
    S3Store,
    Version,
    VersionListing,
    find_versions,
    open_store,
    storage_errors,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_GIB = 2**30


def rollback(
    base_path: str | os.PathLike[str],
    to: int | None = None,
    *,
    on_progress: OnProgress = lambda _: None,
    client: S3Client | None = None,
) -> Published:
    """Publishes an older version again, as the newest one.

    Servers with the policy `latest` then serve it. Nothing is deleted, so the version that is left
    can be examined, and servers switch without a gap. In S3, the store copies the objects.

    Args:
        base_path: `s3://bucket/path` or a local folder.
        to: The version to publish again; None: the complete version before the newest one.
        on_progress: Called with the progress, from any thread.
        client: A boto3 client for S3; None: one with the settings of the environment.

    Returns:
        The new version.

    Raises:
        PublishError: There is no such version, or it could not be copied.
        StorageError: The base path cannot be listed.
    """
    listing = find_versions(base_path, client=client)
    version = target_of(listing, os.fspath(base_path), to)
    number = next_version(listing)
    store, folder = open_store(base_path, client)
    if isinstance(store, S3Store):
        return _copy_in_s3(store, folder, version, number, on_progress)
    return publish_to_folder(
        Path(version.url), Path(folder), str(number), overwrite=False, on_progress=on_progress
    )


def target_of(listing: VersionListing, base_path: str, to: int | None) -> Version:
    """Returns the version that a rollback publishes again.

    Raises:
        PublishError: There is no such version, or it is not complete.
    """
    complete = [version for version in listing.versions if version.is_complete]
    if to is None:
        if len(complete) < 2:
            raise PublishError(
                f"{base_path}: no older version to go back to; the complete versions: "
                f"{_listed(complete)}"
            )
        return complete[1]
    for version in complete:
        if version.number == to:
            return version
    raise PublishError(
        f"{base_path}: no complete version {to}; the complete versions: {_listed(complete)}"
    )


def next_version(listing: VersionListing) -> int:
    """Returns the number after the newest complete version; 1 if there is none.

    An incomplete version with this number is the rest of an interrupted publication, which
    continues there.

    Raises:
        PublishError: There is no higher number.
    """
    newest = next((v.number for v in listing.versions if v.is_complete), 0)
    if newest >= HIGHEST_VERSION:
        raise PublishError(f"{newest} is the highest version; no newer one can be published")
    return newest + 1


def _copy_in_s3(
    store: S3Store, folder: str, version: Version, number: int, on_progress: OnProgress
) -> Published:
    prefix = f"{folder}/{number}" if folder else str(number)
    names = sorted(
        (name for name in version.files if not is_marker(name)),
        key=lambda name: (name == SAVED_MODEL, name),
    )
    from boto3.s3.transfer import TransferConfig

    # S3 copies up to 5 GiB with one request, and not every store can copy parts.
    transfer = TransferConfig(multipart_threshold=_GIB, multipart_chunksize=_GIB // 4)
    done = 0
    args = write_args(os.environ)
    with storage_errors(store.url(prefix), PublishError):
        for name in names:
            source = version.files[name]
            store.client.copy(
                {"Bucket": store.bucket, "Key": source.path},
                store.bucket,
                f"{prefix}/{name}",
                ExtraArgs=args or None,
                Config=transfer,
            )
            done += source.size
            on_progress(Progress("copy", done, version.size))
    return Published(store.url(prefix), number, len(names), 0, 0, version.size)


def _listed(versions: list[Version]) -> str:
    return ", ".join(str(version.number) for version in versions) or "none"
