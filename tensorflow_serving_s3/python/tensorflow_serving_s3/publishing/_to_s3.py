# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Publishes a SavedModel to S3: everything else first, saved_model.pb last."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import os
import threading
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from tensorflow_serving_s3.errors import PublishError
from tensorflow_serving_s3.publishing._digest import FileDigest, digest_file
from tensorflow_serving_s3.publishing._model import (
    OnProgress,
    Progress,
    Published,
    exists_already,
    files_of,
    is_marker,
    is_same_version,
)
from tensorflow_serving_s3.publishing._upload import Upload, Uploader
from tensorflow_serving_s3.storage import SAVED_MODEL, S3Store, StoredFile, storage_errors

_GRAPHS = (SAVED_MODEL, "saved_model.pbtxt", "saved_model.cpb")
_ENCRYPTION = {
    "AWS_SERVER_SIDE_ENCRYPTION": "ServerSideEncryption",
    "AWS_SSE_KMS_KEY_ID": "SSEKMSKeyId",
    "AWS_REQUEST_PAYER": "RequestPayer",
}


@dataclasses.dataclass(frozen=True)
class Plan:
    """What a publication does with the objects of a version.

    Attributes:
        upload: The files to upload, saved_model.pb last.
        skip: The files that are in the store with the same contents.
        stale: Objects that are not of the model.
    """

    upload: tuple[str, ...]
    skip: tuple[str, ...]
    stale: tuple[str, ...]


def publish_to_s3(
    source: Path,
    store: S3Store,
    base: str,
    folder_name: str,
    *,
    overwrite: bool,
    threads: int,
    on_progress: OnProgress,
) -> Published:
    """Publishes a SavedModel; see `publish`."""
    files = [file.as_posix() for file in files_of(source)]
    prefix = f"{base}/{folder_name}" if base else folder_name
    url = store.url(prefix)
    with storage_errors(url, PublishError):
        stored = _stored_files(store, base, folder_name, overwrite)
        digests = _digests(source, files, threads, on_progress)
        plan = make_plan(digests, stored, _checksums(store, digests, stored))
        _refuse_changes(url, plan, overwrite)
        published = any(name in _GRAPHS for name in stored)
        if published and (plan.upload or plan.stale):
            # The version disappears in one step, and appears again with its new contents.
            store.delete([stored[name].path for name in _GRAPHS if name in stored])
            upload = tuple(dict.fromkeys((*plan.upload, SAVED_MODEL)))
            plan = dataclasses.replace(
                plan, upload=upload, skip=tuple(name for name in plan.skip if name not in upload)
            )
        store.delete([stored[name].path for name in plan.stale if name not in _GRAPHS])
        sent, had = _upload(store, prefix, source, digests, plan, threads, on_progress)
    return Published(
        url,
        int(folder_name),
        len(plan.upload),
        sent,
        len(plan.skip),
        had + sum(digests[name].size for name in plan.skip),
    )


def make_plan(
    digests: Mapping[str, FileDigest],
    stored: Mapping[str, StoredFile],
    checksums: Mapping[str, str],
) -> Plan:
    """Compares the files of a model with the objects of the version.

    Args:
        digests: The digests of the local files by their path in the model.
        stored: The objects by their path in the version.
        checksums: The SHA-256 checksums of objects, where the ETag is not sufficient.
    """
    skip = {
        name
        for name, digest in digests.items()
        if name in stored
        and stored[name].size == digest.size
        and (stored[name].etag == digest.etag or digest.is_checksum(checksums.get(name, "")))
    }
    upload = [name for name in digests if name not in skip]
    upload.sort(key=lambda name: name == SAVED_MODEL)
    return Plan(
        tuple(upload),
        tuple(name for name in digests if name in skip),
        tuple(name for name in stored if name not in digests and not is_marker(name)),
    )


def write_args(env: Mapping[str, str]) -> dict[str, Any]:
    """Returns the arguments for the encryption and the payer of what is written (docs/s3.md)."""
    args: dict[str, Any] = {
        argument: env[name] for name, argument in _ENCRYPTION.items() if env.get(name)
    }
    if bucket_key := env.get("AWS_SSE_BUCKET_KEY_ENABLED"):
        args["BucketKeyEnabled"] = bucket_key.lower() in ("1", "true", "yes", "on")
    return args


