# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the sources read from S3 beside the functions of `storage`: one object by its ETag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from tensorflow_serving_s3.storage import storage_errors

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


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


def get_if_changed(
    client: S3Client, bucket: str, key: str, etag: str | None
) -> tuple[bytes, str] | None:
    """Returns the content and the ETag of an object; None if its ETag still is `etag`.

    Raises:
        StorageError: The object cannot be read. The message has the cure.
    """
    with storage_errors(f"s3://{bucket}/{key}"):
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
