# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests SeaweedFS."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tensorflow_serving_s3.errors import ProgramError
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS


@pytest.fixture(scope="module")
def storage() -> Iterator[SeaweedFS]:
    """A running server."""
    with SeaweedFS(buckets=["first", "second"]) as server:
        yield server


def test_the_buckets_exist_and_are_empty(storage: SeaweedFS) -> None:
    client = storage.client()
    counts = {
        bucket["Name"]: client.list_objects_v2(Bucket=bucket["Name"])["KeyCount"]
        for bucket in client.list_buckets()["Buckets"]
    }
    assert counts == {"first": 0, "second": 0}


def test_an_object_is_read_as_it_was_written(storage: SeaweedFS) -> None:
    client = storage.client()
    client.put_object(Bucket="first", Key="folder/object", Body=b"content")
    assert client.get_object(Bucket="first", Key="folder/object")["Body"].read() == b"content"


def test_a_write_does_not_create_a_bucket(storage: SeaweedFS) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        storage.client().put_object(Bucket="third", Key="object", Body=b"")


def test_a_client_with_the_environment_uses_this_server(
    storage: SeaweedFS, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in storage.env().items():
        monkeypatch.setenv(name, value)
    client = boto3.session.Session().client("s3")
    assert client.list_objects_v2(Bucket="second")["KeyCount"] == 0


def test_an_added_user_has_the_given_rights_only(storage: SeaweedFS) -> None:
    storage.add_user("reader", access_key="reader-key", secret_key="secret", bucket="first")
    client = boto3.client(
        "s3",
        endpoint_url=storage.endpoint,
        aws_access_key_id="reader-key",
        aws_secret_access_key="secret",
        region_name=storage.region,
        config=Config(retries={"total_max_attempts": 1}),
    )
    client.list_objects_v2(Bucket="first")
    with pytest.raises(ClientError, match="AccessDenied"):
        client.put_object(Bucket="first", Key="object", Body=b"")


def test_two_servers_run_at_the_same_time(storage: SeaweedFS) -> None:
    with SeaweedFS(buckets=["first"]) as other:
        other.client().put_object(Bucket="first", Key="only-there", Body=b"")
        with pytest.raises(ClientError, match="404"):
            storage.client().head_object(Bucket="first", Key="only-there")


def test_nothing_is_left_after_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with SeaweedFS() as server:
        assert list(tmp_path.iterdir()) != []
        process = server.process_id
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_no_socket_is_left_after_the_end() -> None:
    with SeaweedFS() as server:
        command = Path(f"/proc/{server.process_id}/cmdline").read_text()
        ports = re.findall(r"\.port\.grpc=(\d+)", command)
        sockets = [path for port in ports for path in Path("/tmp").glob(f"*-grpc-{port}.sock")]
        assert sockets != []
    assert [path for path in sockets if path.exists()] == []


def test_a_program_that_ends_immediately_is_reported_with_its_last_lines(tmp_path: Path) -> None:
    weed = tmp_path / "weed"
    weed.write_text("#!/bin/sh\necho no space left\nexit 4\n")
    weed.chmod(0o755)
    with pytest.raises(ProgramError, match="exit code 4") as failure:
        SeaweedFS(binary=weed).start()
    assert failure.value.log == ("no space left",)
