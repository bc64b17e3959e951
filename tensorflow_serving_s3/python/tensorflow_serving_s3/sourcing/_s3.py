# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the sources read from S3: one object by its ETag, and the complete versions of a model."""

from __future__ import annotations

import collections
import re
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_SHARD = re.compile(r"variables/variables\.data-[0-9]{5}-of-([0-9]{5})")


def split_url(url: str) -> tuple[str, str]:
    """Returns the bucket and the key of an S3 URL, without a slash at the end.

    Raises:
        ValueError: `url` is not an S3 URL with a bucket.
    """
    scheme, separator, rest = url.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme != "s3" or not separator or not bucket:
        raise ValueError(f"{url!r} is not an S3 URL; give s3://bucket/key")
    return bucket, key.rstrip("/")


def make_client() -> S3Client:
    """Returns a client of a new session, which reads the usual AWS environment and files."""
    client: S3Client = boto3.session.Session().client("s3")
    return client


def get_if_changed(
    client: S3Client, bucket: str, key: str, etag: str | None
) -> tuple[bytes, str] | None:
    """Returns the content and the ETag of an object; None if its ETag still is `etag`.

    Raises:
        ClientError, BotoCoreError: The object cannot be read.
    """
    try:
        if etag is None:
            answer = client.get_object(Bucket=bucket, Key=key)
        else:
            answer = client.get_object(Bucket=bucket, Key=key, IfNoneMatch=etag)
    except ClientError as error:
        if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 304:
            return None
        raise
    return answer["Body"].read(), answer["ETag"]


def complete_versions(client: S3Client, bucket: str, prefix: str) -> dict[int, str]:
    """Returns the complete versions below a base path, and the URLs of their folders.

    As for the model server: a version has a saved_model.pb, and all shards of its variables if it
    has a variables.index.

    Args:
        client: The client.
        bucket: The bucket.
        prefix: The key of the base path, without a slash at the end.

    Raises:
        ClientError, BotoCoreError: The objects cannot be listed.
    """
    start = f"{prefix}/" if prefix else ""
    files: dict[str, set[str]] = collections.defaultdict(set)
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=start)
    for page in pages:
        for entry in page.get("Contents", []):
            folder, _, file = entry["Key"].removeprefix(start).partition("/")
            if re.fullmatch("[0-9]{1,18}", folder):
                files[folder].add(file)
    return {
        int(folder): f"s3://{bucket}/{start}{folder}"
        for folder, names in sorted(files.items())
        if _is_complete(names)
    }


def _is_complete(files: set[str]) -> bool:
    if "saved_model.pb" not in files:
        return False
    if "variables/variables.index" not in files:
        return True
    shards = [match for match in map(_SHARD.fullmatch, files) if match]
    return bool(shards) and len(shards) >= int(shards[0].group(1))
