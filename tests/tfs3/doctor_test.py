# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""`tfs3 doctor` finds and names each fault of the access to S3, over real HTTP."""

from __future__ import annotations

import datetime
import email.utils
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from tests.s3_access.aws import Front, Reply, Seen
from tests.s3_access.certificates import Authority
from tests.s3_access.connect_proxy import ConnectProxy

Run = Callable[..., Result]
_URL = "s3://models/half"
_KEYS = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}
_LIST = (
    '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>models</Name>'
    "<KeyCount>0</KeyCount><MaxKeys>100</MaxKeys><IsTruncated>false</IsTruncated>"
    "</ListBucketResult>"
)


@pytest.fixture(scope="module")
def storage() -> Iterator[SeaweedFS]:
    """An S3 server with one version of a model and two users with fewer rights."""
    with SeaweedFS(buckets=["models"]) as server:
        server.client().put_object(Bucket="models", Key="half/1/saved_model.pb", Body=b"graph")
        server.add_user(
            "writer", access_key="writer", secret_key="w", bucket="models", actions=["Write"]
        )
        server.add_user("lister", access_key="lister", secret_key="l", bucket="models")
        yield server


def _findings(result: Result) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(result.output)["findings"]
    return found


def _faults(result: Result) -> list[tuple[str, str, str]]:
    """Returns the check, the code and the cure of each fault."""
    return [
        (finding["check"], finding["code"], finding["cure"])
        for finding in _findings(result)
        if finding["verdict"] in ("failed", "warning")
    ]


def _error(status: int, code: str, message: str = "no", more: str = "", **headers: str) -> Reply:
    body = f"<Error><Code>{code}</Code><Message>{message}</Message>{more}</Error>"
    return Reply(status, body, {"Content-Type": "application/xml", **headers})


def _diagnose(run: Run, answer: Callable[[Seen], Reply], **env: str) -> Result:
    """Runs the doctor with a server that answers as S3 does."""
    with Front(0, answer) as front:
        return run("doctor", _URL, "--json", env={**_KEYS, "S3_ENDPOINT": _url_of(front), **env})


def _url_of(front: Front, scheme: str = "http") -> str:
    return f"{scheme}://127.0.0.1:{front.port}"


def test_good_access_has_no_fault(run: Run, storage: SeaweedFS) -> None:
    result = run("doctor", _URL, "--write", "--json", env=storage.env())
    assert (result.exit_code, _faults(result)) == (0, [])
    assert [f["check"] for f in _findings(result)] == [
        *("endpoint", "region", "credentials", "connection", "clock"),
        *("bucket", "objects", "versions", "write"),
    ]
    left = storage.client().list_objects_v2(Bucket="models", Prefix="half/.tfs3")
    assert left["KeyCount"] == 0


def test_the_report_for_people_has_the_cure(run: Run, storage: SeaweedFS) -> None:
    result = run("doctor", "s3://nowhere/half", env=storage.env())
    assert result.exit_code == 1
    assert "failed   bucket" in result.output
    assert "create the bucket first" in result.output


def test_no_credentials(run: Run, storage: SeaweedFS) -> None:
    env = {k: v for k, v in storage.env().items() if "KEY" not in k}
    ((check, code, cure),) = _faults(run("doctor", _URL, "--json", env=env))
    assert (check, code) == ("credentials", "no-credentials")
    assert "AWS_ACCESS_KEY_ID" in cure


def test_half_of_the_credentials(run: Run, storage: SeaweedFS) -> None:
    env = {k: v for k, v in storage.env().items() if k != "AWS_SECRET_ACCESS_KEY"}
    ((check, code, _),) = _faults(run("doctor", _URL, "--json", env=env))
    assert (check, code) == ("credentials", "no-credentials")


