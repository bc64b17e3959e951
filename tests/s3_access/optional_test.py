# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that AWS files are optional, and the settings of checksums."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.s3_access.aws import Aws, Front
from tests.s3_access.probe import LIST, Probe, check, failure

READ = "read s3://models/half/1/saved_model.pb"
# Without these capabilities, root cannot read every file.
UNPRIVILEGED = (
    ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.getuid() == 0 else []
)


def env_of_keys(aws: Aws, endpoint: str = "") -> dict[str, str]:
    """Returns variables with which no file is needed."""
    return {"S3_ENDPOINT": endpoint or aws.url, **aws.reader.env()}


def check_quiet(
    env: dict[str, str], home: Path, launcher: list[str] | None = None, log: str = ""
) -> None:
    """Checks that listing and reading work, and that stderr is `log`."""
    with Probe(env, home, launcher or []) as probe:
        assert probe.ask(LIST) == "1/"
        assert probe.ask(READ) == "graph"
        assert probe.log() == log


def test_keys_work_in_the_home_folder_of_another_user(aws: Aws, home: Path) -> None:
    (home / ".aws" / "config").write_text("[default]\nregion = eu-west-1\n")
    home.chmod(0)
    try:
        check_quiet(env_of_keys(aws), home, UNPRIVILEGED)
    finally:
        home.chmod(0o700)


def test_keys_work_with_an_unreadable_file(aws: Aws, home: Path) -> None:
    config = home / ".aws" / "config"
    config.touch(0)
    line = f"s3 [WARN] the AWS file {config} cannot be read: Permission denied; the file is ignored"
    check_quiet(env_of_keys(aws), home, UNPRIVILEGED, line + "\n")


@pytest.mark.parametrize("variable", ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"])
def test_keys_work_without_a_file(aws: Aws, home: Path, variable: str) -> None:
    (home / "dangling").symlink_to(home / "none")
    for path in ("none", "none/none", "dangling", "config/\u00fc"):
        check_quiet({**env_of_keys(aws), variable: str(home / path)}, home)
    check_quiet({**env_of_keys(aws), variable: "/dev/null"}, home)
    line = f"s3 [WARN] the AWS file {home} cannot be read: Is a directory; the file is ignored\n"
    check_quiet({**env_of_keys(aws), variable: str(home)}, home, log=line)


def test_keys_work_without_home(aws: Aws, home: Path) -> None:
    check_quiet(env_of_keys(aws), home, ["env", "-u", "HOME"])


@pytest.mark.parametrize("file", ["config", "credentials"])
def test_keys_work_with_a_file_with_an_error(aws: Aws, home: Path, file: str) -> None:
    path = home / ".aws" / file
    path.write_text("[default]\nregion eu-west-1\n")
    with Probe(env_of_keys(aws), home) as probe:
        assert probe.ask(LIST) == "1/"
        assert probe.ask(READ) == "graph"
        log = probe.log()
    assert log.startswith(f"s3 [WARN] the AWS file {path} cannot be understood: line 2, column 1: ")
    assert log.count("\n") == 1


@pytest.mark.parametrize("file", ["config", "credentials"])
def test_a_file_with_an_error_is_an_error_without_other_keys(
    aws: Aws, home: Path, file: str
) -> None:
    path = home / ".aws" / file
    path.write_text("[default]\naws_access_key_id = a\n\n  \naws_secret_access_key\n")
    message = failure({"S3_ENDPOINT": aws.url}, home, LIST).message
    assert f"the AWS file {path} cannot be understood: line 5, column 1: expected name" in message


def test_a_profile_in_an_unreadable_file_is_an_error(aws: Aws, home: Path) -> None:
    (home / ".aws" / "config").mkdir()
    message = failure({"S3_ENDPOINT": aws.url, "AWS_PROFILE": "ci"}, home, LIST).message
    assert 'AWS_PROFILE names the profile "ci"' in message
    assert f"{home / '.aws' / 'config'} (which cannot be read: Is a directory)" in message


def test_one_readable_file_is_enough(aws: Aws, home: Path) -> None:
    (home / ".aws" / "config").mkdir()
    keys = aws.reader
    (home / ".aws" / "credentials").write_text(
        f"[default]\naws_access_key_id = {keys.access_key}\n"
        f"aws_secret_access_key = {keys.secret_key}\n"
    )
    check({"S3_ENDPOINT": aws.url}, home)


def test_web_identity_works_with_unreadable_files(aws: Aws, home: Path) -> None:
    (home / ".aws" / "config").mkdir()
    (home / "token").write_text("t")
    with Front(aws.port, aws.admit_unsigned) as sts:
        env = {
            "S3_ENDPOINT": aws.url,
            "AWS_ENDPOINT_URL_STS": f"http://127.0.0.1:{sts.port}",
            "AWS_WEB_IDENTITY_TOKEN_FILE": str(home / "token"),
            "AWS_ROLE_ARN": aws.role_arn,
        }
        check(env, home)


@pytest.mark.parametrize("where", ["environment", "profile"])
@pytest.mark.parametrize(
    ("value", "asked"),
    [("when_required", False), ("WHEN_REQUIRED", False), ("when_supported", True)],
)
def test_response_checksum_validation(
    aws: Aws, home: Path, where: str, value: str, asked: bool
) -> None:
    with Front(aws.port) as front:
        env = env_of_keys(aws, f"http://127.0.0.1:{front.port}")
        if where == "environment":
            env["AWS_RESPONSE_CHECKSUM_VALIDATION"] = value
        else:
            config = f"[default]\nresponse_checksum_validation = {value}\n"
            (home / ".aws" / "config").write_text(config)
        with Probe(env, home) as probe:
            assert probe.ask(READ) == "graph"
        assert ["x-amz-checksum-mode" in seen.headers for seen in front.seen] == [asked]


@pytest.mark.parametrize(
    ("value", "sent"), [("", False), ("when_required", False), ("When_Supported", True)]
)
def test_request_checksum_calculation(aws: Aws, home: Path, value: str, sent: bool) -> None:
    with Front(aws.port) as front:
        env = {
            "S3_ENDPOINT": f"http://127.0.0.1:{front.port}",
            "AWS_REQUEST_CHECKSUM_CALCULATION": value,
            **aws.writer.env(),
        }
        with Probe(env, home) as probe:
            probe.ask("write s3://models/checked")
            assert probe.ask("read s3://models/checked") == "written"
            probe.ask("delete s3://models/checked")
        headers = front.seen[0].headers
        assert ("content-md5" in headers) == sent
        # Other stores may not support these.
        assert not any(name.startswith("x-amz-checksum") for name in headers)
        assert "x-amz-trailer" not in headers
