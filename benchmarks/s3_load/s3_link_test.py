# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that the link forwards requests, counts them, and has the given speed."""

import time

import boto3
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from benchmarks.s3_load.s3_link import S3Link


def test_a_large_object_is_slow_and_unchanged() -> None:
    body = bytes(range(256)) * (8 << 12)
    with SeaweedFS(buckets=["models"]) as storage, S3Link(storage.endpoint) as link:
        storage.client().put_object(Bucket="models", Key="large", Body=body)
        client = boto3.client(
            "s3",
            endpoint_url=link.endpoint,
            aws_access_key_id=storage.access_key,
            aws_secret_access_key=storage.secret_key,
            region_name=storage.region,
        )

        began = time.monotonic()
        got = client.get_object(Bucket="models", Key="large")["Body"].read()
        seconds = time.monotonic() - began

        assert got == body
        # The pauses of nginx are whole milliseconds and slightly too short.
        assert seconds > 0.8 * (0.030 + len(body) / 90e6)
        assert link.request_count() == 1
