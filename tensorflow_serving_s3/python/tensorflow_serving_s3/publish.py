# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Publishes a SavedModel as a version of a model. Servers never see an incomplete version.

Example:
    publish_version("export/half_plus_three", "s3://models/half_plus_three", 123)

For S3, saved_model.pb is uploaded last: the server ignores versions without it. In a local folder,
one rename creates the version.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import boto3
from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError

from tensorflow_serving_s3.errors import PublishError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_SAVED_MODEL = "saved_model.pb"
_HIGHEST_VERSION = 2**63 - 1
_CURES = {
    "AccessDenied": "the credentials need s3:ListBucket and s3:PutObject there",
    "ExpiredToken": "the credentials have expired; get new ones",
    "InvalidAccessKeyId": "check AWS_ACCESS_KEY_ID and the endpoint",
    "InvalidBucketName": "the name of the bucket is not valid; check the URL",
    "NoSuchBucket": "create the bucket first, or check its name",
    "SignatureDoesNotMatch": "check AWS_SECRET_ACCESS_KEY",
}


def publish_version(
    model_dir: str | os.PathLike[str],
    base_path: str | os.PathLike[str],
    version: int | str,
    *,
    client: S3Client | None = None,
) -> str:
    """Publishes a SavedModel as one version of a model.

    After an interrupted publication to S3, call this again with the same arguments: without
    saved_model.pb, the version does not exist yet.

    Args:
        model_dir: The folder of the SavedModel, with saved_model.pb in it.
        base_path: The --model_base_path of the server: `s3://bucket/path` or a local folder, which
            is created if it is missing.
        version: The version, from 0 to 2**63 - 1. A text such as "00000123" may have leading zeros
            and is the name of the folder.
        client: A boto3 client for S3; None: a client of a new session, which reads the usual AWS
            environment variables and files.

    Returns:
        The path of the version: `base_path`, a slash, and the name of its folder.

    Raises:
        PublishError: `model_dir` contains no SavedModel, the version exists already (with any
            number of leading zeros), or the files could not be stored.
        ValueError: `version` is not a version, or `base_path` is neither an S3 URL nor a path.
    """
    folder_name = _folder_name(version)
    source = Path(model_dir)
    if not (source / _SAVED_MODEL).is_file():
        raise PublishError(
            f"{source}: no {_SAVED_MODEL} in it; give the folder that tf.saved_model.save wrote"
        )
    base = os.fspath(base_path)
    scheme, separator, rest = base.partition("://")
    if not separator:
        return _publish_to_folder(source, Path(base), folder_name)
    if scheme != "s3":
        raise ValueError(
            f"{base}: cannot publish to {scheme}://; give s3://bucket/path or a local folder"
        )
    bucket, _, path = rest.partition("/")
    if not bucket:
        raise ValueError(f"{base}: no bucket in it; give s3://bucket/path")
    with _s3_errors_explained(f"{base.rstrip('/')}/{folder_name}"):
        return _publish_to_s3(
            client or boto3.session.Session().client("s3"),
            source,
            bucket,
            path.strip("/"),
            folder_name,
        )


def _folder_name(version: int | str) -> str:
    name = str(version)
    if not re.fullmatch("[0-9]+", name) or int(name) > _HIGHEST_VERSION:
        raise ValueError(
            f"{version!r} is not a version; give a whole number from 0 to {_HIGHEST_VERSION}"
        )
    return name


def _files(source: Path) -> list[Path]:
    """Returns the files of a SavedModel, relative to its folder, saved_model.pb last."""
    files = (path.relative_to(source) for path in source.rglob("*") if path.is_file())
    return sorted(files, key=lambda file: (file == Path(_SAVED_MODEL), file))


def _is_same_version(name: str, folder_name: str) -> bool:
    return re.fullmatch("[0-9]+", name) is not None and int(name) == int(folder_name)


def _exists_already(url: str) -> PublishError:
    return PublishError(
        f"{url}: this version exists already, and versions never change; "
        "publish with a higher number"
    )


def _publish_to_folder(source: Path, base: Path, folder_name: str) -> str:
    target = base / folder_name
    try:
        base.mkdir(parents=True, exist_ok=True)
        for sibling in base.iterdir():
            if _is_same_version(sibling.name, folder_name):
                raise _exists_already(str(sibling))
        # In the same folder, because a rename cannot cross filesystems. The name is not a number,
        # so servers ignore the folder.
        staging = Path(tempfile.mkdtemp(prefix=f".publishing-{folder_name}-", dir=base))
        try:
            shutil.copytree(source, staging, dirs_exist_ok=True)
            staging.chmod(0o755)
            staging.rename(target)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    except OSError as error:
        raise PublishError(f"{target}: cannot publish {source} there: {error}") from error
    return str(target)


def _publish_to_s3(client: S3Client, source: Path, bucket: str, path: str, folder_name: str) -> str:
    prefix = f"{path}/" if path else ""
    pages = client.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=prefix, Delimiter="/"
    )
    for page in pages:
        for common in page.get("CommonPrefixes", []):
            name = PurePosixPath(common["Prefix"]).name
            if _is_same_version(name, folder_name) and _holds_model(
                client, bucket, common["Prefix"]
            ):
                raise _exists_already(f"s3://{bucket}/{prefix}{name}")
    for file in _files(source):
        client.upload_file(str(source / file), bucket, f"{prefix}{folder_name}/{file.as_posix()}")
    return f"s3://{bucket}/{prefix}{folder_name}"


def _holds_model(client: S3Client, bucket: str, prefix: str) -> bool:
    found = client.list_objects_v2(Bucket=bucket, Prefix=prefix + _SAVED_MODEL, MaxKeys=1)
    return any(entry["Key"] == prefix + _SAVED_MODEL for entry in found.get("Contents", []))


@contextlib.contextmanager
def _s3_errors_explained(url: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        cure = _CURES.get(code, "see the response of the S3 server above")
        raise PublishError(f"{url}: {error}; {cure}") from error
    except Boto3Error as error:
        # An upload error wraps one of the errors above, but only its text contains the code.
        cures = [cure for code, cure in _CURES.items() if code in str(error)]
        raise PublishError(f"{url}: {'; '.join([str(error), *cures])}") from error
    except BotoCoreError as error:
        raise PublishError(
            f"{url}: {error}; check AWS_ENDPOINT_URL_S3, AWS_REGION and the source of the "
            "credentials (AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)"
        ) from error
