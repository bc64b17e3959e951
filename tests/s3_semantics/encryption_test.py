# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that all kinds of writes have the configured encryption."""

import os
from collections.abc import Iterator

import pytest

# TensorFlow reads this variable when it is loaded. It hides its start-up messages.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf
from moto.s3.models import s3_backends

from tests.s3_access.aws import ACCOUNT, BUCKET, Aws
from tests.s3_semantics.endpoint import endpoint

_KMS_KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
_LARGE = b"x" * (9 << 20)


@pytest.fixture(scope="module", autouse=True)
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """moto, as the endpoint of TensorFlow."""
    variables = {
        "AWS_SERVER_SIDE_ENCRYPTION": "aws:kms",
        "AWS_SSE_KMS_KEY_ID": _KMS_KEY,
        "AWS_SSE_BUCKET_KEY_ENABLED": "true",
    }
    home = tmp_path_factory.mktemp("home")
    with Aws() as aws, endpoint(aws.url, aws.writer, home=home, **variables):
        yield aws


def _url(key: str) -> str:
    return f"s3://{BUCKET}/{key}"


def _write(key: str, body: bytes, mode: str = "wb") -> None:
    with tf.io.gfile.GFile(_url(key), mode) as file:
        file.write(body)


def _encryption(key: str) -> tuple[str, str]:
    """Returns the encryption of an object in the store."""
    found = s3_backends[ACCOUNT]["aws"].buckets[BUCKET].keys[key]
    return found.encryption, found.kms_key_id


def test_small_and_large_files_are_encrypted() -> None:
    _write("small", b"bytes")
    tf.io.write_file(_url("large"), _LARGE)
    _write("large", b"more", "ab")
    for key in ("small", "large"):
        assert _encryption(key) == ("aws:kms", _KMS_KEY), key
    assert tf.io.gfile.stat(_url("large")).length == len(_LARGE) + 4


def test_a_copy_of_an_unencrypted_source_is_encrypted() -> None:
    # Stored without the setting.
    assert _encryption("half/1/saved_model.pb")[0] != "aws:kms"
    tf.io.gfile.copy(_url("half/1/saved_model.pb"), _url("copy"))
    assert _encryption("copy") == ("aws:kms", _KMS_KEY)
    tf.io.gfile.rename(_url("half"), _url("renamed"))
    assert _encryption("renamed/1/saved_model.pb") == ("aws:kms", _KMS_KEY)
