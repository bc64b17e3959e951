# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests pruning and rollbacks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tensorflow_serving_s3 import config, publishing
from tensorflow_serving_s3.errors import PublishError
from tensorflow_serving_s3.storage import find_versions
from tests.support.published import (
    LARGE,
    SMALL,
    contents_of,
    numbers_of,
    requests,
)

pytest_plugins = ["tests.support.published"]


@pytest.mark.parametrize(
    ("keep", "protected", "text", "left"),
    [
        (1, (), "", [5, 4]),
        (2, (), "", [5, 4]),
        (3, (), "", [5, 4, 3]),
        (9, (), "", [5, 4, 3, 2, 1]),
        (1, (2,), "", [5, 4, 2]),
        (1, (), "model_version_policy { specific { versions: 1 } }", [5, 4, 1]),
        (1, (), "model_version_policy { latest { num_versions: 3 } }", [5, 4, 3]),
        (1, (), 'version_labels { key: "stable" value: 2 }', [5, 4, 2]),
    ],
)
def test_pruning_keeps_what_may_be_served(
    client: Any,
    model: Path,
    base: str,
    keep: int,
    protected: tuple[int, ...],
    text: str,
    left: list[int],
) -> None:
    for version in range(1, 5):
        publishing.publish(model, base, version, client=client)
    document = config.parse(
        f'model_config_list {{ config {{ name: "m" base_path: "{base}/" {text} }} }}'
    )
    published = publishing.publish(
        model,
        base,
        keep_last=keep,
        protected=protected,
        configuration=document,
        client=client,
    )
    assert numbers_of(base, client) == left
    assert sorted([*left, *published.pruned]) == [1, 2, 3, 4, 5]


def test_incomplete_versions_are_not_pruned_and_not_counted(
    client: Any, model: Path, base: str
) -> None:
    for version in (1, 3, 5):
        publishing.publish(model, base, version, client=client)
    for version in (2, 6):
        client.delete_object(Bucket="models", Key=f"{base[12:]}/{version}/saved_model.pb")
        client.put_object(Bucket="models", Key=f"{base[12:]}/{version}/{LARGE}", Body=b"x")
    assert publishing.prune(base, 2, client=client) == (1,)
    assert numbers_of(base, client) == [6, 5, 3, 2]


def test_a_pruned_version_loses_saved_model_pb_first(client: Any, model: Path, base: str) -> None:
    publishing.publish(model, base, 1, client=client)
    publishing.publish(model, base, 2, client=client)
    deleted: list[list[str]] = []
    client.meta.events.register(
        "provide-client-params.s3.DeleteObject", lambda params, **_: deleted.append([params["Key"]])
    )
    client.meta.events.register(
        "provide-client-params.s3.DeleteObjects",
        lambda params, **_: deleted.append([o["Key"] for o in params["Delete"]["Objects"]]),
    )
    publishing.prune(base, 1, client=client)
    assert deleted[0] == [f"{base[12:]}/1/saved_model.pb"]
    assert sorted(deleted[1]) == sorted(
        f"{base[12:]}/1/{name}" for name in SMALL if name != "saved_model.pb"
    )


@pytest.mark.parametrize("keep", [0, -1])
def test_at_least_one_version_stays(client: Any, model: Path, base: str, keep: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        publishing.publish(model, base, keep_last=keep, client=client)
    assert numbers_of(base, client) == []


@pytest.mark.parametrize(("to", "contents"), [(None, b"2"), (1, b"1"), (3, b"3")])
def test_a_rollback_publishes_an_older_version_again(
    client: Any, model: Path, base: str, to: int | None, contents: bytes
) -> None:
    for version in (1, 2, 3):
        (model / "variables/variables.index").write_bytes(str(version).encode())
        publishing.publish(model, base, version, client=client)
    assert publishing.rollback(base, to, client=client).url == f"{base}/4"
    newest = find_versions(base, client=client).versions[0]
    assert (newest.number, newest.is_complete) == (4, True)
    assert contents_of(newest, client)["variables/variables.index"] == contents


def test_a_rollback_copies_saved_model_pb_last(client: Any, model: Path, base: str) -> None:
    publishing.publish(model, base, 1, client=client)
    publishing.publish(model, base, 2, client=client)
    copied = requests(client, "CopyObject")
    publishing.rollback(base, client=client)
    assert copied[-1] == f"{base[12:]}/3/saved_model.pb"
    assert len(copied) == 3


@pytest.mark.parametrize("to", [None, 7])
def test_a_rollback_without_a_target_names_the_versions(
    client: Any, model: Path, base: str, to: int | None
) -> None:
    publishing.publish(model, base, 5, client=client)
    with pytest.raises(PublishError, match="the complete versions: 5"):
        publishing.rollback(base, to, client=client)


def test_versions_in_a_folder_are_published_pruned_and_rolled_back(
    model: Path, tmp_path: Path
) -> None:
    base = tmp_path / "base"
    for _ in range(3):
        published = publishing.publish(model, base, keep_last=1)
    assert published.pruned == (1,)
    assert publishing.rollback(base).version == 4
    assert sorted(path.name for path in base.iterdir()) == ["2", "3", "4"]
    assert publishing.publish(model, base, 4, overwrite=True).version == 4
    assert sorted(path.name for path in base.iterdir()) == ["2", "3", "4"]
