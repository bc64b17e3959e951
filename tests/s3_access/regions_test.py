# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the host and the region of the signature, with AWS's host names.

For a bucket in another region, the front responds like S3: with a redirect with a header and a
body, or with a 400 that has the region only in the body, which a HEAD does not have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.s3_access.aws import ACCOUNT, Aws, Front, Reply, Seen
from tests.s3_access.certificates import Authority
from tests.s3_access.connect_proxy import ConnectProxy
from tests.s3_access.probe import Probe, failure

LISTING = (
    "<ListBucketResult><IsTruncated>false</IsTruncated>"
    "<Contents><Key>half/a.txt</Key><Size>1</Size></Contents></ListBucketResult>"
)
# The region of each bucket, and the part of the response that has it: the header of a redirect, the
# endpoint in a redirect, or the body of an error.
BUCKETS = {
    "here": ("us-east-1", "header"),
    "ireland": ("eu-west-1", "header"),
    "frankfurt": ("eu-central-1", "endpoint"),
    "oregon": ("us-west-2", "body"),
    "dotted.bucket": ("eu-west-1", "header"),
}


def s3(seen: Seen) -> Reply:
    """Answers like S3 in the region of the host name."""
    where = re.fullmatch(r"(?:(.+)\.)?s3\.([a-z0-9-]+)\.amazonaws\.com", seen.host)
    if where is None:
        return Reply(400, "<Error><Code>NoSuchHost</Code></Error>")
    bucket = where[1] or seen.path.split("?")[0].split("/")[1]
    region, source = BUCKETS[bucket]
    headers = {"x-amz-bucket-region": region}
    if seen.scope != f"{where[2]}/s3":
        return Reply(400, "<Error><Code>AuthorizationHeaderMalformed</Code></Error>")
    if where[2] == region:
        if seen.method == "HEAD":
            return Reply(200, "x", headers)
        return Reply(200, LISTING)
    of_bucket = seen.path.split("?")[0] in ("/", f"/{bucket}/", f"/{bucket}")
    if source != "body":
        code = "PermanentRedirect" if source == "header" else "TemporaryRedirect"
        body = (
            f"<Error><Code>{code}</Code><Message>Use the endpoint.</Message>"
            f"<Endpoint>{bucket}.s3-{region}.amazonaws.com</Endpoint></Error>"
        )
        return Reply(301, body, headers) if source == "header" else Reply(307, body)
    body = (
        "<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is "
        f"malformed; the region is wrong; expecting '{region}'</Message>"
        f"<Region>{region}</Region></Error>"
    )
    told = headers if seen.method == "HEAD" and of_bucket else {}
    return Reply(400, body, told)


@contextmanager
def internet(authority: Authority, aws: Aws, **more: str) -> Iterator[tuple[Front, dict[str, str]]]:
    """A front for all host names, and the environment to reach it."""
    with (
        Front(aws.port, s3, authority.context_of_any_name()) as front,
        ConnectProxy(tunnel_to=front.port) as proxy,
    ):
        yield (
            front,
            {
                "AWS_CA_BUNDLE": str(authority.ca_file),
                "HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}",
                **aws.reader.env(),
                **more,
            },
        )


def hosts(front: Front) -> list[str]:
    """Returns the hosts of the requests, in their order."""
    return [seen.host for seen in front.seen]


def test_a_redirect_is_followed_and_remembered(aws: Aws, authority: Authority, home: Path) -> None:
    with internet(authority, aws) as (front, env), Probe(env, home) as probe:
        assert probe.ask("list s3://ireland/half") == "a.txt"
        assert probe.ask("list s3://ireland/half") == "a.txt"
        there = "ireland.s3.eu-west-1.amazonaws.com"
        assert hosts(front) == ["ireland.s3.us-east-1.amazonaws.com", there, there]
        assert front.seen[1].scope == "eu-west-1/s3"


@pytest.mark.parametrize("bucket", ["oregon", "frankfurt"])
def test_a_region_in_the_body_is_followed(
    aws: Aws, authority: Authority, home: Path, bucket: str
) -> None:
    with internet(authority, aws) as (front, env), Probe(env, home) as probe:
        assert probe.ask(f"list s3://{bucket}/half") == "a.txt"
        assert hosts(front) == [
            f"{bucket}.s3.us-east-1.amazonaws.com",
            f"{bucket}.s3.{BUCKETS[bucket][0]}.amazonaws.com",
        ]


@pytest.mark.parametrize(
    ("bucket", "requests"), [("ireland", ["HEAD", "HEAD"]), ("oregon", ["HEAD", "HEAD", "HEAD"])]
)
def test_a_head_needs_another_request_for_the_region(
    aws: Aws, authority: Authority, home: Path, bucket: str, requests: list[str]
) -> None:
    with internet(authority, aws) as (front, env), Probe(env, home) as probe:
        assert probe.ask(f"stat s3://{bucket}/half/a.txt") == "1"
        assert [seen.method for seen in front.seen] == requests


def test_several_regions_in_one_process(aws: Aws, authority: Authority, home: Path) -> None:
    with (
        internet(authority, aws, AWS_REGION="eu-west-1") as (front, env),
        Probe(env, home) as probe,
    ):
        for bucket in ("here", "ireland", "oregon", "dotted.bucket"):
            assert probe.ask(f"list s3://{bucket}/half") == "a.txt"
        front.seen.clear()
        for bucket in ("here", "ireland", "oregon", "dotted.bucket"):
            assert probe.ask(f"list s3://{bucket}/half") == "a.txt"
        assert hosts(front) == [
            "here.s3.us-east-1.amazonaws.com",
            "ireland.s3.eu-west-1.amazonaws.com",
            "oregon.s3.us-west-2.amazonaws.com",
            "s3.eu-west-1.amazonaws.com",
        ]
        assert front.seen[-1].path.startswith("/dotted.bucket?")


