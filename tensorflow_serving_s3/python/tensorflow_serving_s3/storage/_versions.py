# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The versions under a base path, and whether they are complete, by the rules of the server.

The rules are those of `version_listing.cc` and `completeness.cc` in the C++ sources.
"""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tensorflow_serving_s3.storage._stores import StoredFile, open_store

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SAVED_MODEL = "saved_model.pb"
_GRAPHS = (SAVED_MODEL, "saved_model.pbtxt", "saved_model.cpb")
_INDEX = "variables/variables.index"
_SHARD = re.compile(r"variables/variables\.data-.{5}-of-(\d{5})")
_HIGHEST = 2**63 - 1


@dataclass(frozen=True)
class Version:
    """A version folder.

    Attributes:
        number: The version.
        name: The name of its folder, which may have leading zeros.
        url: The URL or path of its folder.
        files: Its files by their path in the folder.
    """

    number: int
    name: str
    url: str
    files: Mapping[str, StoredFile]

    @property
    def missing(self) -> str:
        """The first file that is missing; "" if the version is complete."""
        return missing_file(self.files)

    @property
    def is_complete(self) -> bool:
        """Whether the server would load it."""
        return not self.missing

    @property
    def size(self) -> int:
        """The size of all files in bytes."""
        return sum(file.size for file in self.files.values())

    @property
    def modified(self) -> datetime.datetime:
        """The time of the last change of a file."""
        return max(file.modified for file in self.files.values())


@dataclass(frozen=True)
class VersionListing:
    """The contents of a base path.

    Attributes:
        versions: The newest first; one for each number.
        problems: Messages about folders that the server ignores although their names are numbers.
        exists: Whether there is any file under the base path.
    """

    versions: tuple[Version, ...]
    problems: tuple[str, ...]
    exists: bool


def find_versions(
    base_path: str | os.PathLike[str], *, client: S3Client | None = None
) -> VersionListing:
    """Lists the versions under a base path.

    Args:
        base_path: `s3://bucket/path` or a local folder.
        client: A boto3 client for S3; None: one with the settings of the environment.

    Raises:
        StorageError: The store refused or failed. The message has the cure.
        ValueError: `base_path` is neither an S3 URL nor a path.
    """
    store, folder = open_store(base_path, client)
    folder = folder.rstrip("/")
    return group_versions(folder, store.url(folder), store.files(folder))


def group_versions(folder: str, url: str, files: Iterable[StoredFile]) -> VersionListing:
    """Groups the files below a folder by version."""
    prefix = f"{folder}/" if folder else ""
    by_name: dict[str, dict[str, StoredFile]] = {}
    exists = False
    for file in files:
        exists = True
        name, _, rest = file.path.removeprefix(prefix).partition("/")
        if re.fullmatch("[0-9]+", name) and rest:
            by_name.setdefault(name, {})[rest] = file
    problems = [
        f'"{name}" is ignored: a version number is at most {_HIGHEST}'
        for name in by_name
        if int(name) > _HIGHEST
    ]
    used: dict[int, str] = {}
    for name in sorted(by_name, key=lambda name: (len(name), name)):
        number = int(name)
        if number > _HIGHEST:
            continue
        first = used.setdefault(number, name)
        if first != name:
            problems.append(
                f'"{name}" is ignored: "{first}" is version {number} too; delete one of them'
            )
    versions = [
        Version(number, name, f"{url}/{name}", by_name[name])
        for number, name in sorted(used.items(), reverse=True)
    ]
    return VersionListing(tuple(versions), tuple(sorted(problems)), exists)


def missing_file(files: Iterable[str]) -> str:
    """Returns the first file that a version lacks; "" if the server would load it.

    Args:
        files: The paths of its files, relative to its folder.
    """
    names = set(files)
    if not names & set(_GRAPHS):
        return SAVED_MODEL
    counts = {int(found[1]) for name in names if (found := _SHARD.fullmatch(name))}
    shards = [
        f"variables/variables.data-{number:05}-of-{count:05}"
        for count in sorted(counts)
        for number in range(count)
    ]
    if _INDEX not in names:
        return _INDEX if shards else ""
    if not shards:
        return "variables/variables.data-*"
    return next((shard for shard in shards if shard not in names), "")
