# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""A prefix of the store for each case, with direct access by boto3."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclasses.dataclass(frozen=True)
class Place:
    """A prefix of a bucket. Uses boto3, not the filesystem under test.

    Attributes:
        client: A client of the store.
        bucket: The name of the bucket.
        prefix: The prefix, without a slash at the end.
    """

    client: S3Client
    bucket: str
    prefix: str

    def url(self, name: str = "") -> str:
        """Returns the `s3://` URL of a name in the prefix, or of the prefix itself."""
        return f"s3://{self.bucket}/{self.prefix}" + (f"/{name}" if name else "")

    def put(self, name: str, body: bytes = b"") -> str:
        """Stores an object in the prefix and returns its URL."""
        self.client.put_object(Bucket=self.bucket, Key=f"{self.prefix}/{name}", Body=body)
        return self.url(name)

    def get(self, name: str) -> bytes | None:
        """Returns the bytes of an object in the prefix; None if it does not exist."""
        try:
            got = self.client.get_object(Bucket=self.bucket, Key=f"{self.prefix}/{name}")
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchKey":
                raise
            return None
        return got["Body"].read()

    def files(self) -> list[str]:
        """Returns the sorted names in the prefix, without markers of directories."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=f"{self.prefix}/"
        )
        keys = [found["Key"] for page in pages for found in page.get("Contents", ())]
        return sorted(key[len(self.prefix) + 1 :] for key in keys if not key.endswith("/"))


_BLOCK = b"".join(number.to_bytes(4, "little") for number in range(1 << 18))


def pattern(size: int) -> bytes:
    """Returns bytes in which all ranges of a megabyte are different."""
    blocks = [bytes([number]) + _BLOCK[1:] for number in range(-(-size // len(_BLOCK)))]
    return b"".join(blocks)[:size]
