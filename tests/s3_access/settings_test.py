# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the variables of the connection to a store, with the whole client and a server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.s3_access.aws import Aws, Front, Reply, Seen
from tests.s3_access.certificates import Authority
from tests.s3_access.connect_proxy import ConnectProxy
from tests.s3_access.probe import LIST, Probe, ProbeError, check, failure

UNAVAILABLE = 14


@pytest.mark.parametrize("variable", ["S3_ENDPOINT", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"])
def test_endpoint(aws: Aws, home: Path, variable: str) -> None:
    check({variable: aws.url, **aws.reader.env()}, home)


@pytest.mark.parametrize(
    "config",
    [
        "[default]\nendpoint_url = {}\n",
        "[default]\nservices = mine\n[services mine]\ns3 =\n  endpoint_url = {}\n",
    ],
)
def test_endpoint_of_the_profile(aws: Aws, home: Path, config: str) -> None:
    (home / ".aws" / "config").write_text(config.format(aws.url))
    check(aws.reader.env(), home)


def test_configured_endpoints_can_be_ignored(aws: Aws, home: Path) -> None:
    check(
        {
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
            "S3_ENDPOINT": aws.url,
            **aws.reader.env(),
        },
        home,
    )


def test_s3_use_https(aws: Aws, home: Path) -> None:
    endpoint = aws.url.removeprefix("http://")
    check({"S3_ENDPOINT": endpoint, "S3_USE_HTTPS": "0", **aws.reader.env()}, home)
    for https in ({}, {"S3_USE_HTTPS": "1"}):
        error = failure({"S3_ENDPOINT": endpoint, **https, **aws.reader.env()}, home, LIST)
        assert error.code == UNAVAILABLE
        assert "S3_USE_HTTPS=0" in error.message


def test_s3_user_virtual_bucket(aws: Aws, home: Path) -> None:
    with (
        Front(aws.port) as front,
        ConnectProxy() as proxy,
    ):
        env = {
            "S3_ENDPOINT": f"http://localhost:{front.port}",
            "HTTP_PROXY": f"http://127.0.0.1:{proxy.port}",
            **aws.reader.env(),
        }
        check(env, home)
        # moto does not support such buckets.
        failure({**env, "S3_USER_VIRTUAL_BUCKET": "1"}, home, LIST)
        assert proxy.asked[0].startswith(f"GET http://localhost:{front.port}/models?")
        assert proxy.asked[1].startswith(f"GET http://models.localhost:{front.port}/?")


def test_addressing_style_of_the_profile(aws: Aws, home: Path) -> None:
    (home / ".aws" / "config").write_text("[default]\ns3 =\n  addressing_style = virtual\n")
    with ConnectProxy() as proxy:
        env = {
            "S3_ENDPOINT": aws.url.replace("127.0.0.1", "localhost"),
            "HTTP_PROXY": f"http://127.0.0.1:{proxy.port}",
            **aws.reader.env(),
        }
        failure(env, home, LIST)  # moto does not support such buckets.
        assert proxy.asked[0].startswith("GET http://models.localhost:")


@pytest.fixture
def tls_endpoint(aws: Aws, authority: Authority) -> Iterator[str]:
    """The store behind TLS, with a certificate of a private authority."""
    with Front(aws.port, tls=authority.context("127.0.0.1")) as front:
        yield f"https://127.0.0.1:{front.port}"


@pytest.mark.parametrize("variable", ["S3_CA_FILE", "AWS_CA_BUNDLE"])
def test_ca_file(
    aws: Aws, home: Path, authority: Authority, tls_endpoint: str, variable: str
) -> None:
    env = {"S3_ENDPOINT": tls_endpoint, **aws.reader.env()}
    check({**env, variable: str(authority.ca_file)}, home)
    error = failure(env, home, LIST)
    assert error.code == UNAVAILABLE
    assert "the TLS handshake failed" in error.message
    assert "AWS_CA_BUNDLE or S3_CA_FILE" in error.message
    error = failure({**env, variable: str(home / "none.pem")}, home, LIST)
    assert str(home / "none.pem") in error.message


def test_ca_bundle_of_the_profile(
    aws: Aws, home: Path, authority: Authority, tls_endpoint: str
) -> None:
    (home / ".aws" / "config").write_text(f"[default]\nca_bundle = {authority.ca_file}\n")
    check({"S3_ENDPOINT": tls_endpoint, **aws.reader.env()}, home)


def test_s3_ca_path(aws: Aws, home: Path, authority: Authority, tls_endpoint: str) -> None:
    folder = home / "certificates"
    folder.mkdir()
    (folder / f"{authority.subject_hash()}.0").write_bytes(authority.ca_file.read_bytes())
    check({"S3_ENDPOINT": tls_endpoint, "S3_CA_PATH": str(folder), **aws.reader.env()}, home)


def test_s3_verify_ssl(aws: Aws, home: Path, tls_endpoint: str) -> None:
    check({"S3_ENDPOINT": tls_endpoint, "S3_VERIFY_SSL": "0", **aws.reader.env()}, home)


def test_one_tls_handshake_serves_many_requests(aws: Aws, home: Path, authority: Authority) -> None:
    with Front(aws.port, tls=authority.context("127.0.0.1")) as front:
        env = {
            "S3_ENDPOINT": f"https://127.0.0.1:{front.port}",
            "S3_CA_FILE": str(authority.ca_file),
            **aws.reader.env(),
        }
        with Probe(env, home) as probe:
            for _ in range(3):
                assert probe.ask(LIST) == "1/"
                assert probe.ask("read s3://models/half/1/saved_model.pb") == "graph"
                with pytest.raises(ProbeError, match="does not exist"):
                    probe.ask("read s3://models/half/2/saved_model.pb")
        assert len(front.seen) == 9
        assert front.connections == 1


def test_a_certificate_for_another_name(aws: Aws, home: Path, authority: Authority) -> None:
    with Front(aws.port, tls=authority.context("example.com")) as front:
        env = {
            "S3_ENDPOINT": f"https://127.0.0.1:{front.port}",
            "S3_CA_FILE": str(authority.ca_file),
            **aws.reader.env(),
        }
        assert "the TLS handshake failed" in failure(env, home, LIST).message


def test_http_proxy(aws: Aws, home: Path) -> None:
    env = {"S3_ENDPOINT": aws.url, **aws.reader.env()}
    for variable in ("HTTP_PROXY", "http_proxy"):
        with ConnectProxy() as proxy:
            check({**env, variable: f"http://127.0.0.1:{proxy.port}"}, home)
            assert proxy.asked[0].startswith(f"GET {aws.url}/models?")


def test_https_proxy(aws: Aws, home: Path, authority: Authority, tls_endpoint: str) -> None:
    env = {"S3_ENDPOINT": tls_endpoint, "S3_CA_FILE": str(authority.ca_file), **aws.reader.env()}
    for variable in ("HTTPS_PROXY", "https_proxy"):
        with ConnectProxy() as proxy:
            check({**env, variable: f"127.0.0.1:{proxy.port}"}, home)
            assert proxy.asked == [f"CONNECT {tls_endpoint.removeprefix('https://')}"]


def test_a_proxy_that_speaks_tls(
    aws: Aws, home: Path, authority: Authority, tls_endpoint: str
) -> None:
    with ConnectProxy(tls=authority.context("127.0.0.1")) as proxy:
        env = {
            "S3_ENDPOINT": tls_endpoint,
            "S3_CA_FILE": str(authority.ca_file),
            "HTTPS_PROXY": f"https://127.0.0.1:{proxy.port}",
            **aws.reader.env(),
        }
        check(env, home)
        assert len(proxy.asked) == 1


def test_a_proxy_with_a_password(
    aws: Aws, home: Path, authority: Authority, tls_endpoint: str
) -> None:
    env = {"S3_ENDPOINT": tls_endpoint, "S3_CA_FILE": str(authority.ca_file), **aws.reader.env()}
    with ConnectProxy(password="p@ss") as proxy:
        check({**env, "HTTPS_PROXY": f"http://user:p%40ss@127.0.0.1:{proxy.port}"}, home)
        wrong = {**env, "HTTPS_PROXY": f"http://user:geheim@127.0.0.1:{proxy.port}"}
        error = failure(wrong, home, LIST)
        assert (
            f"through the proxy http://127.0.0.1:{proxy.port}, set by HTTPS_PROXY" in error.message
        )
        assert "geheim" not in error.message


def test_an_unreachable_proxy(aws: Aws, home: Path) -> None:
    env = {"S3_ENDPOINT": aws.url, "HTTP_PROXY": "http://127.0.0.1:1", **aws.reader.env()}
    assert (
        "through the proxy http://127.0.0.1:1, set by HTTP_PROXY"
        in failure(env, home, LIST).message
    )


@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
def test_no_proxy(aws: Aws, home: Path, variable: str) -> None:
    env = {"S3_ENDPOINT": aws.url, "HTTP_PROXY": "http://127.0.0.1:1", **aws.reader.env()}
    check({**env, variable: "example.com,127.0.0.0/8"}, home)


def test_an_invalid_value_of_an_optional_variable_is_ignored_with_one_line(
    aws: Aws, home: Path
) -> None:
    env = {"AWS_ENDPOINT_URL": aws.url, **aws.reader.env(), "AWS_LOG_LEVEL": "3"}
    with Probe(env, home) as probe:
        assert probe.ask(LIST) == "1/"
        assert probe.ask("read s3://models/half/1/saved_model.pb") == "graph"
        assert probe.log() == (
            's3 [WARN] AWS_LOG_LEVEL is set to "3", which is ignored: '
            "use off, fatal, error, warn, info, debug or trace\n"
        )


def test_an_invalid_value_does_not_weaken_security(aws: Aws, home: Path, tls_endpoint: str) -> None:
    env = {"S3_ENDPOINT": tls_endpoint, "S3_VERIFY_SSL": "off!", **aws.reader.env()}
    assert "the TLS handshake failed" in failure(env, home, LIST).message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_USE_FIPS_ENDPOINT", "maybe"),
        ("AWS_REGION", "US/East"),
        ("S3_ENDPOINT", "ftp://host"),
        ("HTTP_PROXY", "socks5://host"),
    ],
)
def test_an_invalid_value_that_must_not_be_ignored_is_an_error(
    aws: Aws, home: Path, name: str, value: str
) -> None:
    env = {"AWS_ENDPOINT_URL": aws.url, **aws.reader.env(), name: value}
    assert name in failure(env, home, LIST).message