def test_a_profile_that_does_not_exist(run: Run, storage: SeaweedFS) -> None:
    env = {"S3_ENDPOINT": storage.endpoint, "AWS_PROFILE": "absent"}
    faults = _faults(run("doctor", _URL, "--json", env=env))
    assert faults
    assert {code for _, code, _ in faults} == {"no-such-profile"}


def test_an_aws_file_with_a_syntax_error(
    run: Run, storage: SeaweedFS, clean_env: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "home" / "config").write_text("[default\n")
    env = {"S3_ENDPOINT": storage.endpoint}
    faults = _faults(run("doctor", _URL, "--json", env=env))
    assert {code for _, code, _ in faults} == {"invalid-aws-file"}


def test_a_role_that_may_not_be_assumed(
    run: Run, storage: SeaweedFS, clean_env: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "home" / "config").write_text(
        "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/reader\n"
        "source_profile = default\n[default]\nregion = us-east-1\n"
    )
    (tmp_path / "home" / "credentials").write_text(
        "[default]\naws_access_key_id = a\naws_secret_access_key = b\n"
    )
    error = "<Error><Code>AccessDenied</Code><Message>not authorized: AssumeRole</Message></Error>"
    reply = Reply(403, f"<ErrorResponse>{error}</ErrorResponse>", {"Content-Type": "text/xml"})
    with Front(0, lambda _: reply) as sts:
        env = {
            "S3_ENDPOINT": storage.endpoint,
            "AWS_PROFILE": "role",
            "AWS_ENDPOINT_URL_STS": _url_of(sts),
        }
        ((check, code, cure),) = _faults(run("doctor", _URL, "--json", env=env))
    assert (check, code) == ("credentials", "role-refused")
    assert "trust policy" in cure


def test_a_wrong_secret(run: Run, storage: SeaweedFS) -> None:
    env = {**storage.env(), "AWS_SECRET_ACCESS_KEY": "wrong"}
    ((check, code, cure),) = _faults(run("doctor", _URL, "--json", env=env))
    assert (check, code) == ("bucket", "wrong-secret")
    assert "AWS_SECRET_ACCESS_KEY" in cure


def test_an_unknown_access_key(run: Run, storage: SeaweedFS) -> None:
    env = {**storage.env(), "AWS_ACCESS_KEY_ID": "unknown"}
    ((check, code, cure),) = _faults(run("doctor", _URL, "--json", env=env))
    assert (check, code) == ("bucket", "unknown-access-key")
    assert "AWS_ACCESS_KEY_ID" in cure


def test_no_such_bucket(run: Run, storage: SeaweedFS) -> None:
    result = run("doctor", "s3://nowhere/half", "--json", env=storage.env())
    ((check, code, cure),) = _faults(result)
    assert (check, code) == ("bucket", "no-such-bucket")
    assert "create the bucket" in cure


def test_no_permission_to_list(run: Run, storage: SeaweedFS) -> None:
    env = {**storage.env(), "AWS_ACCESS_KEY_ID": "writer", "AWS_SECRET_ACCESS_KEY": "w"}
    ((check, code, cure),) = _faults(run("doctor", _URL, "--json", env=env))
    assert (check, code) == ("bucket", "no-permission")
    assert "s3:ListBucket" in cure


def test_no_permission_to_write(run: Run, storage: SeaweedFS) -> None:
    env = {**storage.env(), "AWS_ACCESS_KEY_ID": "lister", "AWS_SECRET_ACCESS_KEY": "l"}
    assert _faults(run("doctor", _URL, "--json", env=env)) == []
    ((check, code, cure),) = _faults(run("doctor", _URL, "--write", "--json", env=env))
    assert (check, code) == ("write", "no-permission")
    assert "s3:PutObject" in cure


def test_an_object_that_cannot_be_deleted_is_named(run: Run) -> None:
    def answer(seen: Seen) -> Reply:
        if seen.method == "DELETE":
            return _error(403, "AccessDenied")
        return Reply(200, "" if seen.method == "PUT" else _LIST)

    with Front(0, answer) as front:
        env = {**_KEYS, "S3_ENDPOINT": _url_of(front)}
        findings = _findings(run("doctor", _URL, "--write", "--json", env=env))
    write = findings[-1]
    assert (write["check"], write["verdict"]) == ("write", "warning")
    assert "s3://models/half/.tfs3-doctor-" in write["message"]


