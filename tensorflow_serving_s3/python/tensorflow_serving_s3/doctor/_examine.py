# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The checks in their order; each needs those before it."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterator
from typing import Any

from tensorflow_serving_s3.doctor._endpoint import bundle_fault, check_connection, check_endpoint
from tensorflow_serving_s3.doctor._finding import (
    Finding,
    Verdict,
    failed,
    passed,
    skipped,
    warned,
)
from tensorflow_serving_s3.errors import Error, StorageError
from tensorflow_serving_s3.storage import (
    S3Settings,
    S3Store,
    aws_session,
    explain,
    find_versions,
    open_store,
    s3_client,
    s3_settings,
)

_REGION_CODES = (
    "AuthorizationHeaderMalformed",
    "PermanentRedirect",
    "TemporaryRedirect",
    "IllegalLocationConstraintException",
    "301",
    "307",
)
_DEFAULT_REGION = "us-east-1"
# Faults with which boto3 creates no client.
_UNUSABLE = ("no-such-profile", "invalid-aws-file")


def examine(url: str, *, write: bool = False) -> Iterator[Finding]:
    """Yields the findings of all checks for a base path.

    Args:
        url: `s3://bucket` or `s3://bucket/path`.
        write: Whether to store and delete an object, as publishing needs.

    Raises:
        ValueError: `url` is not an S3 URL with a bucket.
    """
    if not url.startswith("s3://"):
        raise ValueError(f"{url}: give an S3 URL, such as s3://my-models/half")
    settings = s3_settings()
    yield check_endpoint(settings)
    client: Any = None
    if check_endpoint(settings).verdict is Verdict.OK:
        yield (region := _check_region(settings))
        yield (credentials := _check_credentials(settings))
        if region.verdict is not Verdict.FAILED and credentials.code not in _UNUSABLE:
            usable = credentials.verdict is not Verdict.FAILED
            client = s3_client(
                settings if usable else dataclasses.replace(settings, anonymous=True),
                retries={"total_max_attempts": 1},
                connect_timeout=5,
                read_timeout=10,
            )
    if client is None:
        yield skipped("connection", "the settings are not usable")
        return
    reached, clock = _reach(client, settings)
    yield reached
    yield clock
    if reached.verdict is Verdict.FAILED or credentials.verdict is Verdict.FAILED:
        yield skipped("bucket", "see the checks above")
        return
    store, path = open_store(url, client)
    assert isinstance(store, S3Store)
    yield from _check_access(store, path, url, write)


def _reach(client: Any, settings: S3Settings) -> tuple[Finding, Finding]:
    fault = bundle_fault()
    if fault is not None:
        return fault, skipped("clock", "no connection")
    return check_connection(client.meta.endpoint_url.rstrip("/"), settings)


def _check_region(settings: S3Settings) -> Finding:
    from boto3.session import Session
    from botocore.exceptions import BotoCoreError

    if settings.region:
        return passed("region", f"{settings.region_from}={settings.region}")
    try:
        profile = Session().region_name
    except BotoCoreError as error:
        return _fault("region", error)
    if profile:
        return passed("region", f"{profile}, from the AWS profile")
    return passed("region", f"{_DEFAULT_REGION}, the default: nothing sets a region")


def _check_credentials(settings: S3Settings) -> Finding:
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

    if settings.anonymous:
        return passed("credentials", "none: requests are anonymous")
    try:
        credentials = aws_session(settings).get_credentials()
        if credentials is None:
            raise NoCredentialsError
        frozen = credentials.get_frozen_credentials()
    except ClientError as error:
        return failed(
            "credentials",
            "role-refused",
            f"STS refuses the role: {error}",
            "check role_arn, and that the trust policy of the role names these credentials",
        )
    except BotoCoreError as error:
        return _fault("credentials", error)
    token = ", with a session token" if frozen.token else ""
    shown = f"{frozen.access_key[:4]}..." if frozen.access_key else "no key"
    return passed("credentials", f"{shown} from {_source(credentials.method)}{token}")