LISTING = (
    "<ListBucketResult><IsTruncated>false</IsTruncated>"
    "<CommonPrefixes><Prefix>half/1/</Prefix></CommonPrefixes></ListBucketResult>"
)


@pytest.mark.parametrize("region", ["RegionOne", "US East"])
def test_the_region_of_another_store_may_have_any_name(aws: Aws, home: Path, region: str) -> None:
    with Front(aws.port, lambda _: Reply(200, LISTING)) as front:
        env = {"S3_ENDPOINT": f"http://127.0.0.1:{front.port}", **aws.reader.env()}
        check({**env, "AWS_REGION": region}, home)
        assert [seen.scope for seen in front.seen] == [f"{region}/s3"]


def test_the_client_follows_another_store_to_its_region(aws: Aws, home: Path) -> None:
    wrong = Reply(
        400,
        "<Error><Code>AuthorizationHeaderMalformed</Code><Region>RegionOne</Region></Error>",
    )

    def answer(seen: Seen) -> Reply:
        return Reply(200, LISTING) if seen.scope == "RegionOne/s3" else wrong

    with Front(aws.port, answer) as front:
        check({"S3_ENDPOINT": f"http://127.0.0.1:{front.port}", **aws.reader.env()}, home)
        assert [seen.scope for seen in front.seen] == ["us-east-1/s3", "RegionOne/s3"]


