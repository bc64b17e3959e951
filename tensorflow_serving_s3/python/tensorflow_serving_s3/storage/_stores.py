# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Files in S3 and in local folders behind one small interface."""

from __future__ import annotations

import base64
import datetime
import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from tensorflow_serving_s3.storage._explain import storage_errors
from tensorflow_serving_s3.storage._settings import s3_client

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_DELETE_BATCH = 1_000
# Statuses of stores that do not have DeleteObjects; see docs/s3.md.
_WITHOUT_BATCHES = (400, 405, 411, 412, 415, 501)


@dataclass(frozen=True)
class StoredFile:
    """A file or an object.

    Attributes:
        path: The key, or the path of the file with slashes.
        size: In bytes.
        modified: The time of the last change, in UTC.
        etag: The ETag without quotes; "" for a local file.
    """

    path: str
    size: int
    modified: datetime.datetime
    etag: str = ""


class Store(Protocol):
    """A bucket or the local filesystem. Methods are thread-safe; paths are keys or local paths."""

    def url(self, path: str) -> str:
        """Returns the URL or the path for people."""

    def files(self, folder: str) -> Iterator[StoredFile]:
        """Yields all files below a folder; none if it does not exist.

        Raises:
            StorageError: The store refused or failed.
        """

    def read(self, path: str) -> bytes:
        """Returns the contents of a file.

        Raises:
            StorageError: The file does not exist, or the store refused or failed.
        """

    def write(self, path: str, content: bytes) -> None:
        """Replaces a file in one step.

        Raises:
            StorageError: The store refused or failed.
        """

    def delete(self, paths: Sequence[str]) -> None:
        """Deletes files in any order. Files that do not exist are ignored.

        Raises:
            StorageError: The store refused or failed.
        """


class S3Store:
    """A bucket.

    Attributes:
        bucket: Its name.
        client: The boto3 client.
    """

    def __init__(self, bucket: str, client: S3Client | None = None) -> None:
        """Creates the store. Without a client: the settings of the environment."""
        self.bucket = bucket
        with storage_errors(f"s3://{bucket}"):
            self.client = client if client is not None else s3_client()

    def url(self, path: str) -> str:
        """Returns the s3:// URL of a key."""
        return f"s3://{self.bucket}/{path}" if path else f"s3://{self.bucket}"

    def files(self, folder: str) -> Iterator[StoredFile]:
        """Yields all objects below a prefix, in the order of their keys."""
        prefix = f"{folder.rstrip('/')}/" if folder else ""
        with storage_errors(self.url(folder)):
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=prefix
            )
            for page in pages:
                for entry in page.get("Contents", []):
                    yield StoredFile(
                        entry["Key"],
                        entry["Size"],
                        entry["LastModified"].astimezone(datetime.UTC),
                        entry.get("ETag", "").strip('"'),
                    )

    def read(self, path: str) -> bytes:
        """Returns the contents of an object."""
        with storage_errors(self.url(path)):
            return self.client.get_object(Bucket=self.bucket, Key=path)["Body"].read()

    def write(self, path: str, content: bytes) -> None:
        """Puts an object."""
        with storage_errors(self.url(path)):
            # Stores that refuse the trailing checksums of boto3 take a checksum in a header.
            checksum = base64.b64encode(hashlib.sha256(content).digest()).decode()
            self.client.put_object(
                Bucket=self.bucket, Key=path, Body=content, ChecksumSHA256=checksum
            )

    def delete(self, paths: Sequence[str]) -> None:
        """Deletes objects, up to 1,000 with one request."""
        from botocore.exceptions import ClientError

        for start in range(0, len(paths), _DELETE_BATCH):
            batch = paths[start : start + _DELETE_BATCH]
            with storage_errors(self.url(batch[0])):
                if len(batch) > 1:
                    try:
                        self._delete_batch(batch)
                        continue
                    except ClientError as error:
                        answer = error.response.get("ResponseMetadata", {})
                        if answer.get("HTTPStatusCode") not in _WITHOUT_BATCHES:
                            raise
                for path in batch:
                    self.client.delete_object(Bucket=self.bucket, Key=path)

    def _delete_batch(self, batch: Sequence[str]) -> None:
        from botocore.exceptions import ClientError

        answer = self.client.delete_objects(
            Bucket=self.bucket,
            Delete={"Objects": [{"Key": path} for path in batch], "Quiet": True},
        )
        for failure in answer.get("Errors", []):
            refusal: Any = {"Code": failure.get("Code", ""), "Message": failure.get("Message", "")}
            raise ClientError({"Error": refusal}, f"DeleteObjects of {failure.get('Key')}")


class LocalStore:
    """The local filesystem."""

    def url(self, path: str) -> str:
        """Returns the path."""
        return path

    def files(self, folder: str) -> Iterator[StoredFile]:
        """Yields all files below a folder, in the order of their paths."""
        with storage_errors(folder):
            for parent, folders, names in os.walk(folder, onerror=_raise_unless_missing):
                folders.sort()
                for name in sorted(names):
                    path = Path(parent, name)
                    status = path.stat()
                    modified = datetime.datetime.fromtimestamp(status.st_mtime, datetime.UTC)
                    yield StoredFile(path.as_posix(), status.st_size, modified)

    def read(self, path: str) -> bytes:
        """Returns the contents of a file."""
        with storage_errors(path):
            return Path(path).read_bytes()

    def write(self, path: str, content: bytes) -> None:
        """Writes a file and renames it."""
        with storage_errors(path):
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            temporary = Path(f"{path}.tmp{os.getpid()}")
            temporary.write_bytes(content)
            temporary.replace(path)

    def delete(self, paths: Sequence[str]) -> None:
        """Deletes files."""
        for path in paths:
            with storage_errors(path):
                Path(path).unlink(missing_ok=True)


def open_store(path: str | os.PathLike[str], client: S3Client | None = None) -> tuple[Store, str]:
    """Returns the store of an s3:// URL or of a local path, and the key or path in it.

    Args:
        path: `s3://bucket/path` or a local path.
        client: A boto3 client for S3; None: one with the settings of the environment.

    Raises:
        ValueError: `path` is neither an S3 URL nor a path.
        StorageError: The AWS settings cannot be used.
    """
    text = os.fspath(path)
    if not text:
        raise ValueError("the base path is empty; give s3://bucket/path or a local folder")
    scheme, separator, rest = text.partition("://")
    if not separator:
        return LocalStore(), text
    if scheme != "s3":
        raise ValueError(
            f"{text}: {scheme}:// is not supported; give s3://bucket/path or a local folder"
        )
    bucket, _, key = rest.partition("/")
    if not bucket:
        raise ValueError(f"{text}: no bucket in it; give s3://bucket/path")
    return S3Store(bucket, client), key.strip("/")


def _raise_unless_missing(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
