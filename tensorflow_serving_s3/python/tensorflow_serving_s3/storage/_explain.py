# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Explains the errors of boto3: what is wrong, and what to do."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from typing import Any

from tensorflow_serving_s3.errors import Error, StorageError


@dataclasses.dataclass(frozen=True)
class Explanation:
    """An error of S3.

    Attributes:
        code: A short name of the cause, such as `wrong-secret`; "" if the cause is not known.
        cause: What is wrong.
        cure: What to do.
    """

    code: str
    cause: str
    cure: str


_NO_PERMISSION = Explanation(
    "no-permission",
    "the credentials are valid and may not do this",
    "add the action to the policy of the user or role: s3:ListBucket on the bucket, s3:GetObject "
    "on its objects, s3:PutObject to publish, s3:DeleteObject to prune",
)
_WRONG_SECRET = Explanation(
    "wrong-secret",
    "the secret key does not match the access key ID",
    "check AWS_SECRET_ACCESS_KEY; a proxy that changes the Host header has the same effect",
)
_UNKNOWN_KEY = Explanation(
    "unknown-access-key",
    "the store does not know the access key ID",
    "check AWS_ACCESS_KEY_ID, and that the endpoint is the store of these credentials",
)
_EXPIRED = Explanation(
    "expired-token",
    "the session token is expired or invalid",
    "get new credentials, for example with aws sso login or aws sts assume-role; keys in the "
    "environment are never renewed",
)
_NO_BUCKET = Explanation(
    "no-such-bucket",
    "the bucket does not exist at this endpoint",
    "create the bucket first, or check its name and the endpoint",
)
_WRONG_REGION = Explanation(
    "wrong-region", "the bucket or the store has another region", "set AWS_REGION"
)
_CLOCK = Explanation(
    "clock-skew",
    "the clocks of this machine and of the store differ too much",
    "set the clock of this machine, for example with chrony; S3 tolerates 15 minutes",
)
_OVERLOADED = Explanation("overloaded", "the store is overloaded or failing", "try again later")
_BY_CODE = {
    "AccessDenied": _NO_PERMISSION,
    "AllAccessDisabled": _NO_PERMISSION,
    "Forbidden": _NO_PERMISSION,
    "403": _NO_PERMISSION,
    "SignatureDoesNotMatch": _WRONG_SECRET,
    "InvalidAccessKeyId": _UNKNOWN_KEY,
    "ExpiredToken": _EXPIRED,
    "ExpiredTokenException": _EXPIRED,
    "InvalidToken": _EXPIRED,
    "TokenRefreshRequired": _EXPIRED,
    "NoSuchBucket": _NO_BUCKET,
    "InvalidBucketName": Explanation(
        "invalid-bucket-name", "the name of the bucket is not valid", "check the URL"
    ),
    "PermanentRedirect": _WRONG_REGION,
    "AuthorizationHeaderMalformed": _WRONG_REGION,
    "IllegalLocationConstraintException": _WRONG_REGION,
    "301": _WRONG_REGION,
    "RequestTimeTooSkewed": _CLOCK,
    "RequestExpired": _CLOCK,
    "NoSuchKey": Explanation(
        "no-such-object", "the object does not exist", "check the path of the URL"
    ),
    "NoSuchUpload": Explanation(
        "no-such-upload",
        "another process completed or aborted the same upload",
        "publish each version from one process only, then publish again",
    ),
    "SlowDown": _OVERLOADED,
    "ServiceUnavailable": _OVERLOADED,
    "InternalError": _OVERLOADED,
}


def explain(error: BaseException) -> Explanation:
    """Returns the cause and the cure of an error that boto3 raised."""
    from botocore import exceptions

    if isinstance(error, exceptions.ClientError):
        return _explain_answer(error.response)
    if isinstance(error, exceptions.NoCredentialsError | exceptions.PartialCredentialsError):
        return Explanation(
            "no-credentials",
            "there are no credentials for S3",
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give this machine "
            "or pod a role; AWS_NO_SIGN_REQUEST=1 for a public bucket",
        )
    if isinstance(error, exceptions.ConfigParseError):
        return Explanation(
            "invalid-aws-file",
            "an AWS file has a syntax error",
            "correct ~/.aws/config or ~/.aws/credentials",
        )
    if isinstance(error, exceptions.ProfileNotFound):
        return Explanation(
            "no-such-profile",
            "AWS_PROFILE names a profile that does not exist",
            "check AWS_PROFILE, ~/.aws/config and ~/.aws/credentials",
        )
    if isinstance(error, exceptions.TokenRetrievalError | exceptions.UnauthorizedSSOTokenError):
        return _EXPIRED
    if isinstance(error, exceptions.SSLError):
        return _explain_tls(str(error))
    if isinstance(error, exceptions.HTTPClientError | exceptions.ConnectionError):
        return Explanation(
            "unreachable",
            "the store cannot be reached",
            "check AWS_ENDPOINT_URL_S3 or S3_ENDPOINT, AWS_REGION and the network",
        )
    return Explanation(
        "",
        "the request failed",
        "check AWS_ENDPOINT_URL_S3, AWS_REGION and the source of the credentials (AWS_PROFILE, "
        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)",
    )


@contextlib.contextmanager
def storage_errors(what: str, error_type: type[Error] = StorageError) -> Iterator[None]:
    """Turns the errors of boto3 and of the operating system into one error with a cure.

    Args:
        what: The URL or path, at the start of the message.
        error_type: The type of the new error.

    Raises:
        StorageError: Or `error_type`.
    """
    # Imported here, because the command line must start fast.
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (Boto3Error, BotoCoreError, ClientError) as error:
        explained = explain(error)
        reason = f"{explained.cause}; {explained.cure}"
        raise error_type(f"{what}: {error}; {reason}") from error
    except OSError as error:
        other = error.filename if error.filename not in (None, what) else ""
        place = f"{what}: {other}" if other else what
        raise error_type(f"{place}: {error.strerror or error}") from error


def _explain_answer(response: Any) -> Explanation:
    code = response.get("Error", {}).get("Code", "")
    headers = response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    region = response.get("Error", {}).get("Region") or headers.get("x-amz-bucket-region")
    found = _BY_CODE.get(code)
    if found is _WRONG_REGION and region:
        return Explanation(
            "wrong-region", f"the bucket is in the region {region}", f"set AWS_REGION={region}"
        )
    if found is not None:
        return found
    text = response.get("Error", {}).get("Message", "")
    if "plain HTTP request was sent to HTTPS port" in text or "HTTP request to an HTTPS" in text:
        return Explanation(
            "wrong-scheme", "the endpoint speaks https", "write https:// before the endpoint"
        )
    if code == "404":
        return _NO_BUCKET
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status >= 500 or status == 429:
        return _OVERLOADED
    return Explanation("", "the store refused the request", "see the answer of the store above")


def _explain_tls(text: str) -> Explanation:
    if "WRONG_VERSION_NUMBER" in text or "wrong version number" in text.lower():
        return Explanation(
            "wrong-scheme",
            "the endpoint does not speak TLS",
            "write http:// before the endpoint, or set S3_USE_HTTPS=0",
        )
    return Explanation(
        "untrusted-certificate",
        "the TLS handshake failed",
        "for a private certificate authority, set AWS_CA_BUNDLE to its PEM file",
    )