def test_a_bucket_of_another_store_may_have_any_name(aws: Aws, home: Path) -> None:
    with Front(aws.port, lambda _: Reply(200, LISTING)) as front:
        env = {"S3_ENDPOINT": f"http://127.0.0.1:{front.port}", **aws.reader.env()}
        with Probe(env, home) as probe:
            assert probe.ask("list s3://tenant:models/half") == "1/"
        assert front.seen[0].path.startswith("/tenant%3Amodels?list-type=2")


@pytest.mark.parametrize(
    ("region", "bucket", "message"),
    [
        (
            "RegionOne",
            "models",
            'the region "RegionOne", set by AWS_REGION, is not a region of AWS',
        ),
        ("us-east-1", "My_Models", '"My_Models" is not a bucket name: a bucket name consists of'),
    ],
)
def test_names_at_aws_follow_its_rules(home: Path, region: str, bucket: str, message: str) -> None:
    env = {"AWS_REGION": region, "AWS_NO_SIGN_REQUEST": "1"}
    assert message in failure(env, home, f"list s3://{bucket}/half").message


def test_features_of_aws_are_an_error_for_another_store(aws: Aws, home: Path) -> None:
    for name in ("S3_USE_ACCELERATE", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_USE_FIPS_ENDPOINT"):
        env = {"S3_ENDPOINT": aws.url, **aws.reader.env(), name: "1"}
        message = failure(env, home, LIST).message
        assert f"{name} cannot be used" in message
        assert "set by S3_ENDPOINT" in message


def test_the_requester_pays(aws: Aws, home: Path) -> None:
    with Front(aws.port) as front:
        variables = {"S3_ENDPOINT": f"http://127.0.0.1:{front.port}", **aws.reader.env()}
        with Probe({**variables, "AWS_REQUEST_PAYER": "requester"}, home) as probe:
            assert probe.ask(LIST) == "1/"
            assert probe.ask("read s3://models/half/1/saved_model.pb") == "graph"
            assert probe.ask("stat s3://models/half/1/saved_model.pb") == "5"
        assert {seen.headers.get("x-amz-request-payer") for seen in front.seen} == {"requester"}
        front.seen.clear()
        check(variables, home)
        assert "x-amz-request-payer" not in front.seen[0].headers


def test_a_refusal_without_a_reason_names_requester_pays(aws: Aws, home: Path) -> None:
    body = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
    with Front(0, lambda _: Reply(403, body)) as front:
        variables = {"S3_ENDPOINT": f"http://127.0.0.1:{front.port}", **aws.reader.env()}
        assert "set AWS_REQUEST_PAYER=requester" in failure(variables, home, LIST).message
        paying = {**variables, "AWS_REQUEST_PAYER": "requester"}
        assert "AWS_REQUEST_PAYER" not in failure(paying, home, LIST).message


def test_invalid_encryption_is_an_error(aws: Aws, home: Path) -> None:
    env = {"S3_ENDPOINT": aws.url, **aws.reader.env(), "AWS_SERVER_SIDE_ENCRYPTION": "kms"}
    assert "use AES256, aws:kms or aws:kms:dsse" in failure(env, home, LIST).message
