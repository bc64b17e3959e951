# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Digests of a local file that can be compared with S3's ETags and checksums.

S3 computes them from the parts of an upload. The size of a part depends only on the size of the
file, so the same file has the same digest in every publication. Files up to 8 MiB are one part, as
in the AWS CLI and boto3.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
from collections.abc import Callable
from pathlib import Path

_MIB = 2**20
_PART_BYTES = 8 * _MIB
_MAX_PARTS = 10_000


@dataclasses.dataclass(frozen=True)
class PartDigest:
    """The digests of a part.

    Attributes:
        offset: The position of its first byte in the file.
        size: In bytes.
        md5: The MD5, as S3 uses it in ETags.
        sha256: The SHA-256.
    """

    offset: int
    size: int
    md5: bytes
    sha256: bytes

    @property
    def etag(self) -> str:
        """The ETag of the part, unless KMS encrypts it."""
        return self.md5.hex()

    @property
    def checksum(self) -> str:
        """The value of x-amz-checksum-sha256."""
        return base64.b64encode(self.sha256).decode()


@dataclasses.dataclass(frozen=True)
class FileDigest:
    """The digests of a file.

    Attributes:
        size: In bytes.
        parts: Its parts; one for a file of at most 8 MiB.
    """

    size: int
    parts: tuple[PartDigest, ...]

    @property
    def etag(self) -> str:
        """The ETag of the object, unless KMS encrypts it."""
        if len(self.parts) == 1:
            return self.parts[0].etag
        joined = b"".join(part.md5 for part in self.parts)
        return f"{_md5(joined).hex()}-{len(self.parts)}"

    @property
    def checksum(self) -> str:
        """The SHA-256 checksum of the object as S3 returns it."""
        if len(self.parts) == 1:
            return self.parts[0].checksum
        joined = b"".join(part.sha256 for part in self.parts)
        digest = base64.b64encode(hashlib.sha256(joined).digest()).decode()
        return f"{digest}-{len(self.parts)}"

    def is_checksum(self, checksum: str) -> bool:
        """Whether a checksum of S3 is the one of this file; S3 may omit the number of parts."""
        return bool(checksum) and checksum in (self.checksum, self.checksum.split("-")[0])


def digest_file(
    path: Path, on_bytes: Callable[[int], None] = lambda _: None, part_bytes: int = 0
) -> FileDigest:
    """Reads a file once and returns its digests.

    Args:
        path: The file.
        on_bytes: Called with the number of bytes that were read.
        part_bytes: The size of a part; 0: the one for the size of the file.

    Raises:
        OSError: The file cannot be read.
    """
    size = path.stat().st_size
    part_bytes = part_bytes or _part_bytes(size)
    parts = []
    offset = 0
    with path.open("rb") as file:
        while content := file.read(part_bytes):
            parts.append(_part(offset, content))
            offset += len(content)
            on_bytes(len(content))
    return FileDigest(offset, tuple(parts) or (_part(0, b""),))


def _part_bytes(size: int) -> int:
    """Returns the size of the parts, so that there are at most 10,000."""
    needed = -(-size // _MAX_PARTS)
    return max(_PART_BYTES, -(-needed // _MIB) * _MIB)


def _part(offset: int, content: bytes) -> PartDigest:
    return PartDigest(offset, len(content), _md5(content), hashlib.sha256(content).digest())


def _md5(content: bytes) -> bytes:
    return hashlib.md5(content, usedforsecurity=False).digest()
