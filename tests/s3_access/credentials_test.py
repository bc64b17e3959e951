# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests all sources of credentials with a store that checks signatures and policies."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.s3_access.aws import ACCOUNT, Aws, Front, Keys, Reply, Seen
from tests.s3_access.certificates import Authority
from tests.s3_access.connect_proxy import ConnectProxy
from tests.s3_access.probe import LIST, Probe, failure

PERMISSION_DENIED = 7
INSTANCE_KEYS = Keys("test-key", "test-secret-key", "test-session-token")  # Of moto.


def env(aws: Aws, **more: str) -> dict[str, str]:
    """Returns the variables that set moto as the endpoint of all AWS services."""
    return {"AWS_ENDPOINT_URL": aws.url, "AWS_REGION": "us-east-1", **more}


def write_config(home: Path, text: str) -> None:
    """Writes the AWS config file."""
    (home / ".aws" / "config").write_text(text)


def keys_of(profile: str, keys: Keys) -> str:
    """Returns a section of the config file with these keys."""
    return (
        f"[{profile}]\naws_access_key_id = {keys.access_key}\n"
        f"aws_secret_access_key = {keys.secret_key}\n"
        + (f"aws_session_token = {keys.token}\n" if keys.token else "")
    )


def test_environment(aws: Aws, home: Path) -> None:
    with Probe(env(aws, **aws.reader.env()), home) as probe:
        assert probe.ask(LIST) == "1/"
        assert probe.ask("read s3://models/half/1/saved_model.pb") == "graph"


def test_environment_with_a_session_token(aws: Aws, home: Path) -> None:
    with Probe(env(aws, **aws.assume(aws.role_arn).env()), home) as probe:
        assert probe.ask(LIST) == "1/"


def test_a_refusal_names_action_resource_and_source(aws: Aws, home: Path) -> None:
    error = failure(env(aws, **aws.user.env()), home, LIST)
    assert error.code == PERMISSION_DENIED
    assert "403 AccessDenied for ListObjectsV2" in error.message
    assert "came from the environment (AWS_ACCESS_KEY_ID" in error.message
    assert "must allow s3:ListBucket on arn:aws:s3:::models" in error.message


def test_an_unknown_key_and_a_wrong_secret(aws: Aws, home: Path) -> None:
    unknown = Keys("AKIAIOSFODNN7NOTTHERE", "x")
    assert (
        "does not know their access key ID"
        in failure(env(aws, **unknown.env()), home, LIST).message
    )
    wrong = Keys(aws.reader.access_key, "wrong")
    assert "check the secret key" in failure(env(aws, **wrong.env()), home, LIST).message


@pytest.mark.parametrize("file", ["config", "credentials"])
def test_profile_with_keys(aws: Aws, home: Path, file: str) -> None:
    section = "profile ci" if file == "config" else "ci"
    (home / ".aws" / file).write_text(keys_of(section, aws.reader))
    with Probe(env(aws, AWS_PROFILE="ci"), home) as probe:
        assert probe.ask(LIST) == "1/"


def test_files_in_other_places(aws: Aws, home: Path) -> None:
    (home / "my_config").write_text("[profile ci]\nregion = us-east-1\n")
    (home / "my_credentials").write_text(keys_of("ci", aws.reader))
    variables = env(
        aws,
        AWS_PROFILE="ci",
        AWS_CONFIG_FILE="~/my_config",
        AWS_SHARED_CREDENTIALS_FILE=str(home / "my_credentials"),
    )
    with Probe(variables, home) as probe:
        assert probe.ask(LIST) == "1/"


def test_a_profile_of_aws_login_is_an_error_with_the_cure(aws: Aws, home: Path) -> None:
    (home / ".aws" / "config").write_text(
        "[profile console]\nlogin_session = arn:aws:iam::123456789012:user/ci\n"
        "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = console\n"
    )
    for profile in ("console", "role"):
        message = failure(env(aws, AWS_PROFILE=profile), home, LIST).message
        assert 'the profile "console"' in message
        assert "has login_session (aws login)" in message
        assert (
            "credential_process = aws configure export-credentials --format process "
            "--profile console" in message
        )


