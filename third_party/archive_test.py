# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The archives of third_party/archive.bzl are those that docs/build.md tells users to download."""

from __future__ import annotations

import ast
import re
from pathlib import Path

_DOCS = Path("docs/build.md").read_text(encoding="utf-8")


def _archives() -> dict[str, tuple[str, str, str]]:
    """Name of the repository -> path of the URL, strip_prefix, SHA-256."""
    for statement in ast.parse(Path("third_party/archive.bzl").read_text()).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="ARCHIVES")], value=ast.Dict() as table):
                found = {}
                for key, call in zip(table.keys, table.values, strict=True):
                    assert isinstance(key, ast.Constant) and isinstance(call, ast.Call)
                    path, prefix, sha256 = (ast.literal_eval(argument) for argument in call.args)
                    found[str(key.value)] = (path, prefix, sha256)
                return found
    raise AssertionError("third_party/archive.bzl assigns no ARCHIVES")


def test_the_documented_commands_download_every_archive() -> None:
    documented = re.findall(r"^ *(https://\S+)", _DOCS, re.MULTILINE)
    assert sorted(documented) == sorted(f"https://{path}" for path, _, _ in _archives().values())


def test_the_documented_table_names_every_file() -> None:
    files = [path.rpartition("/")[2] for path, _, _ in _archives().values()]
    assert [name for name in files if f"| `{name}` |" not in _DOCS] == []
    # --distdir finds an archive by this name alone.
    assert len(set(files)) == len(files)


def test_each_archive_is_pinned_by_its_sha256() -> None:
    hashes = [sha256 for _, _, sha256 in _archives().values()]
    assert [text for text in hashes if not re.fullmatch("[0-9a-f]{64}", text)] == []
