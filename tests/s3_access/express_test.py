# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests a directory bucket (S3 Express One Zone) with AWS's host names and checked signatures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from tests.s3_access.aws import Front, Keys
from tests.s3_access.certificates import Authority
from tests.s3_access.connect_proxy import ConnectProxy
from tests.s3_access.express import BUCKET, HOST, DirectoryBucket
from tests.s3_access.probe import Probe, failure

KEYS = Keys("caller", "geheim", "iam-token")
OBJECTS = {"half/1/saved_model.pb": "graph", "half/2/saved_model.pb": "graph", "half/a b": "x"}


@contextmanager
def internet(
    authority: Authority, bucket: DirectoryBucket
) -> Iterator[tuple[Front, dict[str, str]]]:
    """A front for the host of the bucket, and the environment to reach it."""
    with (
        Front(0, bucket.answer, authority.context_of_any_name()) as front,
        ConnectProxy(tunnel_to=front.port) as proxy,
    ):
        yield (
            front,
            {
                "AWS_CA_BUNDLE": str(authority.ca_file),
                "HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}",
                **KEYS.env(),
            },
        )


def test_a_directory_bucket_is_read_by_one_session(authority: Authority, home: Path) -> None:
    bucket = DirectoryBucket(OBJECTS, KEYS)
    with internet(authority, bucket) as (front, env), Probe(env, home) as probe:
        assert probe.ask(f"read s3://{BUCKET}/half/1/saved_model.pb") == "graph"
        assert probe.ask(f"stat s3://{BUCKET}/half/a b") == "1"
        assert probe.ask(f"list s3://{BUCKET}/half/1") == "saved_model.pb"
        assert len(bucket.sessions) == 1
        # The zone has the region: no region is configured.
        assert {seen.host for seen in front.seen} == {HOST}
        assert [seen.path for seen in front.seen if "session" in seen.path] == ["/?session"]


def test_sessions_are_replaced_before_they_expire(authority: Authority, home: Path) -> None:
    # Too short for a second use.
    bucket = DirectoryBucket(OBJECTS, KEYS, lifetime=timedelta(seconds=4))
    with internet(authority, bucket) as (_, env), Probe(env, home) as probe:
        for _ in range(3):
            assert probe.ask(f"stat s3://{BUCKET}/half/a b") == "1"
        assert len(bucket.sessions) == 3


def test_a_refused_session_is_reported(authority: Authority, home: Path) -> None:
    bucket = DirectoryBucket(OBJECTS, Keys("another", "geheim"))
    with internet(authority, bucket) as (_, env):
        error = failure(env, home, f"stat s3://{BUCKET}/half/a b")
        assert "403 SignatureDoesNotMatch for CreateSession" in error.message


def test_sessions_can_be_disabled(authority: Authority, home: Path) -> None:
    bucket = DirectoryBucket(OBJECTS, KEYS)
    config = home / ".aws" / "config"
    with internet(authority, bucket) as (front, env):
        config.write_text("[default]\ns3_disable_express_session_auth = true\n")
        failure(env, home, f"stat s3://{BUCKET}/half/a b")
        config.write_text("")
        disabled = {"AWS_S3_DISABLE_EXPRESS_SESSION_AUTH": "true"}
        failure({**env, **disabled}, home, f"stat s3://{BUCKET}/half/a b")
        # The fake accepts only sessions; the test checks the requests.
        assert bucket.sessions == []
        for seen in front.seen:
            assert seen.scope == "us-west-2/s3express"
            assert seen.headers["x-amz-security-token"] == "iam-token"