def test_a_missing_profile_and_a_broken_file_are_named(aws: Aws, home: Path) -> None:
    error = failure(env(aws, AWS_PROFILE="prod"), home, LIST)
    assert 'AWS_PROFILE names the profile "prod"' in error.message
    assert str(home / ".aws" / "config") in error.message
    write_config(home, "# mine\n  aws_access_key_id = x\n")
    error = failure(env(aws), home, LIST)
    assert (
        f"{home / '.aws' / 'config'} cannot be understood: line 2, column 3: expected the header"
        in error.message
    )


@pytest.mark.parametrize(
    ("line", "expected"), [(LIST, "1/"), ("stat s3://models/half/1/saved_model.pb", "5")]
)
def test_changed_keys_in_the_file_are_read_again(
    aws: Aws, home: Path, line: str, expected: str
) -> None:
    ended = aws.assume(aws.role_arn)
    write_config(home, keys_of("default", ended))

    def answer(seen: Seen) -> Reply | None:
        if seen.headers.get("x-amz-security-token") != ended.token:
            return None
        # Before the second attempt.
        write_config(home, keys_of("default", aws.reader))
        return Reply(400, "<Error><Code>ExpiredToken</Code><Message>over</Message></Error>")

    with Front(aws.port, answer) as front:
        variables = env(aws, AWS_ENDPOINT_URL_S3=f"http://127.0.0.1:{front.port}")
        with Probe(variables, home) as probe:
            assert probe.ask(line) == expected
            assert probe.ask(line) == expected
        assert len(front.seen) == 3


def test_a_token_that_stays_expired_is_an_error(aws: Aws, home: Path) -> None:
    write_config(home, keys_of("default", aws.assume(aws.role_arn)))
    expired = Reply(400, "<Error><Code>ExpiredToken</Code><Message>over</Message></Error>")
    with Front(aws.port, lambda _: expired) as front:
        variables = env(aws, AWS_ENDPOINT_URL_S3=f"http://127.0.0.1:{front.port}")
        error = failure(variables, home, LIST)
        assert "400 ExpiredToken" in error.message
        assert 'the profile "default"' in error.message
        assert len(front.seen) == 2


def test_role_with_a_source_profile(aws: Aws, home: Path) -> None:
    write_config(
        home,
        keys_of("profile base", aws.user)
        + f"[profile ci]\nrole_arn = {aws.role_arn}\nsource_profile = base\n"
        "external_id = e\nrole_session_name = me\nduration_seconds = 1800\n",
    )
    with Front(aws.port) as sts:
        variables = env(aws, AWS_PROFILE="ci", AWS_ENDPOINT_URL_STS=f"http://127.0.0.1:{sts.port}")
        with Probe(variables, home) as probe:
            assert probe.ask(LIST) == "1/"
            assert probe.ask(LIST) == "1/"
        assert [(seen.method, seen.scope) for seen in sts.seen] == [("POST", "us-east-1/sts")]


def test_role_of_a_role(aws: Aws, home: Path) -> None:
    write_config(
        home,
        keys_of("profile base", aws.user)
        + f"[profile middle]\nrole_arn = {aws.role_arn}\nsource_profile = base\n"
        f"[profile ci]\nrole_arn = {aws.powerless_arn}\nsource_profile = middle\n",
    )
    # The role of the profile "middle" may not assume another role.
    error = failure(env(aws, AWS_PROFILE="ci"), home, LIST)
    assert f"the role {aws.powerless_arn} cannot be assumed" in error.message
    assert "AccessDenied" in error.message
    assert 'with the credentials of the profile "middle"' in error.message


def test_role_with_the_keys_of_the_environment(aws: Aws, home: Path) -> None:
    # Without this profile, the keys in the environment would have priority.
    write_config(home, f"[default]\nrole_arn = {aws.role_arn}\ncredential_source = Environment\n")
    error = failure(env(aws), home, LIST)
    assert "credential_source Environment" in error.message
    assert "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set" in error.message


def test_a_denied_role_is_reported_with_its_profile(aws: Aws, home: Path) -> None:
    write_config(
        home,
        keys_of("profile base", aws.user)
        + f"[profile ci]\nrole_arn = {aws.powerless_arn}\nsource_profile = base\n",
    )
    error = failure(env(aws, AWS_PROFILE="ci"), home, LIST)
    assert error.code == PERMISSION_DENIED
    assert 'came from the profile "ci"' in error.message


