# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The S3 settings of the environment, as the server reads them, for boto3.

docs/s3.md lists the variables. boto3 itself does not know S3_ENDPOINT, S3_USE_HTTPS, S3_VERIFY_SSL,
S3_CA_FILE, S3_USER_VIRTUAL_BUCKET, AWS_REGION, AWS_NO_SIGN_REQUEST and awsAnonymousCredential.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from boto3.session import Session
    from mypy_boto3_s3 import S3Client

_YES = ("1", "true", "yes", "on")
_NO = ("0", "false", "no", "off")
_DEFAULT_REGION = "us-east-1"


@dataclasses.dataclass(frozen=True)
class S3Settings:
    """How to reach S3.

    Attributes:
        endpoint: The URL of the store; "" for AWS.
        endpoint_from: The variable or file that sets it; "" for AWS.
        region: The region; "" if nothing sets it.
        region_from: The variable or file that sets it.
        anonymous: Whether requests are not signed.
        virtual_host: Whether the bucket is in the host name, also at other stores than AWS.
        verify: False without verification of certificates; a file of authorities; True.
    """

    endpoint: str = ""
    endpoint_from: str = ""
    region: str = ""
    region_from: str = ""
    anonymous: bool = False
    virtual_host: bool = False
    verify: bool | str = True


def s3_settings(env: Mapping[str, str] | None = None) -> S3Settings:
    """Returns the settings of the environment and of the AWS profile.

    Args:
        env: The environment; None: the one of this process. boto3 reads profiles and credentials
            from the environment of the process in any case.
    """
    env = os.environ if env is None else env
    endpoint, endpoint_from = _endpoint(env)
    region, region_from = _first(env, "AWS_REGION", "AWS_DEFAULT_REGION")
    ca_file, _ = _first(env, "S3_CA_FILE", "AWS_CA_BUNDLE")
    return S3Settings(
        endpoint,
        endpoint_from,
        region,
        region_from,
        _is(env, "AWS_NO_SIGN_REQUEST", _YES) or _is(env, "awsAnonymousCredential", _YES),
        _is(env, "S3_USER_VIRTUAL_BUCKET", _YES),
        False if _is(env, "S3_VERIFY_SSL", _NO) else (ca_file or True),
    )


def s3_client(settings: S3Settings | None = None, **config: Any) -> S3Client:
    """Returns a new boto3 client for S3.

    Args:
        settings: How to reach S3; None: the settings of the environment.
        **config: More arguments of `botocore.config.Config`.
    """
    from botocore import UNSIGNED
    from botocore.config import Config

    settings = s3_settings() if settings is None else settings
    if settings.anonymous:
        config["signature_version"] = UNSIGNED
    in_path = settings.endpoint and not settings.virtual_host
    config["s3"] = {"addressing_style": "path" if in_path else "auto"}
    return aws_session(settings).client(
        "s3",
        endpoint_url=settings.endpoint or None,
        verify=None if settings.verify is True else settings.verify,
        config=Config(**config),
    )


def aws_session(settings: S3Settings) -> Session:
    """Returns a boto3 session with a region, which also STS needs for the roles of profiles."""
    import boto3

    region = settings.region or boto3.session.Session().region_name or _DEFAULT_REGION
    return boto3.session.Session(region_name=region)


def _endpoint(env: Mapping[str, str]) -> tuple[str, str]:
    names = ["S3_ENDPOINT"]
    if not _is(env, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", _YES):
        names += ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]
    value, name = _first(env, *names)
    if value and "://" not in value:
        scheme = "http" if _is(env, "S3_USE_HTTPS", _NO) else "https"
        value = f"{scheme}://{value}"
    return value, name


def _first(env: Mapping[str, str], *names: str) -> tuple[str, str]:
    for name in names:
        if env.get(name):
            return env[name], name
    return "", ""


def _is(env: Mapping[str, str], name: str, values: tuple[str, ...]) -> bool:
    return env.get(name, "").lower() in values
