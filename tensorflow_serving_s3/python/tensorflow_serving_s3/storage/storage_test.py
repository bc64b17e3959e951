# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the rules for versions, the settings of the environment, and the explanations of errors."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from botocore import exceptions

from tensorflow_serving_s3 import storage
from tensorflow_serving_s3.errors import StorageError

_INDEX = "variables/variables.index"
_SHARD = "variables/variables.data-0000{}-of-0000{}"
_TIME = datetime.datetime(2026, 11, 29, tzinfo=datetime.UTC)

COMPLETENESS = {
    (): "saved_model.pb",
    ("assets/words.txt",): "saved_model.pb",
    ("saved_model.pb",): "",
    ("saved_model.pbtxt",): "",
    ("saved_model.cpb",): "",
    ("saved_model.pb", _INDEX): "variables/variables.data-*",
    ("saved_model.pb", _INDEX, _SHARD.format(0, 1)): "",
    ("saved_model.pb", _SHARD.format(0, 1)): _INDEX,
    ("saved_model.pb", _INDEX, _SHARD.format(1, 2)): _SHARD.format(0, 2),
    ("saved_model.pb", _INDEX, _SHARD.format(0, 1), _SHARD.format(0, 2)): _SHARD.format(1, 2),
    ("saved_model.pb", "variables/notes.txt"): "",
}


@pytest.mark.parametrize("files", COMPLETENESS)
def test_a_version_is_complete_by_the_rule_of_the_server(files: tuple[str, ...]) -> None:
    assert storage.missing_file(files) == COMPLETENESS[files]


def test_files_are_grouped_by_version() -> None:
    paths = [
        *("m/2/saved_model.pb", "m/10/saved_model.pb", "m/README.md", "m/v3/saved_model.pb"),
        *("m/0010/saved_model.pb", "m/9223372036854775808/saved_model.pb", "m/-1/saved_model.pb"),
    ]
    files = [storage.StoredFile(path, 1, _TIME) for path in paths]
    listing = storage.group_versions("m", "s3://b/m", files)
    assert [(v.number, v.name, v.url) for v in listing.versions] == [
        (10, "10", "s3://b/m/10"),
        (2, "2", "s3://b/m/2"),
    ]
    assert [problem.split(" is ")[0] for problem in listing.problems] == [
        '"0010"',
        '"9223372036854775808"',
    ]


def test_a_folder_that_does_not_exist_has_no_versions(tmp_path: Path) -> None:
    listing = storage.find_versions(tmp_path / "absent")
    assert (listing.exists, listing.versions) == (False, ())


@pytest.mark.parametrize("url", ["gs://bucket/m", "http://host/m", "s3://", "s3:///m"])
def test_a_url_without_an_s3_bucket_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="s3://bucket/path"):
        storage.open_store(url)


SETTINGS = {
    "none": ({}, storage.S3Settings()),
    "tensorflow-io": (
        {"S3_ENDPOINT": "store:9000", "S3_USE_HTTPS": "0", "AWS_ENDPOINT_URL": "http://other"},
        storage.S3Settings("http://store:9000", "S3_ENDPOINT"),
    ),
    "an endpoint without a scheme": (
        {"AWS_ENDPOINT_URL_S3": "store"},
        storage.S3Settings("https://store", "AWS_ENDPOINT_URL_S3"),
    ),
    "ignored endpoints": (
        {"AWS_ENDPOINT_URL": "http://x", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
        storage.S3Settings(),
    ),
    "two regions": (
        {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"},
        storage.S3Settings(region="eu-west-1", region_from="AWS_REGION"),
    ),
    "KServe": (
        {"awsAnonymousCredential": "true", "S3_USER_VIRTUAL_BUCKET": "1", "S3_VERIFY_SSL": "0"},
        storage.S3Settings(anonymous=True, virtual_host=True, verify=False),
    ),
    "authorities": (
        {"S3_CA_FILE": "/a.pem", "AWS_CA_BUNDLE": "/b.pem"},
        storage.S3Settings(verify="/a.pem"),
    ),
}


@pytest.mark.parametrize("case", SETTINGS)
def test_the_settings_of_the_server_apply(case: str) -> None:
    env, settings = SETTINGS[case]
    assert storage.s3_settings(env) == settings


def _answer(code: str, status: int = 403, **error: str) -> exceptions.ClientError:
    response = {
        "Error": {"Code": code, "Message": "", **error},
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {}},
    }
    return exceptions.ClientError(response, "ListObjectsV2")  # type: ignore[arg-type]


EXPLAINED = [
    (_answer("SignatureDoesNotMatch"), "wrong-secret"),
    (_answer("InvalidAccessKeyId"), "unknown-access-key"),
    (_answer("AccessDenied"), "no-permission"),
    (_answer("ExpiredToken", 400), "expired-token"),
    (_answer("NoSuchBucket", 404), "no-such-bucket"),
    (_answer("RequestTimeTooSkewed"), "clock-skew"),
    (_answer("AuthorizationHeaderMalformed", 400, Region="eu-west-1"), "wrong-region"),
    (_answer("SlowDown", 503), "overloaded"),
    (_answer("Strange", 502), "overloaded"),
    (_answer("Strange", 400), ""),
    (exceptions.NoCredentialsError(), "no-credentials"),
    (exceptions.ProfileNotFound(profile="x"), "no-such-profile"),
    (exceptions.EndpointConnectionError(endpoint_url="x"), "unreachable"),
    (exceptions.SSLError(endpoint_url="x", error=OSError("WRONG_VERSION_NUMBER")), "wrong-scheme"),
    (exceptions.SSLError(endpoint_url="x", error=OSError("unknown CA")), "untrusted-certificate"),
]


@pytest.mark.parametrize(("error", "code"), EXPLAINED)
def test_an_error_is_explained(error: Exception, code: str) -> None:
    explained = storage.explain(error)
    assert explained.code == code
    assert explained.cure


@pytest.mark.parametrize("status", [400, 405, 501])
def test_objects_are_deleted_one_by_one_where_the_store_has_no_batches(status: int) -> None:
    client: Any = storage.s3_client(storage.S3Settings(endpoint="http://localhost:1"))
    deleted: list[str] = []
    client.delete_objects = mock.Mock(side_effect=_answer("Refused", status))
    client.delete_object = lambda Bucket, Key: deleted.append(Key)
    storage.S3Store("b", client).delete(["x", "y"])
    assert deleted == ["x", "y"]


def test_a_refused_batch_is_an_error() -> None:
    client: Any = storage.s3_client(storage.S3Settings(endpoint="http://localhost:1"))
    client.delete_objects = mock.Mock(side_effect=_answer("AccessDenied"))
    with pytest.raises(StorageError, match="s3:DeleteObject"):
        storage.S3Store("b", client).delete(["x", "y"])


def test_a_message_has_the_error_and_the_cure() -> None:
    with (
        pytest.raises(StorageError, match=r"^s3://b: .*wrong-region|set AWS_REGION=eu-west-1"),
        storage.storage_errors("s3://b"),
    ):
        raise _answer("AuthorizationHeaderMalformed", 400, Region="eu-west-1")
