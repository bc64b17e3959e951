# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests continued, overwritten and pruned publications, rollbacks and digests."""

from __future__ import annotations

import datetime
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

from tensorflow_serving_s3 import publishing
from tensorflow_serving_s3.errors import PublishError
from tensorflow_serving_s3.publishing import _digest, _to_folder, _to_s3
from tensorflow_serving_s3.storage import (
    S3Settings,
    StoredFile,
    find_versions,
    s3_client,
)
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS
from tests.support.published import (
    LARGE,
    MIB,
    SMALL,
    contents_of,
    numbers_of,
    requests,
    write,
)
from tests.support.rclone import Rclone

pytest_plugins = ["tests.support.published"]


@pytest.mark.parametrize("size", [0, 1, 8 * MIB - 1, 8 * MIB + 1, 18 * MIB])
def test_a_digest_is_the_etag_of_s3(client: Any, tmp_path: Path, base: str, size: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(os.urandom(size))
    digest = _digest.digest_file(path)
    client.upload_file(str(path), "models", f"{base[12:]}/file")
    head = client.head_object(Bucket="models", Key=f"{base[12:]}/file")
    assert (head["ContentLength"], head["ETag"].strip('"')) == (digest.size, digest.etag)


def test_a_file_has_at_most_10000_parts(tmp_path: Path) -> None:
    sizes = [_digest._part_bytes(size) for size in (0, 80_000 * MIB, 80_001 * MIB, 5 * 2**40)]
    assert sizes[:3] == [8 * MIB, 8 * MIB, 9 * MIB]
    assert 5 * 2**40 / sizes[3] <= 10_000


def test_the_next_version_is_one_above_the_newest_complete_one(
    client: Any, model: Path, base: str
) -> None:
    assert publishing.publish(model, base, client=client).url == f"{base}/1"
    publishing.publish(model, base, "0041", client=client)
    client.put_object(Bucket="models", Key=f"{base[12:]}/42/variables/variables.index", Body=b"x")
    assert publishing.publish(model, base, client=client).version == 42


def test_objects_with_the_same_contents_are_not_sent_again(
    client: Any, model: Path, base: str
) -> None:
    publishing.publish(model, base, 1, client=client)
    client.delete_object(Bucket="models", Key=f"{base[12:]}/1/saved_model.pb")
    client.put_object(Bucket="models", Key=f"{base[12:]}/1/{LARGE}", Body=b"DATA")
    sent = requests(client, "PutObject")
    again = publishing.publish(model, base, 1, client=client)
    assert sent == [f"{base[12:]}/1/{LARGE}", f"{base[12:]}/1/saved_model.pb"]
    assert (again.uploaded_files, again.skipped_files) == (2, 1)
    assert (again.uploaded_bytes, again.skipped_bytes) == (9, 5)


def test_parts_of_an_interrupted_upload_are_not_sent_again(
    client: Any, large_model: Path, base: str
) -> None:
    def fail(params: Any, **_: Any) -> None:
        if params["PartNumber"] >= 2:
            raise ConnectionAbortedError("interrupted")

    client.meta.events.register("provide-client-params.s3.UploadPart", fail)
    with pytest.raises(PublishError, match="interrupted"):
        publishing.publish(large_model, base, 1, threads=1, client=client)
    client.meta.events.unregister("provide-client-params.s3.UploadPart", fail)
    sent = requests(client, "UploadPart")
    done = publishing.publish(large_model, base, 1, threads=1, client=client)
    assert len(sent) == 2
    assert done.skipped_bytes >= 8 * MIB
    (version,) = find_versions(base, client=client).versions
    assert version.is_complete
    body = client.get_object(Bucket="models", Key=f"{base[12:]}/1/{LARGE}")["Body"].read()
    assert (
        hashlib.sha256(body).digest() == hashlib.sha256((large_model / LARGE).read_bytes()).digest()
    )
    left = client.list_multipart_uploads(Bucket="models", Prefix=f"{base[12:]}/")
    assert not left.get("Uploads")


def test_a_publication_killed_before_the_last_request_is_completed(
    client: Any, large_model: Path, base: str
) -> None:
    def fail(**_: Any) -> None:
        raise ConnectionAbortedError("interrupted")

    event = "provide-client-params.s3.CompleteMultipartUpload"
    client.meta.events.register(event, fail)
    with pytest.raises(PublishError, match="interrupted"):
        publishing.publish(large_model, base, 1, client=client)
    client.meta.events.unregister(event, fail)
    sent = requests(client, "UploadPart")
    publishing.publish(large_model, base, 1, client=client)
    assert sent == []
    assert numbers_of(base, client) == [1]


def test_parts_of_another_file_are_not_used(client: Any, large_model: Path, base: str) -> None:
    key = f"{base[12:]}/1/{LARGE}"
    upload = client.create_multipart_upload(Bucket="models", Key=key)["UploadId"]
    client.upload_part(Bucket="models", Key=key, UploadId=upload, PartNumber=1, Body=b"z" * 8 * MIB)
    published = publishing.publish(large_model, base, 1, client=client)
    assert published.skipped_bytes == 0
    body = client.get_object(Bucket="models", Key=key)["Body"].read()
    assert body == (large_model / LARGE).read_bytes()


def test_every_part_has_a_checksum(client: Any, large_model: Path, base: str) -> None:
    missing: list[str] = []

    def look(params: Any, model: Any, **_: Any) -> None:
        if "ChecksumSHA256" not in params:
            missing.append(model.name)

    for operation in ("PutObject", "UploadPart"):
        client.meta.events.register(f"provide-client-params.s3.{operation}", look)
    publishing.publish(large_model, base, 1, client=client)
    assert missing == []


def test_no_checksum_is_sent_on_demand(
    client: Any, large_model: Path, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", SeaweedFS.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SeaweedFS.secret_key)
    plain = s3_client(S3Settings(endpoint=client.meta.endpoint_url, region=SeaweedFS.region))
    headers: list[str] = []
    plain.meta.events.register(
        "before-send.s3", lambda request, **_: headers.extend(map(str.lower, request.headers))
    )
    publishing.publish(large_model, base, 1, client=plain)
    assert numbers_of(base, client) == [1]
    assert not [name for name in headers if "checksum" in name or "trailer" in name]


def test_a_store_that_has_other_bytes_is_an_error(client: Any, model: Path, base: str) -> None:
    def damage(params: Any, **_: Any) -> None:
        params["Body"] = b"DATA"
        params.pop("ChecksumSHA256")

    event = "provide-client-params.s3.PutObject"
    client.meta.events.register(event, damage)
    try:
        with pytest.raises(PublishError, match="the store has other bytes"):
            publishing.publish(model, base, 1, client=client)
    finally:
        client.meta.events.unregister(event, damage)
    assert not [v for v in find_versions(base, client=client).versions if v.is_complete]


def test_a_wrong_checksum_is_refused_by_the_store_or_noticed(
    client: Any, model: Path, base: str
) -> None:
    def damage(params: Any, **_: Any) -> None:
        params["Body"] = b"DATA"

    event = "provide-client-params.s3.PutObject"
    client.meta.events.register(event, damage)
    try:
        with pytest.raises(PublishError):
            publishing.publish(model, base, 1, client=client)
    finally:
        client.meta.events.unregister(event, damage)


def test_an_existing_version_is_overwritten_only_on_demand(
    client: Any, model: Path, base: str
) -> None:
    publishing.publish(model, base, 1, client=client)
    (model / "saved_model.pb").write_bytes(b"graph 2")
    with pytest.raises(PublishError, match="exists already"):
        publishing.publish(model, base, 1, client=client)
    publishing.publish(model, base, 1, overwrite=True, client=client)
    body = client.get_object(Bucket="models", Key=f"{base[12:]}/1/saved_model.pb")["Body"]
    assert body.read() == b"graph 2"


def test_an_overwritten_version_disappears_first(client: Any, model: Path, base: str) -> None:
    publishing.publish(model, base, 1, client=client)
    (model / "variables/variables.index").write_bytes(b"INDEX")
    seen: list[bool] = []

    def look(**_: Any) -> None:
        found = client.list_objects_v2(Bucket="models", Prefix=f"{base[12:]}/1/saved_model.pb")
        seen.append(found["KeyCount"] > 0)

    event = "provide-client-params.s3.PutObject"
    client.meta.events.register(event, look)
    publishing.publish(model, base, 1, overwrite=True, client=client)
    client.meta.events.unregister(event, look)
    assert seen == [False, False]


def test_overwriting_with_the_same_contents_changes_nothing(
    client: Any, model: Path, base: str
) -> None:
    publishing.publish(model, base, 1, client=client)
    sent = requests(client, "PutObject")
    again = publishing.publish(model, base, 1, overwrite=True, client=client)
    assert (sent, again.uploaded_files, again.skipped_files) == ([], 0, 3)


def test_files_of_another_model_are_removed_only_on_demand(
    client: Any, model: Path, base: str
) -> None:
    stale = "variables/variables.data-00001-of-00002"
    client.put_object(Bucket="models", Key=f"{base[12:]}/1/{stale}", Body=b"x")
    with pytest.raises(PublishError, match=r"data-00001-of-00002; .*overwrite"):
        publishing.publish(model, base, 1, client=client)
    publishing.publish(model, base, 1, overwrite=True, client=client)
    (version,) = find_versions(base, client=client).versions
    assert set(version.files) == set(SMALL)


def test_markers_of_folders_are_not_files_of_another_model(
    client: Any, model: Path, base: str
) -> None:
    for folder in ("1/", "1/variables/"):
        client.put_object(Bucket="models", Key=f"{base[12:]}/{folder}", Body=b"")
    publishing.publish(model, base, 1, client=client)
    (version,) = find_versions(base, client=client).versions
    assert version.is_complete


def test_of_two_publications_at_a_time_only_one_writes_saved_model_pb(
    client: Any, model: Path, base: str
) -> None:
    key = f"{base[12:]}/1/saved_model.pb"

    def other(params: Any, **_: Any) -> None:
        if params["Key"] == key and params["Body"] != b"other":
            client.put_object(Bucket="models", Key=key, Body=b"other")

    event = "provide-client-params.s3.PutObject"
    client.meta.events.register(event, other)
    try:
        with pytest.raises(PublishError, match="another process has published this version"):
            publishing.publish(model, base, 1, client=client)
    finally:
        client.meta.events.unregister(event, other)
    assert client.get_object(Bucket="models", Key=key)["Body"].read() == b"other"


def test_a_store_without_conditional_writes_is_used(client: Any, model: Path, base: str) -> None:
    def refuse(params: Any, **_: Any) -> None:
        if "IfNoneMatch" in params:
            raise ClientError({"Error": {"Code": "NotImplemented"}}, "PutObject")

    event = "provide-client-params.s3.PutObject"
    client.meta.events.register(event, refuse)
    publishing.publish(model, base, 1, client=client)
    client.meta.events.unregister(event, refuse)
    assert numbers_of(base, client) == [1]


def test_the_rest_of_a_killed_publication_to_a_folder_is_removed(
    model: Path, tmp_path: Path
) -> None:
    base = tmp_path / "base"
    killed, running = base / ".publishing-1-abc", base / ".publishing-2-def"
    write(killed, SMALL)
    write(running, SMALL)
    lock = _to_folder._lock(running)
    assert lock is not None
    publishing.publish(model, base, 1)
    os.close(lock)
    assert sorted(path.name for path in base.iterdir()) == [".publishing-2-def", "1"]


def test_links_in_a_model_are_followed(client: Any, model: Path, base: str, tmp_path: Path) -> None:
    write(tmp_path / "shared", {"words.txt": b"words"})
    (model / "assets").symlink_to(tmp_path / "shared")
    publishing.publish(model, base, 1, client=client)
    (version,) = find_versions(base, client=client).versions
    assert contents_of(version, client)["assets/words.txt"] == b"words"


@pytest.mark.parametrize("where", ["s3", "folder"])
def test_progress_ends_at_the_total(
    client: Any, model: Path, base: str, tmp_path: Path, where: str
) -> None:
    news: list[publishing.Progress] = []
    target = base if where == "s3" else tmp_path / "base"
    publishing.publish(model, target, 1, on_progress=news.append, client=client)
    by_step = {entry.step: entry for entry in news}
    assert set(by_step) == ({"hash", "upload"} if where == "s3" else {"copy"})
    for last in by_step.values():
        assert last.done_bytes == last.total_bytes == sum(map(len, SMALL.values()))


def test_objects_are_compared_by_checksum_where_the_etag_is_no_md5(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"data")
    digest = _digest.digest_file(path)
    now = datetime.datetime.now(datetime.UTC)

    def skipped(checksum: str, size: int = 4) -> bool:
        stored = {"file": StoredFile("m/1/file", size, now, "0123-of-kms")}
        return _to_s3.make_plan({"file": digest}, stored, {"file": checksum}).skip == ("file",)

    assert skipped(digest.checksum)
    assert not skipped("")
    assert not skipped("AAAA")
    assert not skipped(digest.checksum, size=5)


def test_a_store_that_returns_checksums_gets_them_back(
    large_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Moto answers as AWS does: with the SHA-256 of each part."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        aws = s3_client(S3Settings(endpoint=f"http://{host}:{port}", region="us-east-1"))
        aws.create_bucket(Bucket="aws")
        base = "s3://aws/m"
        published = publishing.publish(large_model, base, 1, client=aws)
        assert published.uploaded_bytes > 16 * MIB
        digest = _digest.digest_file(large_model / LARGE)
        head = aws.head_object(Bucket="aws", Key=f"m/1/{LARGE}", ChecksumMode="ENABLED")
        assert digest.is_checksum(head["ChecksumSHA256"])
        again = publishing.publish(large_model, base, 1, overwrite=True, client=aws)
        assert (again.uploaded_files, again.skipped_files) == (0, 3)
    finally:
        server.stop()


def test_another_store_continues_prunes_and_rolls_back(large_model: Path) -> None:
    with Rclone(buckets=["models"]) as server:
        client = server.client()

        def fail(params: Any, **_: Any) -> None:
            if params["PartNumber"] >= 2:
                raise ConnectionAbortedError("interrupted")

        event = "provide-client-params.s3.UploadPart"
        client.meta.events.register(event, fail)
        with pytest.raises(PublishError, match="interrupted"):
            publishing.publish(large_model, "s3://models/m", 1, client=client)
        client.meta.events.unregister(event, fail)
        assert publishing.publish(large_model, "s3://models/m", 1, client=client).skipped_bytes > 0
        for _ in range(2):
            publishing.publish(large_model, "s3://models/m", keep_last=1, client=client)
        assert publishing.rollback("s3://models/m", client=client).version == 4
        assert numbers_of("s3://models/m", client) == [4, 3, 2]


def test_the_encryption_of_the_environment_applies() -> None:
    env = {
        "AWS_SERVER_SIDE_ENCRYPTION": "aws:kms",
        "AWS_SSE_KMS_KEY_ID": "key",
        "AWS_SSE_BUCKET_KEY_ENABLED": "true",
        "AWS_REQUEST_PAYER": "requester",
    }
    assert _to_s3.write_args(env) == {
        "ServerSideEncryption": "aws:kms",
        "SSEKMSKeyId": "key",
        "BucketKeyEnabled": True,
        "RequestPayer": "requester",
    }
    assert _to_s3.write_args({}) == {}


def test_an_unreadable_file_is_named(client: Any, model: Path, base: str) -> None:
    (model / "assets").mkdir()
    (model / "assets" / "gone").symlink_to("/no/such/file")
    with pytest.raises(PublishError, match="No such file"):
        publishing.publish(model, base, 1, client=client)
    assert numbers_of(base, client) == []
