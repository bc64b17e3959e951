# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the refresh of the lock file with a stand-in for apt-cache."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from docker import lock

_APT_CACHE = """#!/bin/sh
for name; do :; done
case $name in
libc6) printf 'Package: libc6\\nVersion: 2.36-9\\nDescription: C\\n SHA256: no\\nSHA256: ab12\\n' ;;
local) printf 'Package: local\\nVersion: 1.0\\n' ;;
*) echo "E: No packages found" >&2; exit 100 ;;
esac
"""


@pytest.fixture(autouse=True)
def _apt_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin/apt-cache"
    program.parent.mkdir()
    program.write_text(_APT_CACHE, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")


def _lock_file(tmp_path: Path, packages: lock.Packages) -> Path:
    path = tmp_path / "lock.json"
    path.write_text(json.dumps({"packages": packages}), encoding="utf-8")
    return path


def test_it_writes_version_and_sha256_and_prints_the_change(tmp_path: Path) -> None:
    path = _lock_file(tmp_path, {"libc6": {"version": "2.35", "sha256": "00"}})
    assert lock.refresh(path) == "libc6 2.35 -> 2.36-9\n"
    pins = json.loads(path.read_text(encoding="utf-8"))["packages"]
    assert pins == {"libc6": {"version": "2.36-9", "sha256": "ab12"}}
    assert "current version" in lock.refresh(path)


def test_a_name_without_a_pin_gets_one(tmp_path: Path) -> None:
    assert lock.refresh(_lock_file(tmp_path, {"libc6": {}})) == "libc6 (new) -> 2.36-9\n"


@pytest.mark.parametrize(
    ("package", "message"),
    [("nothing", "apt has no package nothing"), ("local", "local 1.0 is installed here but")],
)
def test_a_package_that_cannot_be_pinned_is_an_error_and_changes_nothing(
    tmp_path: Path, package: str, message: str
) -> None:
    path = _lock_file(tmp_path, {package: {}})
    before = path.read_bytes()
    with pytest.raises(lock.LockError, match=message):
        lock.refresh(path)
    assert path.read_bytes() == before