def test_https_to_a_store_that_speaks_http(run: Run, storage: SeaweedFS) -> None:
    env = {**storage.env(), "S3_ENDPOINT": storage.endpoint.replace("http:", "https:")}
    ((check, code, cure),) = _faults(run("doctor", _URL, "--json", env=env))
    assert (check, code) == ("connection", "wrong-scheme")
    assert storage.endpoint in cure


def test_an_endpoint_without_a_scheme_uses_https(run: Run, storage: SeaweedFS) -> None:
    env = {**storage.env(), "S3_ENDPOINT": storage.endpoint.removeprefix("http://")}
    ((_, code, cure),) = _faults(run("doctor", _URL, "--json", env=env))
    assert (code, "S3_USE_HTTPS=0" in cure) == ("wrong-scheme", True)
    assert _faults(run("doctor", _URL, "--json", env={**env, "S3_USE_HTTPS": "0"})) == []


def test_http_to_a_store_that_speaks_https(run: Run, tmp_path: Path) -> None:
    tls = Authority(tmp_path).context("127.0.0.1")
    with Front(0, lambda _: Reply(200, _LIST), tls) as front:
        env = {**_KEYS, "S3_ENDPOINT": _url_of(front)}
        ((check, code, cure),) = _faults(run("doctor", _URL, "--json", env=env))
    assert (check, code) == ("connection", "wrong-scheme")
    assert "write https://127.0.0.1" in cure


def test_http_to_a_proxy_that_answers_400(run: Run, tmp_path: Path) -> None:
    reply = Reply(400, "Client sent an HTTP request to an HTTPS server.\n")
    ((check, code, _),) = _faults(_diagnose(run, lambda _: reply))
    assert (check, code) == ("connection", "wrong-scheme")


def test_a_certificate_of_an_unknown_authority(run: Run, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with Front(0, lambda _: Reply(200, _LIST), authority.context("127.0.0.1")) as front:
        env = {**_KEYS, "S3_ENDPOINT": _url_of(front, "https")}
        ((check, code, cure),) = _faults(run("doctor", _URL, "--json", env=env))
        trusted = {**env, "AWS_CA_BUNDLE": str(authority.ca_file)}
        assert [c for c, _, _ in _faults(run("doctor", _URL, "--json", env=trusted))] == [
            "versions"
        ]
    assert (check, code) == ("connection", "untrusted-certificate")
    assert "AWS_CA_BUNDLE" in cure


def test_a_port_where_nothing_listens(run: Run) -> None:
    env = {**_KEYS, "S3_ENDPOINT": "http://127.0.0.1:1"}
    ((check, code, _),) = _faults(run("doctor", _URL, "--json", env=env))
    assert (check, code) == ("connection", "unreachable")


def test_a_host_that_does_not_exist(run: Run) -> None:
    env = {**_KEYS, "S3_ENDPOINT": "http://store.invalid:9000"}
    ((check, code, _),) = _faults(run("doctor", _URL, "--json", env=env))
    assert (check, code) == ("connection", "unknown-host")


@pytest.mark.parametrize("endpoint", ["ftp://store", "http://", "http://host:many"])
def test_an_endpoint_that_is_not_a_url(run: Run, endpoint: str) -> None:
    env = {**_KEYS, "S3_ENDPOINT": endpoint}
    ((check, code, _),) = _faults(run("doctor", _URL, "--json", env=env))
    assert (check, code) == ("endpoint", "invalid-endpoint")


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidToken"])
def test_an_expired_session_token(run: Run, code: str) -> None:
    message = "The provided token has expired."
    result = _diagnose(run, lambda _: _error(400, code, message), AWS_SESSION_TOKEN="old")
    ((check, fault, cure),) = _faults(result)
    assert (check, fault) == ("bucket", "expired-token")
    assert "get new credentials" in cure


@pytest.mark.parametrize("minutes", [-20, 20])
def test_a_clock_that_is_wrong(run: Run, minutes: int) -> None:
    there = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=minutes)
    date = email.utils.format_datetime(there, usegmt=True)
    message = "The difference between the request time and the current time is too large."

    def answer(seen: Seen) -> Reply:
        return _error(403, "RequestTimeTooSkewed", message, Date=date)

    faults = _faults(_diagnose(run, answer))
    assert [(check, code) for check, code, _ in faults] == [
        ("clock", "clock-skew"),
        ("bucket", "clock-skew"),
    ]
    assert "set the clock" in faults[0][2]


