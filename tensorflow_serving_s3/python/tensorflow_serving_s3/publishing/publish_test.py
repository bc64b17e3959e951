# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests publish_version with an S3 server and a local folder."""

import dataclasses
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tensorflow_serving_s3.errors import PublishError
from tensorflow_serving_s3.publish import publish_version
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

_FILES = {
    "saved_model.pb": b"graph",
    "fingerprint.pb": b"fingerprint",
    "variables/variables.index": b"index",
    "variables/variables.data-00000-of-00001": b"data",
}


@pytest.fixture(scope="module")
def storage() -> Iterator[SeaweedFS]:
    """An S3 server with the bucket `models`."""
    with SeaweedFS(buckets=["models"]) as server:
        yield server


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A folder with the files of a SavedModel."""
    folder = tmp_path / "export"
    for name, content in _FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@dataclasses.dataclass
class Base:
    """A base path and its contents."""

    path: str
    client: Any
    contents: Callable[[], dict[str, bytes]]


_names = (f"model-{number}" for number in itertools.count())


def _folder_base(tmp_path: Path) -> Base:
    folder = tmp_path / "base"

    def contents() -> dict[str, bytes]:
        files = (path for path in folder.rglob("*") if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}

    return Base(str(folder), None, contents)


def _s3_base(storage: SeaweedFS) -> Base:
    name = next(_names)
    client = storage.client()

    def contents() -> dict[str, bytes]:
        found = client.list_objects_v2(Bucket="models", Prefix=f"{name}/").get("Contents", [])
        keys = [entry["Key"] for entry in found]
        return {
            key.removeprefix(f"{name}/"): client.get_object(Bucket="models", Key=key)["Body"].read()
            for key in keys
        }

    return Base(f"s3://models/{name}", client, contents)


@pytest.fixture(params=["folder", "s3"])
def base(request: pytest.FixtureRequest, tmp_path: Path, storage: SeaweedFS) -> Base:
    """An empty base path: a local folder or a prefix in S3."""
    return _folder_base(tmp_path) if request.param == "folder" else _s3_base(storage)


def test_all_files_arrive_in_the_folder_of_the_version(base: Base, model: Path) -> None:
    publish_version(model, base.path, 7, client=base.client)
    assert base.contents() == {f"7/{name}": content for name, content in _FILES.items()}


def test_returns_the_path_of_the_version(base: Base, model: Path) -> None:
    assert publish_version(model, base.path, 7, client=base.client) == f"{base.path}/7"


def test_a_trailing_slash_of_the_base_path_is_ignored(base: Base, model: Path) -> None:
    assert publish_version(model, f"{base.path}/", 7, client=base.client) == f"{base.path}/7"


def test_a_version_given_as_text_keeps_its_zeros(base: Base, model: Path) -> None:
    url = publish_version(model, base.path, "00000123", client=base.client)
    assert url == f"{base.path}/00000123"


@pytest.mark.parametrize("again", [123, "123", "00000123", "0123"])
def test_a_version_is_published_only_once_with_any_leading_zeros(
    base: Base, model: Path, again: int | str
) -> None:
    publish_version(model, base.path, "00000123", client=base.client)
    with pytest.raises(PublishError, match=f"{base.path}/00000123: this version exists already"):
        publish_version(model, base.path, again, client=base.client)


def test_other_folders_beside_the_versions_are_ignored(base: Base, model: Path) -> None:
    publish_version(model, base.path, 122, client=base.client)
    publish_version(model, f"{base.path}/notes", 123, client=base.client)
    assert publish_version(model, base.path, 123, client=base.client) == f"{base.path}/123"


@pytest.mark.parametrize("version", [-1, "1.0", "v1", "", 2**63, "12\n"])
def test_an_invalid_version_is_refused(base: Base, model: Path, version: int | str) -> None:
    with pytest.raises(ValueError, match="is not a version"):
        publish_version(model, base.path, version, client=base.client)


def test_a_folder_without_saved_model_is_refused(base: Base, model: Path) -> None:
    (model / "saved_model.pb").unlink()
    with pytest.raises(PublishError, match=r"export: no saved_model\.pb in it"):
        publish_version(model, base.path, 1, client=base.client)


def test_saved_model_pb_is_uploaded_after_everything_else(model: Path, storage: SeaweedFS) -> None:
    base = _s3_base(storage)
    uploaded: list[str] = []
    base.client.meta.events.register(
        "before-call.s3.PutObject", lambda params, **_: uploaded.append(params["url_path"])
    )
    publish_version(model, base.path, 1, client=base.client)
    assert [path.endswith("/saved_model.pb") for path in uploaded] == [False, False, False, True]


def test_an_interrupted_publication_to_s3_can_be_repeated(model: Path, storage: SeaweedFS) -> None:
    base = _s3_base(storage)
    name = base.path.removeprefix("s3://models/")
    base.client.put_object(Bucket="models", Key=f"{name}/1/variables/variables.index", Body=b"half")
    publish_version(model, base.path, 1, client=base.client)
    assert base.contents() == {f"1/{name}": content for name, content in _FILES.items()}


def test_a_failed_publication_to_a_folder_leaves_no_version(model: Path, tmp_path: Path) -> None:
    (model / "assets").mkdir()
    (model / "assets" / "gone").symlink_to("/no/such/file")
    base = _folder_base(tmp_path)
    with pytest.raises(PublishError, match="cannot publish"):
        publish_version(model, base.path, 1)
    assert base.contents() == {}


def test_a_missing_bucket_is_named_with_its_cure(model: Path, storage: SeaweedFS) -> None:
    with pytest.raises(PublishError, match=r"s3://nowhere/m/1: .*NoSuchBucket.*create the bucket"):
        publish_version(model, "s3://nowhere/m", 1, client=storage.client())


def test_an_unknown_access_key_is_named_with_its_cure(
    model: Path, storage: SeaweedFS, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**storage.env(), "AWS_ACCESS_KEY_ID": "unknown"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(PublishError, match=r"InvalidAccessKeyId.*check AWS_ACCESS_KEY_ID"):
        publish_version(model, "s3://models/m", 1)


def test_the_error_of_a_user_without_write_access_names_the_rights(
    model: Path, storage: SeaweedFS, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage.add_user("reader", access_key="reader-key", secret_key="secret", bucket="models")
    reader = {"AWS_ACCESS_KEY_ID": "reader-key", "AWS_SECRET_ACCESS_KEY": "secret"}
    for name, value in {**storage.env(), **reader}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(PublishError, match=r"AccessDenied.*s3:PutObject"):
        publish_version(model, "s3://models/read-only", 1)


def test_an_endpoint_that_does_not_answer_is_named(
    model: Path, storage: SeaweedFS, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1", "AWS_MAX_ATTEMPTS": "1"}
    for name, value in {**storage.env(), **closed}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(PublishError, match=r"127\.0\.0\.1:1.*check AWS_ENDPOINT_URL_S3"):
        publish_version(model, "s3://models/m", 1)


@pytest.mark.parametrize("url", ["gs://bucket/m", "http://host/m", "s3://", "s3:///m"])
def test_a_url_without_an_s3_bucket_is_refused(model: Path, url: str) -> None:
    with pytest.raises(ValueError, match="s3://bucket/path"):
        publish_version(model, url, 1)