def test_an_invalid_duration_is_ignored(aws: Aws, home: Path) -> None:
    write_config(
        home,
        keys_of("profile base", aws.user)
        + f"[profile ci]\nrole_arn = {aws.role_arn}\nsource_profile = base\n"
        "duration_seconds = 1h\n",
    )
    with Probe(env(aws, AWS_PROFILE="ci"), home) as probe:
        assert probe.ask(LIST) == "1/"
        assert probe.log() == (
            's3 [WARN] duration_seconds of the profile "ci" is "1h", which is ignored: '
            "use a whole number\n"
        )


def test_credential_process(aws: Aws, home: Path) -> None:
    keys = aws.assume(aws.role_arn)
    write_config(home, f"[default]\ncredential_process = echo {shlex.quote(keys.json())}\n")
    with Probe(env(aws), home) as probe:
        assert probe.ask(LIST) == "1/"
    write_config(home, "[default]\ncredential_process = echo vault is sealed >&2; exit 3\n")
    error = failure(env(aws), home, LIST)
    assert (
        'the credential_process of the profile "default" ended with exit status 3: '
        "vault is sealed" in error.message
    )


@pytest.mark.parametrize("where", ["environment", "profile"])
def test_web_identity(aws: Aws, home: Path, where: str) -> None:
    token = home / "token"
    token.write_text("header.payload.signature\n")
    variables = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(token), "AWS_ROLE_ARN": aws.role_arn}
    if where == "profile":
        variables = {}
        write_config(
            home, f"[default]\nrole_arn = {aws.role_arn}\nweb_identity_token_file = {token}\n"
        )
    with Front(aws.port, aws.admit_unsigned) as sts:
        variables["AWS_ENDPOINT_URL_STS"] = f"http://127.0.0.1:{sts.port}"
        with Probe(env(aws, **variables), home) as probe:
            assert probe.ask(LIST) == "1/"
        assert [(seen.method, seen.scope) for seen in sts.seen] == [("POST", "")]


def test_sts_uses_its_global_endpoint_with_the_region_of_another_store(
    aws: Aws, authority: Authority, home: Path
) -> None:
    (home / "token").write_text("t")
    with (
        Front(aws.port, aws.admit_unsigned, authority.context_of_any_name()) as sts,
        ConnectProxy(tunnel_to=sts.port) as proxy,
    ):
        variables = {
            "S3_ENDPOINT": aws.url,
            "AWS_REGION": "RegionOne",
            "AWS_CA_BUNDLE": str(authority.ca_file),
            "HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}",
            "AWS_WEB_IDENTITY_TOKEN_FILE": str(home / "token"),
            "AWS_ROLE_ARN": aws.role_arn,
        }
        with Probe(variables, home) as probe:
            assert probe.ask(LIST) == "1/"
        assert proxy.asked == ["CONNECT sts.amazonaws.com:443"]


def test_web_identity_retries_sts(aws: Aws, home: Path) -> None:
    (home / "token").write_text("t")
    failures = [Reply(503), Reply(500)]

    def answer(seen: Seen) -> Reply | None:
        return failures.pop() if failures else aws.admit_unsigned(seen)

    with Front(aws.port, answer) as sts:
        variables = env(
            aws,
            AWS_WEB_IDENTITY_TOKEN_FILE=str(home / "token"),
            AWS_ROLE_ARN=aws.role_arn,
            AWS_ENDPOINT_URL_STS=f"http://127.0.0.1:{sts.port}",
        )
        with Probe(variables, home) as probe:
            assert probe.ask(LIST) == "1/"
        assert len(sts.seen) == 3


@contextmanager
def agent(keys: Keys, token: str) -> Iterator[Front]:
    """An agent of a container, like those of EKS and ECS: issues credentials for a token."""

    def answer(seen: Seen) -> Reply:
        if seen.path != "/v1/credentials?id=1" or seen.headers.get("authorization") != token:
            return Reply(401, json.dumps({"code": "Unauthorized", "message": "no such token"}))
        return Reply(200, keys.json())

    with Front(0, answer) as front:
        yield front