def test_a_repeated_redirect_is_an_error(aws: Aws, authority: Authority, home: Path) -> None:
    redirect = Reply(
        301,
        "<Error><Code>PermanentRedirect</Code></Error>",
        {"x-amz-bucket-region": "eu-west-1"},
    )
    with (
        Front(0, lambda _: redirect, authority.context_of_any_name()) as front,
        ConnectProxy(tunnel_to=front.port) as proxy,
    ):
        env = {
            "AWS_CA_BUNDLE": str(authority.ca_file),
            "HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}",
            **aws.reader.env(),
        }
        error = failure(env, home, "list s3://models/half")
        assert "301 PermanentRedirect" in error.message
        assert "eu-west-1" in error.message
        assert len(front.seen) == 2


def test_the_region_of_the_profile(aws: Aws, authority: Authority, home: Path) -> None:
    (home / ".aws" / "config").write_text("[profile ci]\nregion = us-west-2\n")
    with (
        internet(authority, aws, AWS_PROFILE="ci") as (front, env),
        Probe(env, home) as probe,
    ):
        assert probe.ask("list s3://oregon/half") == "a.txt"
        assert hosts(front) == ["oregon.s3.us-west-2.amazonaws.com"]


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_the_region_of_the_environment(
    aws: Aws, authority: Authority, home: Path, variable: str
) -> None:
    with (
        internet(authority, aws, **{variable: "us-west-2"}) as (front, env),
        Probe(env, home) as probe,
    ):
        assert probe.ask("list s3://oregon/half") == "a.txt"
        assert hosts(front) == ["oregon.s3.us-west-2.amazonaws.com"]


ARN = f"arn:aws:s3:us-west-2:{ACCOUNT}:accesspoint/mine"


@pytest.mark.parametrize(
    ("settings", "url", "host", "scope"),
    [
        (
            {"S3_USE_ACCELERATE": "1"},
            "s3://models/half",
            "models.s3-accelerate.amazonaws.com",
            "us-east-1/s3",
        ),
        (
            {"AWS_USE_DUALSTACK_ENDPOINT": "true"},
            "s3://models/half",
            "models.s3.dualstack.us-east-1.amazonaws.com",
            "us-east-1/s3",
        ),
        (
            {"AWS_USE_FIPS_ENDPOINT": "true"},
            "s3://models/half",
            "models.s3-fips.us-east-1.amazonaws.com",
            "us-east-1/s3",
        ),
        (
            {"AWS_REGION": "cn-north-1"},
            "s3://models/half",
            "models.s3.cn-north-1.amazonaws.com.cn",
            "cn-north-1/s3",
        ),
        (
            {"AWS_REGION": "us-gov-west-1"},
            "s3://models/half",
            "models.s3.us-gov-west-1.amazonaws.com",
            "us-gov-west-1/s3",
        ),
        (
            {},
            f"s3://{ARN}/half",
            f"mine-{ACCOUNT}.s3-accesspoint.us-west-2.amazonaws.com",
            "us-west-2/s3",
        ),
        (
            {},
            "s3://mine-abcdefgh1234-s3alias/half",
            "mine-abcdefgh1234-s3alias.s3.us-east-1.amazonaws.com",
            "us-east-1/s3",
        ),
        (
            {"S3_USER_VIRTUAL_BUCKET": "0"},
            "s3://models/half",
            "s3.us-east-1.amazonaws.com",
            "us-east-1/s3",
        ),
    ],
)
def test_hosts(
    aws: Aws,
    authority: Authority,
    home: Path,
    settings: dict[str, str],
    url: str,
    host: str,
    scope: str,
) -> None:
    with (
        Front(0, lambda _: Reply(200, LISTING), authority.context_of_any_name()) as front,
        ConnectProxy(tunnel_to=front.port) as proxy,
    ):
        env = {
            "AWS_CA_BUNDLE": str(authority.ca_file),
            "HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}",
            **aws.reader.env(),
            **settings,
        }
        with Probe(env, home) as probe:
            assert probe.ask(f"list {url}") == "a.txt"
        assert [(seen.host, seen.scope) for seen in front.seen] == [(host, scope)]
        assert proxy.asked == [f"CONNECT {host}:443"]


def test_sts_uses_the_region(aws: Aws, authority: Authority, home: Path) -> None:
    (home / "token").write_text("t")
    with (
        Front(aws.port, aws.admit_unsigned, authority.context_of_any_name()) as front,
        ConnectProxy(tunnel_to=front.port) as proxy,
    ):
        env = {
            "AWS_CA_BUNDLE": str(authority.ca_file),
            "HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}",
            "AWS_WEB_IDENTITY_TOKEN_FILE": str(home / "token"),
            "AWS_ROLE_ARN": aws.role_arn,
        }
        with Probe({**env, "AWS_REGION": "us-east-1"}, home) as probe:
            assert probe.ask("list s3://models/half") == "1/"
        with Probe(env, home) as probe:
            assert probe.ask("list s3://models/half") == "1/"
        assert hosts(front) == [
            "sts.us-east-1.amazonaws.com",
            "models.s3.us-east-1.amazonaws.com",
            "sts.amazonaws.com",
            "models.s3.us-east-1.amazonaws.com",
        ]
