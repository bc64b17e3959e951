# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Publishes a SavedModel to a local folder: one rename creates the version."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

from tensorflow_serving_s3.errors import PublishError
from tensorflow_serving_s3.publishing._model import (
    OnProgress,
    Progress,
    Published,
    exists_already,
    files_of,
    is_same_version,
)

_STAGING = ".publishing-"


def publish_to_folder(
    source: Path, base: Path, folder_name: str, *, overwrite: bool, on_progress: OnProgress
) -> Published:
    """Publishes a SavedModel; see `publish`."""
    files = files_of(source)
    target = base / folder_name
    try:
        base.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(base)
        for sibling in base.iterdir():
            if is_same_version(sibling.name, folder_name) and (
                not overwrite or sibling.name != folder_name
            ):
                raise exists_already(str(sibling))
        size = _copy(source, files, base, target, on_progress)
    except OSError as error:
        raise PublishError(f"{target}: cannot publish {source} there: {error}") from error
    return Published(str(target), int(folder_name), len(files), size, 0, 0)


def _copy(
    source: Path, files: list[Path], base: Path, target: Path, on_progress: OnProgress
) -> int:
    """Copies the files and renames their folder; returns the number of bytes."""
    total = sum((source / file).stat().st_size for file in files)
    done = 0
    # In the same folder, because a rename cannot cross filesystems. The name is not a number, so
    # servers ignore the folder.
    staging = Path(tempfile.mkdtemp(prefix=f"{_STAGING}{target.name}-", dir=base))
    old = staging.with_name(f"{staging.name}-replaced")
    lock = _lock(staging)
    try:
        for file in files:
            (staging / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / file, staging / file)
            done += (source / file).stat().st_size
            on_progress(Progress("copy", done, total))
        staging.chmod(0o755)
        if target.exists():
            target.rename(old)
        staging.rename(target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
        if lock is not None:
            os.close(lock)
    return total


def _lock(folder: Path) -> int | None:
    """Locks a folder while this process runs; None if another process has locked it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # Locked, or a filesystem without locks.
        os.close(descriptor)
        return None
    return descriptor


def _remove_leftovers(base: Path) -> None:
    """Removes the folders of publications that were killed."""
    for folder in base.glob(f"{_STAGING}*"):
        lock = _lock(folder) if folder.is_dir() else None
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)