def test_container_with_the_file_of_a_token(aws: Aws, home: Path) -> None:
    (home / "token").write_text("pod-token\n")
    with agent(aws.assume(aws.role_arn), "pod-token") as front:
        variables = env(
            aws,
            AWS_CONTAINER_CREDENTIALS_FULL_URI=f"http://127.0.0.1:{front.port}/v1/credentials?id=1",
            AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=str(home / "token"),
        )
        with Probe(variables, home) as probe:
            assert probe.ask(LIST) == "1/"
            assert probe.ask(LIST) == "1/"
        assert len(front.seen) == 1


def test_container_with_a_token(aws: Aws, home: Path) -> None:
    with agent(aws.assume(aws.role_arn), "task-token") as front:
        variables = env(
            aws,
            AWS_CONTAINER_CREDENTIALS_FULL_URI=f"http://localhost:{front.port}/v1/credentials?id=1",
            AWS_CONTAINER_AUTHORIZATION_TOKEN="task-token",
        )
        with Probe(variables, home) as probe:
            assert probe.ask(LIST) == "1/"
        variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "another"
        error = failure(variables, home, LIST)
        assert "answered 401: Unauthorized: no such token" in error.message
        assert "AWS_CONTAINER_CREDENTIALS_FULL_URI" in error.message


def test_container_whose_token_file_is_missing(aws: Aws, home: Path) -> None:
    variables = env(
        aws,
        AWS_CONTAINER_CREDENTIALS_FULL_URI="http://127.0.0.1:1/",
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=str(home / "none"),
    )
    message = failure(variables, home, LIST).message
    assert f"{home / 'none'} cannot be read: No such file" in message
    assert "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE" in message


def test_credentials_are_fetched_again_before_they_expire(aws: Aws, home: Path) -> None:
    # They expire after eight seconds; the margin is a quarter of that.
    session = aws.assume(aws.role_arn)
    given: list[Keys] = []

    def answer(_: Seen) -> Reply:
        end = datetime.now(UTC) + timedelta(seconds=8)
        given.append(Keys(session.access_key, session.secret_key, session.token, end))
        return Reply(200, given[-1].json())

    with Front(0, answer) as front:
        variables = env(aws, AWS_CONTAINER_CREDENTIALS_FULL_URI=f"http://127.0.0.1:{front.port}/")
        with Probe(variables, home) as probe:
            while len(given) < 2:
                assert probe.ask(LIST) == "1/"
        assert datetime.now(UTC) < given[0].expiration


def test_instance_metadata(aws: Aws, home: Path) -> None:
    aws.accept(aws.role_arn, INSTANCE_KEYS)
    with Front(aws.port) as metadata:
        variables = env(
            aws,
            AWS_EC2_METADATA_DISABLED="false",
            AWS_EC2_METADATA_SERVICE_ENDPOINT=f"http://127.0.0.1:{metadata.port}/",
        )
        with Probe(variables, home) as probe:
            assert probe.ask(LIST) == "1/"
        role = "/latest/meta-data/iam/security-credentials/"
        assert [(seen.method, seen.path) for seen in metadata.seen] == [
            ("PUT", "/latest/api/token"),
            ("GET", role),
            ("GET", role + "default-role"),
        ]
        assert "x-aws-ec2-metadata-token-ttl-seconds" in metadata.seen[0].headers
        assert all("x-aws-ec2-metadata-token" in seen.headers for seen in metadata.seen[1:])


def test_instance_without_a_role(aws: Aws, home: Path) -> None:
    with Front(
        0, lambda seen: Reply(200, "token") if seen.method == "PUT" else Reply(404)
    ) as metadata:
        variables = env(
            aws,
            AWS_EC2_METADATA_DISABLED="false",
            AWS_EC2_METADATA_SERVICE_ENDPOINT=f"http://127.0.0.1:{metadata.port}",
        )
        assert "the instance has no IAM role" in failure(variables, home, LIST).message


def test_outside_of_ec2_the_metadata_service_is_tried_once(aws: Aws, home: Path) -> None:
    # An address for documentation, which is unreachable.
    variables = env(
        aws,
        AWS_EC2_METADATA_DISABLED="false",
        AWS_EC2_METADATA_SERVICE_ENDPOINT="http://192.0.2.1",
    )
    message = failure(variables, home, LIST).message
    assert "no credentials for S3" in message
    assert "no response from http://192.0.2.1" in message
    assert "in 1 attempt over" in message


