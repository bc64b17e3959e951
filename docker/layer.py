# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Layers of the image as tar archives: the same files make the same bytes.

Entries are sorted. Times, owners and the format are fixed; modes are given by the caller.

Example:
    layer = Layer()
    layer.add_file("usr/bin/program", Path("bazel-bin/program"), mode=0o755)
    layer.add_directory("tmp", mode=0o1777)
    layer.write(Path("layer.tar"))
"""

from __future__ import annotations

import io
import tarfile
from pathlib import Path, PurePosixPath

# 2020-01-01, for files and for the image.
TIME = 1577836800
NONROOT = 65532


class LayerError(Exception):
    """A layer cannot be made."""


class Layer:
    """Files, directories and symbolic links, by their path without a leading slash."""

    def __init__(self) -> None:
        self._entries: dict[str, tarfile.TarInfo] = {}
        self._contents: dict[str, bytes | Path] = {}

    def add_file(self, name: str, content: bytes | Path, mode: int = 0o644) -> None:
        """Adds a file with the content of a path, or with these bytes."""
        entry = self._add(name, tarfile.REGTYPE, mode)
        entry.size = len(content) if isinstance(content, bytes) else content.stat().st_size
        self._contents[name] = content

    def add_directory(self, name: str, mode: int = 0o755, owner: int = 0) -> None:
        """Adds a directory. Directories of other entries are added without this call."""
        entry = self._add(name, tarfile.DIRTYPE, mode)
        entry.uid = entry.gid = owner

    def add_symlink(self, name: str, target: str) -> None:
        """Adds a symbolic link."""
        self._add(name, tarfile.SYMTYPE, 0o777).linkname = target

    def _add(self, name: str, kind: bytes, mode: int) -> tarfile.TarInfo:
        if name in self._entries:
            raise LayerError(f"{name} is in the layer already")
        entry = tarfile.TarInfo(name)
        entry.type, entry.mode, entry.mtime = kind, mode, TIME
        self._entries[name] = entry
        return entry

    def _add_parents(self) -> None:
        for name in list(self._entries):
            for parent in PurePosixPath(name).parents:
                if str(parent) not in (".", *self._entries):
                    self.add_directory(str(parent))

    def write(self, path: Path) -> None:
        """Writes the archive, uncompressed."""
        self._add_parents()
        with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as archive:
            for name, entry in sorted(self._entries.items()):
                content = self._contents.get(name)
                if isinstance(content, Path):
                    with content.open("rb") as file:
                        archive.addfile(entry, file)
                else:
                    archive.addfile(entry, None if content is None else io.BytesIO(content))
