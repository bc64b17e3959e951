# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests stderr: it is empty without errors, and never contains secrets."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from tests.s3_access.aws import Aws, Front, Reply
from tests.s3_access.certificates import Authority
from tests.s3_access.connect_proxy import ConnectProxy
from tests.s3_access.probe import LIST, Probe

LEVELS = ["off", "fatal", "error", "warn", "info", "debug", "trace"]


def test_nothing_is_written_without_errors(aws: Aws, home: Path) -> None:
    with Probe({"S3_ENDPOINT": aws.url, **aws.reader.env()}, home) as probe:
        assert probe.ask(LIST) == "1/"
        assert probe.ask("read s3://models/half/1/saved_model.pb") == "graph"
        assert probe.log() == ""


def test_the_log_can_be_turned_on(aws: Aws, home: Path) -> None:
    env = {"S3_ENDPOINT": aws.url, "AWS_LOG_LEVEL": "trace", **aws.reader.env()}
    with Probe(env, home) as probe:
        assert probe.ask(LIST) == "1/"
        assert "s3 [TRACE]" in probe.log()


@pytest.mark.parametrize("level", LEVELS)
def test_no_secret_is_written_at_any_level(
    aws: Aws, home: Path, authority: Authority, level: str
) -> None:
    """Uses all sources of secrets: files, a process, STS, a container, a proxy, a failure."""
    session = aws.assume(aws.role_arn)
    (home / "identity").write_text("web-identity-token")
    (home / "pod").write_text("pod-token")
    config = home / ".aws" / "config"
    config.write_text(
        f"[profile base]\naws_access_key_id = {aws.user.access_key}\n"
        f"aws_secret_access_key = {aws.user.secret_key}\n"
        f"[profile role]\nrole_arn = {aws.role_arn}\nsource_profile = base\n"
        f"[profile process]\ncredential_process = echo {shlex.quote(session.json())}\n"
    )
    secrets = [
        *(aws.user.access_key, aws.user.secret_key),
        *(aws.reader.access_key, aws.reader.secret_key),
        *(session.access_key, session.secret_key, session.token),
        *("web-identity-token", "pod-token", "proxy-password"),
    ]
    with (
        Front(aws.port, tls=authority.context("127.0.0.1")) as store,
        Front(aws.port, aws.admit_unsigned) as sts,
        Front(0, lambda _: Reply(200, session.json())) as agent,
        ConnectProxy(password="proxy-password") as proxy,
    ):
        common = {
            "AWS_LOG_LEVEL": level,
            "AWS_REGION": "us-east-1",
            "S3_ENDPOINT": f"https://127.0.0.1:{store.port}",
            "AWS_ENDPOINT_URL_STS": f"http://127.0.0.1:{sts.port}",
            "AWS_CA_BUNDLE": str(authority.ca_file),
            "HTTPS_PROXY": f"http://user:proxy-password@127.0.0.1:{proxy.port}",
        }
        ways = [
            aws.reader.env(),
            session.env(),
            {"AWS_PROFILE": "role"},
            {"AWS_PROFILE": "process"},
            {
                "AWS_WEB_IDENTITY_TOKEN_FILE": str(home / "identity"),
                "AWS_ROLE_ARN": aws.role_arn,
            },
            {
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{agent.port}/",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(home / "pod"),
            },
        ]
        signatures = []
        for way in ways:
            before = len(store.seen)
            with Probe({**common, **way}, home) as probe:
                assert probe.ask(LIST) == "1/"
                with pytest.raises(Exception, match="404"):
                    probe.ask("read s3://models/none")
                log = probe.log()
            assert bool(log) == (level in ("debug", "trace", "info")), log[:1000]
            for seen in (*store.seen[before:], *sts.seen):
                authorization = seen.headers.get("authorization", "")
                signatures.append(authorization.rpartition("Signature=")[2])
            for secret in secrets + [json.dumps(s)[1:-1] for s in signatures if s]:
                assert secret not in log, f"{secret} is in the log"
            for line in log.splitlines():
                assert "uthorization" not in line or line.endswith("uthorization: (not shown)")
        assert len(set(signatures)) > len(ways)
