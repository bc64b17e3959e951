# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The prefix of a case, with access by boto3 instead of the filesystem under test."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclasses.dataclass(frozen=True)
class Place:
    """One prefix of one bucket, accessed with boto3.

    Attributes:
        client: A client of the store.
        bucket: The bucket's name.
        prefix: The prefix, without a slash at its end.
    """

    client: S3Client
    bucket: str
    prefix: str

    def url(self, name: str = "") -> str:
        """Returns the `s3://` URL of something below the prefix, or of the prefix itself."""
        return f"s3://{self.bucket}/{self.prefix}" + (f"/{name}" if name else "")

    def put(self, name: str, body: bytes = b"") -> str:
        """Stores an object below the prefix and returns its URL."""
        self.client.put_object(Bucket=self.bucket, Key=f"{self.prefix}/{name}", Body=body)
        return self.url(name)

    def get(self, name: str) -> bytes | None:
        """Returns the bytes of an object below the prefix, None when there is none."""
        try:
            got = self.client.get_object(Bucket=self.bucket, Key=f"{self.prefix}/{name}")
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchKey":
                raise
            return None
        return got["Body"].read()

    def files(self) -> list[str]:
        """Returns the names below the prefix, sorted, without markers of directories."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=f"{self.prefix}/"
        )
        keys = [found["Key"] for page in pages for found in page.get("Contents", ())]
        return sorted(key[len(self.prefix) + 1 :] for key in keys if not key.endswith("/"))


_BLOCK = b"".join(number.to_bytes(4, "little") for number in range(1 << 18))


def pattern(size: int) -> bytes:
    """Returns bytes of which no two ranges of a megabyte are the same."""
    blocks = [bytes([number]) + _BLOCK[1:] for number in range(-(-size // len(_BLOCK)))]
    return b"".join(blocks)[:size]