def _source(method: str) -> str:
    names = {
        "env": "the environment (AWS_ACCESS_KEY_ID)",
        "shared-credentials-file": "~/.aws/credentials",
        "config-file": "~/.aws/config",
        "assume-role": "a role of the AWS profile",
        "assume-role-with-web-identity": "AWS_WEB_IDENTITY_TOKEN_FILE (IRSA)",
        "container-role": "the container (ECS or EKS pod identity)",
        "iam-role": "the role of the EC2 instance",
        "sso": "IAM Identity Center",
        "custom-process": "the credential_process of the AWS profile",
    }
    return names.get(method, method)


def _check_access(store: S3Store, path: str, url: str, write: bool) -> Iterator[Finding]:
    from botocore.exceptions import BotoCoreError, ClientError

    regions: list[str] = []
    store.client.meta.events.register_first(
        "needs-retry.s3", lambda **context: _note_region(regions, **context)
    )
    prefix = f"{path}/" if path else ""
    try:
        answer = store.client.list_objects_v2(Bucket=store.bucket, Prefix=prefix, MaxKeys=100)
    except (ClientError, BotoCoreError) as error:
        yield _fault("bucket", error, f"s3://{store.bucket}: listing")
        return
    region = store.client.meta.region_name
    other = next((name for name in regions if name and name != region), "")
    if other:
        yield warned(
            "bucket",
            "wrong-region",
            f"the bucket is in the region {other}; requests for {region} are redirected",
            f"set AWS_REGION={other}",
        )
    else:
        yield passed("bucket", f"s3://{store.bucket} can be listed")
    keys = [entry["Key"] for entry in answer.get("Contents", []) if entry.get("Size", 0)]
    yield _check_read(store, keys)
    yield _check_versions(url, store)
    if write:
        yield _check_write(store, prefix)


def _note_region(regions: list[str], response: Any = None, **_: Any) -> None:
    """Notes the region of an answer that says that the request was for another one."""
    if not response:
        return
    raw, parsed = response
    error = parsed.get("Error", {})
    headers = parsed.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    moved = error.get("Code") in _REGION_CODES or raw.status_code in (301, 307)
    region = error.get("Region") or headers.get("x-amz-bucket-region", "")
    if region and (moved or raw.status_code == 200):
        regions.append(region)


def _check_read(store: S3Store, keys: list[str]) -> Finding:
    from botocore.exceptions import BotoCoreError, ClientError

    if not keys:
        return skipped("objects", "no object below the path; reading was not tested")
    try:
        store.client.get_object(Bucket=store.bucket, Key=keys[0], Range="bytes=0-0")["Body"].read()
    except (ClientError, BotoCoreError) as error:
        return _fault("objects", error, f"{store.url(keys[0])}: reading")
    return passed("objects", f"{store.url(keys[0])} can be read")


def _check_versions(url: str, store: S3Store) -> Finding:
    try:
        listing = find_versions(url, client=store.client)
    except Error as error:
        return failed("versions", "", str(error), "")
    complete = [str(version.number) for version in listing.versions if version.is_complete]
    if complete:
        return passed("versions", f"complete versions: {', '.join(complete[:10])}")
    return warned(
        "versions",
        "no-version",
        f"no complete version in {url}",
        "check the path, or publish a model there: tfs3 publish DIR " + url,
    )


def _check_write(store: S3Store, prefix: str) -> Finding:
    key = f"{prefix}.tfs3-doctor-{uuid.uuid4().hex}"
    try:
        store.write(key, b"")
    except StorageError as error:
        assert error.__cause__ is not None
        return _fault("write", error.__cause__, f"{store.url(key)}: writing")
    try:
        store.delete([key])
    except StorageError as error:
        return warned(
            "write",
            "no-permission",
            f"objects can be written and not deleted, so {store.url(key)} is left: {error}",
            "delete the object; publishing with --keep-last needs s3:DeleteObject",
        )
    return passed("write", f"{store.url(prefix)} can be written")


def _fault(check: str, error: BaseException, what: str = "") -> Finding:
    explained = explain(error)
    said = f"{what}: {explained.cause} ({error})" if what else f"{explained.cause} ({error})"
    return failed(check, explained.code or "failed", said, explained.cure)
