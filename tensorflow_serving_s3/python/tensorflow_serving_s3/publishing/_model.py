# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The values of publishing: versions by name, progress and results."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tensorflow_serving_s3.errors import PublishError
from tensorflow_serving_s3.storage import SAVED_MODEL

HIGHEST_VERSION = 2**63 - 1


@dataclass(frozen=True)
class Progress:
    """The progress of a publication.

    Attributes:
        step: `hash`, `upload` or `copy`.
        done_bytes: The bytes that are done in this step, including those that were in the store.
        total_bytes: All bytes of this step.
    """

    step: str
    done_bytes: int
    total_bytes: int


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True)
class Published:
    """The result of a publication.

    Attributes:
        url: The URL or path of the version.
        version: Its number.
        uploaded_files: The number of files that were written.
        uploaded_bytes: The bytes that were sent.
        skipped_files: The number of files that were in the store with the same contents.
        skipped_bytes: The bytes that were in the store: of these files, and of parts of large files
            that an interrupted publication had sent.
        pruned: The versions that were deleted, the newest first.
    """

    url: str
    version: int
    uploaded_files: int
    uploaded_bytes: int
    skipped_files: int
    skipped_bytes: int
    pruned: tuple[int, ...] = ()


def folder_name_of(version: int | str) -> str:
    """Returns the name of the folder of a version.

    Raises:
        ValueError: `version` is not a version.
    """
    name = str(version)
    if not re.fullmatch("[0-9]+", name) or int(name) > HIGHEST_VERSION:
        raise ValueError(
            f"{version!r} is not a version; give a whole number from 0 to {HIGHEST_VERSION}"
        )
    return name


def is_same_version(name: str, folder_name: str) -> bool:
    """Whether a name is that of the same version, with any number of leading zeros."""
    return re.fullmatch("[0-9]+", name) is not None and int(name) == int(folder_name)


def files_of(source: Path) -> list[Path]:
    """Returns the files of a SavedModel relative to its folder, saved_model.pb last.

    Links to files and folders are followed. A broken link is in the result: reading it fails and
    names it.

    Raises:
        PublishError: The folder has no saved_model.pb, or a folder in it cannot be read.
    """
    if not (source / SAVED_MODEL).is_file():
        raise PublishError(
            f"{source}: no {SAVED_MODEL} in it; give the folder that tf.saved_model.save wrote"
        )
    files = []
    try:
        for folder, _, names in os.walk(source, onerror=_raise, followlinks=True):
            files += [Path(folder, name).relative_to(source) for name in names]
    except OSError as error:
        raise PublishError(f"{source}: cannot be read: {error}") from error
    return sorted(files, key=lambda file: (file == Path(SAVED_MODEL), file))


def _raise(error: OSError) -> None:
    raise error


def exists_already(url: str) -> PublishError:
    """Returns the error for a version that exists."""
    return PublishError(
        f"{url}: this version exists already, and versions never change; "
        "publish with a higher number"
    )


def is_marker(name: str) -> bool:
    """Whether an object only marks a folder: that of the version, or one in it."""
    return not name or name.endswith("/")
