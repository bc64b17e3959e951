# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Uploads files to S3 in parallel, and continues unfinished multipart uploads.

Every part has a SHA-256 checksum that the store verifies. The parts that a killed upload has stored
are compared with the file by checksum or MD5 and not sent again.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tensorflow_serving_s3.errors import PublishError
from tensorflow_serving_s3.publishing._digest import FileDigest, PartDigest

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MD5 = re.compile("[0-9a-f]{32}")
# Answers of stores and policies without lists of unfinished uploads.
_NO_LISTS = ("AccessDenied", "NotImplemented", "MethodNotAllowed", "NoSuchUpload", "405", "501")
_OTHER_CHECKSUMS = ("InvalidRequest", "InvalidPart", "BadDigest")
_NO_CONDITIONS = ("NotImplemented", "InvalidArgument", "InvalidRequest", "501")


@dataclasses.dataclass(frozen=True)
class Upload:
    """A file to upload.

    Attributes:
        path: The local file.
        key: The key of the object.
        digest: The digests of the file.
        only_if_absent: Whether the store must refuse if the object exists. Stores without
            conditional writes ignore it.
    """

    path: Path
    key: str
    digest: FileDigest
    only_if_absent: bool = False


class Uploader:
    """Uploads files to one bucket. `close` or a `with` block ends its threads."""

    def __init__(
        self,
        client: S3Client,
        bucket: str,
        *,
        threads: int,
        write_args: Mapping[str, Any],
        on_bytes: Callable[[int, bool], None],
    ) -> None:
        """Creates an uploader.

        Args:
            client: The boto3 client.
            bucket: The bucket.
            threads: The number of parallel requests.
            write_args: Arguments of PutObject and CreateMultipartUpload, such as the encryption.
            on_bytes: Called from any thread with a number of bytes, and whether they were in the
                store before.
        """
        self._client = client
        self._bucket = bucket
        self._write_args = dict(write_args)
        self._on_bytes = on_bytes
        self._pool = concurrent.futures.ThreadPoolExecutor(threads)
        self._failed = threading.Event()
        config: Any = client.meta.config
        self._checksums = config.request_checksum_calculation != "when_required"

    def close(self) -> None:
        """Ends the threads. Requests that have not started are dropped."""
        self._failed.set()
        self._pool.shutdown(cancel_futures=True)

    def __enter__(self) -> Uploader:
        """Returns the uploader."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the threads."""
        self.close()

    def unfinished_uploads(self, prefix: str) -> dict[str, list[str]]:
        """Returns the IDs of the unfinished multipart uploads by key, the newest first.

        Returns none if the store or the policy does not allow the list: then nothing is continued.
        """
        from botocore.exceptions import ClientError

        found: dict[str, list[tuple[Any, str]]] = {}
        try:
            pages = self._client.get_paginator("list_multipart_uploads").paginate(
                Bucket=self._bucket, Prefix=prefix
            )
            for page in pages:
                for entry in page.get("Uploads", []):
                    when = str(entry.get("Initiated", ""))
                    found.setdefault(entry["Key"], []).append((when, entry["UploadId"]))
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") not in _NO_LISTS:
                raise
        return {key: [id for _, id in sorted(ids, reverse=True)] for key, ids in found.items()}

    def upload(self, uploads: Iterable[Upload], unfinished: Mapping[str, list[str]]) -> None:
        """Uploads files; returns when all are stored.

        Args:
            uploads: The files.
            unfinished: The result of `unfinished_uploads`.

        Raises:
            PublishError: The store returned another ETag than that of the file.
            botocore.exceptions.ClientError: The store refused a request.
        """
        waiting: list[concurrent.futures.Future[Any]] = []
        large: list[tuple[Upload, str, list[concurrent.futures.Future[dict[str, Any]]]]] = []
        for upload in uploads:
            if len(upload.digest.parts) == 1:
                waiting.append(self._pool.submit(self._put, upload))
                continue
            upload_id, stored = self._continue_or_create(upload, unfinished.get(upload.key, []))
            parts = [
                self._pool.submit(self._part, upload, upload_id, number, part, stored.get(number))
                for number, part in enumerate(upload.digest.parts, 1)
            ]
            waiting.extend(parts)
            large.append((upload, upload_id, parts))
        for done in concurrent.futures.as_completed(waiting):
            if done.exception() is not None:
                self._failed.set()
            done.result()
        for upload, upload_id, parts in large:
            self._complete(upload, upload_id, [part.result() for part in parts])

    def _put(self, upload: Upload) -> None:
        part = upload.digest.parts[0]
        args = {
            **self._write_args,
            **self._checksum_args(part),
            "Bucket": self._bucket,
            "Key": upload.key,
            "Body": self._content(upload, part),
        }
        answer = self._conditional(self._client.put_object, args, upload)
        self._compare(upload, part, answer)
        self._on_bytes(part.size, False)

    def _part(
        self,
        upload: Upload,
        upload_id: str,
        number: int,
        part: PartDigest,
        stored: dict[str, Any] | None,
    ) -> dict[str, Any]:
        """Uploads a part, unless it is stored; returns its entry of CompleteMultipartUpload."""
        if self._failed.is_set():
            raise concurrent.futures.CancelledError
        if stored is not None:
            self._on_bytes(part.size, True)
            return stored
        answer: Any = self._client.upload_part(
            Bucket=self._bucket,
            Key=upload.key,
            UploadId=upload_id,
            PartNumber=number,
            Body=self._content(upload, part),
            **self._checksum_args(part),
        )
        self._compare(upload, part, answer)
        self._on_bytes(part.size, False)
        return _entry(number, answer)

    def _continue_or_create(
        self, upload: Upload, candidates: list[str]
    ) -> tuple[str, dict[int, dict[str, Any]]]:
        """Returns the ID of an upload and the entries of its stored parts by number."""
        for upload_id in candidates:
            stored = self._stored_parts(upload, upload_id)
            if stored is not None:
                return upload_id, stored
        args: dict[str, Any] = dict(self._write_args)
        if self._checksums:
            args["ChecksumAlgorithm"] = "SHA256"
        answer = self._client.create_multipart_upload(Bucket=self._bucket, Key=upload.key, **args)
        return answer["UploadId"], {}

    def _stored_parts(self, upload: Upload, upload_id: str) -> dict[int, dict[str, Any]] | None:
        """Returns the stored parts of an upload; None if a part is not of this file."""
        from botocore.exceptions import ClientError

        stored = {}
        try:
            pages = self._client.get_paginator("list_parts").paginate(
                Bucket=self._bucket, Key=upload.key, UploadId=upload_id
            )
            for page in pages:
                for entry in page.get("Parts", []):
                    number = entry["PartNumber"]
                    if number > len(upload.digest.parts):
                        return None
                    if not _is_part(upload.digest.parts[number - 1], entry):
                        return None
                    stored[number] = _entry(number, entry)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") not in _NO_LISTS:
                raise
            return None
        return stored

    def _complete(self, upload: Upload, upload_id: str, parts: list[dict[str, Any]]) -> None:
        """Completes an upload with the checksums of its parts, or without them.

        A store requires them if the upload was created with them. Not every store lists them.
        """
        from botocore.exceptions import ClientError

        bare = [{"PartNumber": p["PartNumber"], "ETag": p["ETag"]} for p in parts]
        digests = zip(bare, upload.digest.parts, strict=True)
        full = [{**entry, "ChecksumSHA256": part.checksum} for entry, part in digests]
        listed = any("ChecksumSHA256" in part for part in parts)
        variants = (full, bare) if listed else (bare, full)
        for number, variant in enumerate(variants):
            args = {
                "Bucket": self._bucket,
                "Key": upload.key,
                "UploadId": upload_id,
                "MultipartUpload": {"Parts": variant},
            }
            try:
                self._conditional(self._client.complete_multipart_upload, args, upload)
                return
            except ClientError as error:
                code = error.response.get("Error", {}).get("Code")
                if number or code not in _OTHER_CHECKSUMS:
                    raise

    def _conditional(self, call: Callable[..., Any], args: dict[str, Any], upload: Upload) -> Any:
        from botocore.exceptions import ClientError

        if not upload.only_if_absent:
            return call(**args)
        try:
            return call(**args, IfNoneMatch="*")
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code")
            if code in ("PreconditionFailed", "412"):
                raise PublishError(
                    f"s3://{self._bucket}/{upload.key}: another process has published this "
                    "version meanwhile; publish with a higher number"
                ) from error
            if code not in _NO_CONDITIONS:
                raise
            return call(**args)

    def _checksum_args(self, part: PartDigest) -> dict[str, Any]:
        return {"ChecksumSHA256": part.checksum} if self._checksums else {}

    def _content(self, upload: Upload, part: PartDigest) -> bytes:
        with upload.path.open("rb") as file:
            file.seek(part.offset)
            content = file.read(part.size)
        if len(content) != part.size:
            raise PublishError(
                f"{upload.path}: the file has become shorter while it was published; publish it "
                "again when nothing writes to it"
            )
        return content

    def _compare(self, upload: Upload, part: PartDigest, answer: Any) -> None:
        """Compares the ETag of an answer, which is an MD5 unless KMS encrypts the object."""
        etag = answer.get("ETag", "").strip('"')
        encrypted = "kms" in answer.get("ServerSideEncryption", "")
        if _MD5.fullmatch(etag) and not encrypted and etag != part.etag:
            raise PublishError(
                f"s3://{self._bucket}/{upload.key}: the store has other bytes than {upload.path}: "
                f"its ETag is {etag}, not {part.etag}; the file was changed or its bytes were "
                "damaged on the way. Publish it again"
            )


def _is_part(part: PartDigest, entry: Any) -> bool:
    """Whether a stored part has the contents of a part of the file."""
    if entry["Size"] != part.size:
        return False
    if checksum := entry.get("ChecksumSHA256"):
        return bool(checksum == part.checksum)
    return bool(entry["ETag"].strip('"') == part.etag)


def _entry(number: int, answer: Any) -> dict[str, Any]:
    entry = {"PartNumber": number, "ETag": answer["ETag"]}
    if checksum := answer.get("ChecksumSHA256"):
        entry["ChecksumSHA256"] = checksum
    return entry