def test_a_clock_that_drifts_is_a_warning(run: Run, storage: SeaweedFS) -> None:
    there = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=5)
    date = email.utils.format_datetime(there, usegmt=True)
    result = _diagnose(run, lambda _: Reply(200, _LIST, {"Date": date}))
    assert ("clock", "warning") in [(f["check"], f["verdict"]) for f in _findings(result)]


def _bucket_in_another_region(seen: Seen) -> Reply:
    if seen.scope.startswith("eu-west-1/") or not seen.scope:
        return Reply(200, _LIST, {"x-amz-bucket-region": "eu-west-1"})
    return _error(
        400,
        "AuthorizationHeaderMalformed",
        f"the region '{seen.scope.split('/')[0]}' is wrong; expecting 'eu-west-1'",
        "<Region>eu-west-1</Region>",
    )


def _bucket_that_moved(seen: Seen) -> Reply:
    if seen.scope.startswith("eu-west-1/") or not seen.scope:
        return Reply(200, _LIST, {"x-amz-bucket-region": "eu-west-1"})
    return _error(
        301, "PermanentRedirect", "use the endpoint", **{"x-amz-bucket-region": "eu-west-1"}
    )


@pytest.mark.parametrize("answer", [_bucket_in_another_region, _bucket_that_moved])
@pytest.mark.parametrize("region", ["us-east-1", "us-west-2", ""])
def test_a_wrong_region(run: Run, answer: Callable[[Seen], Reply], region: str) -> None:
    faults = _faults(_diagnose(run, answer, AWS_REGION=region))
    check, code, cure = faults[0]
    assert (check, code, cure) == ("bucket", "wrong-region", "set AWS_REGION=eu-west-1")


def test_the_right_region_is_no_fault(run: Run) -> None:
    faults = _faults(_diagnose(run, _bucket_in_another_region, AWS_REGION="eu-west-1"))
    assert [check for check, _, _ in faults] == ["versions"]


def test_aws_is_reached_through_a_proxy(run: Run, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    tls = authority.context_of_any_name()
    with Front(0, lambda _: Reply(200, _LIST), tls) as front, ConnectProxy(front.port) as proxy:
        env = {
            **_KEYS,
            "AWS_REGION": "eu-west-1",
            "HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}",
            "AWS_CA_BUNDLE": str(authority.ca_file),
        }
        result = run("doctor", _URL, "--json", env=env)
    assert [check for check, _, _ in _faults(result)] == ["versions"]
    assert {seen.host for seen in front.seen} == {
        "s3.eu-west-1.amazonaws.com",
        "models.s3.eu-west-1.amazonaws.com",
    }


def test_a_url_that_is_not_s3(run: Run) -> None:
    result = run("doctor", "/models/half")
    assert result.exit_code == 2
    assert "give an S3 URL" in result.output


def test_the_secret_is_not_shown(run: Run, storage: SeaweedFS) -> None:
    result = run("doctor", _URL, "--json", env=storage.env())
    assert storage.secret_key not in result.output
    assert storage.access_key not in result.output