def test_without_credentials(aws: Aws, home: Path) -> None:
    message = failure(env(aws), home, LIST).message
    assert "AWS_ACCESS_KEY_ID is not set" in message
    assert 'the profile "default" is not in' in message
    assert "AWS_EC2_METADATA_DISABLED is set" in message


@pytest.mark.parametrize("variable", ["AWS_NO_SIGN_REQUEST", "awsAnonymousCredential"])
def test_anonymous(aws: Aws, home: Path, variable: str) -> None:
    listing = (
        "<ListBucketResult><IsTruncated>false</IsTruncated>"
        "<CommonPrefixes><Prefix>half/1/</Prefix></CommonPrefixes></ListBucketResult>"
    )
    with Front(aws.port, lambda _: Reply(200, listing)) as front:
        variables = {"S3_ENDPOINT": f"http://127.0.0.1:{front.port}", variable: "true"}
        with Probe(variables, home) as probe:
            assert probe.ask(LIST) == "1/"
        assert "authorization" not in front.seen[0].headers
    denied = Reply(403, "<Error><Code>AccessDenied</Code></Error>")
    with Front(aws.port, lambda _: denied) as front:
        variables["S3_ENDPOINT"] = f"http://127.0.0.1:{front.port}"
        message = failure(variables, home, LIST).message
        assert f"was anonymous, set by {variable}" in message


@pytest.mark.parametrize("form", ["session", "legacy"])
def test_sso(aws: Aws, home: Path, authority: Authority, form: str) -> None:
    keys = aws.assume(aws.role_arn)
    start_url = "https://d-1234567890.awsapps.com/start"
    sign_in = f"sso_region = eu-west-1\nsso_start_url = {start_url}\n"
    role = f"sso_account_id = {ACCOUNT}\nsso_role_name = reader\n"
    if form == "session":
        write_config(
            home, f"[profile dev]\nsso_session = work\n{role}[sso-session work]\n{sign_in}"
        )
    else:
        write_config(home, f"[profile dev]\n{role}{sign_in}")
    name = hashlib.sha1(("work" if form == "session" else start_url).encode()).hexdigest()
    cache = home / ".aws" / "sso" / "cache"
    cache.mkdir(parents=True)

    def sign_in_until(end: datetime, token: str = "sso-token") -> None:
        text = {"accessToken": token, "expiresAt": end.strftime("%Y-%m-%dT%H:%M:%SZ")}
        (cache / f"{name}.json").write_text(json.dumps(text))

    def portal(seen: Seen) -> Reply | None:
        if seen.host != "portal.sso.eu-west-1.amazonaws.com":
            return None
        wanted = f"/federation/credentials?role_name=reader&account_id={ACCOUNT}"
        if seen.headers.get("x-amz-sso_bearer_token") != "sso-token" or seen.path != wanted:
            return Reply(401, json.dumps({"message": "Session token not found or invalid"}))
        credentials = {
            "accessKeyId": keys.access_key,
            "secretAccessKey": keys.secret_key,
            "sessionToken": keys.token,
            "expiration": int(keys.expiration.timestamp() * 1000),
        }
        return Reply(200, json.dumps({"roleCredentials": credentials}))

    with (
        Front(aws.port, portal, authority.context_of_any_name()) as front,
        ConnectProxy(tunnel_to=front.port) as proxy,
    ):
        variables = {
            "AWS_PROFILE": "dev",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL_S3": aws.url,
            "AWS_CA_BUNDLE": str(authority.ca_file),
            "HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}",
        }
        message = failure(variables, home, LIST).message
        assert "there is no sign-in" in message
        assert "aws sso login --profile dev" in message
        sign_in_until(datetime.now(UTC) - timedelta(hours=1))
        assert "the sign-in expired at" in failure(variables, home, LIST).message
        sign_in_until(datetime.now(UTC) + timedelta(hours=1), "revoked")
        assert "Session token not found" in failure(variables, home, LIST).message
        sign_in_until(datetime.now(UTC) + timedelta(hours=1))
        with Probe(variables, home) as probe:
            assert probe.ask(LIST) == "1/"