def _stored_files(
    store: S3Store, base: str, folder_name: str, overwrite: bool
) -> dict[str, StoredFile]:
    """Returns the objects of the version by their path in it.

    Raises:
        PublishError: The version exists and must not be overwritten, or has another name.
    """
    prefix = f"{base}/" if base else ""
    pages = store.client.get_paginator("list_objects_v2").paginate(
        Bucket=store.bucket, Prefix=prefix, Delimiter="/"
    )
    names = [
        PurePosixPath(common["Prefix"]).name
        for page in pages
        for common in page.get("CommonPrefixes", [])
    ]
    stored: dict[str, StoredFile] = {}
    for name in filter(lambda name: is_same_version(name, folder_name), names):
        folder = f"{prefix}{name}/"
        files = {file.path.removeprefix(folder): file for file in store.files(folder)}
        exists = any(graph in files for graph in _GRAPHS)
        if exists and (not overwrite or name != folder_name):
            raise exists_already(store.url(folder.rstrip("/")))
        if name == folder_name:
            stored = files
    return stored


def _digests(
    source: Path, files: list[str], threads: int, on_progress: OnProgress
) -> dict[str, FileDigest]:
    counter = _Counter("hash", sum((source / name).stat().st_size for name in files), on_progress)
    with concurrent.futures.ThreadPoolExecutor(min(threads, os.cpu_count() or 1)) as pool:
        digests = pool.map(
            lambda name: digest_file(source / name, lambda count: counter.add(count, True)), files
        )
        return dict(zip(files, digests, strict=True))


def _checksums(
    store: S3Store, digests: Mapping[str, FileDigest], stored: Mapping[str, StoredFile]
) -> dict[str, str]:
    """Asks for the checksums of objects with the right size and another ETag, as KMS makes them."""
    from botocore.exceptions import ClientError

    found = {}
    for name, digest in digests.items():
        file = stored.get(name)
        if file is None or file.size != digest.size or file.etag == digest.etag:
            continue
        try:
            head = store.client.head_object(
                Bucket=store.bucket, Key=file.path, ChecksumMode="ENABLED"
            )
        except ClientError:
            continue  # The object counts as different.
        found[name] = head.get("ChecksumSHA256", "")
    return found


def _refuse_changes(url: str, plan: Plan, overwrite: bool) -> None:
    """Refuses to remove objects. Without saved_model.pb, objects of the model may be replaced."""
    if overwrite or not plan.stale:
        return
    more = f" and {len(plan.stale) - 3} more" if len(plan.stale) > 3 else ""
    raise PublishError(
        f"{url}: files are there that the model does not have: {', '.join(plan.stale[:3])}{more}; "
        "publish with a higher number, or overwrite the version"
    )


def _upload(
    store: S3Store,
    prefix: str,
    source: Path,
    digests: Mapping[str, FileDigest],
    plan: Plan,
    threads: int,
    on_progress: OnProgress,
) -> tuple[int, int]:
    """Uploads the files; returns the bytes that were sent, and those that were in the store."""
    if not plan.upload:
        return 0, 0
    total = sum(digests[name].size for name in plan.upload)
    counter = _Counter("upload", total, on_progress)
    uploads = {
        name: Upload(source / name, f"{prefix}/{name}", digests[name]) for name in plan.upload
    }
    with Uploader(
        store.client,
        store.bucket,
        threads=threads,
        write_args=write_args(os.environ),
        on_bytes=counter.add,
    ) as uploader:
        large = any(len(upload.digest.parts) > 1 for upload in uploads.values())
        unfinished = uploader.unfinished_uploads(f"{prefix}/") if large else {}
        last = uploads.pop(SAVED_MODEL, None)
        uploader.upload(uploads.values(), unfinished)
        if last is not None:
            uploader.upload([dataclasses.replace(last, only_if_absent=True)], unfinished)
    return counter.new, counter.old


class _Counter:
    """Adds up bytes from several threads."""

    def __init__(self, step: str, total: int, on_progress: OnProgress) -> None:
        self._step = step
        self._total = total
        self._on_progress = on_progress
        self._lock = threading.Lock()
        self.new = 0
        self.old = 0
        on_progress(Progress(step, 0, total))

    def add(self, count: int, stored_before: bool) -> None:
        with self._lock:
            if stored_before:
                self.old += count
            else:
                self.new += count
            self._on_progress(Progress(self._step, self.new + self.old, self._total))
