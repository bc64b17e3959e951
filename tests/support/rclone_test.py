# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests Rclone."""

import pytest
from botocore.exceptions import ClientError

from tests.support.rclone import Rclone


def test_it_stores_objects_in_its_buckets_until_it_stops() -> None:
    with Rclone(buckets=["models", "other"]) as storage:
        client = storage.client()
        client.put_object(Bucket="other", Key="a/b", Body=b"bytes")
        assert client.get_object(Bucket="other", Key="a/b")["Body"].read() == b"bytes"
        assert {bucket["Name"] for bucket in client.list_buckets()["Buckets"]} == {
            "models",
            "other",
        }
        assert storage.env()["AWS_ENDPOINT_URL_S3"] == f"http://127.0.0.1:{storage.port}"
    with Rclone(buckets=["other"]) as storage, pytest.raises(ClientError, match="404"):
        storage.client().head_object(Bucket="other", Key="a/b")
