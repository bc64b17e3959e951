# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Pins the current versions of the image's Debian packages in docker/debian.lock.json.

    ./bazelw run //docker:lock

It keeps the names in the file. To add or remove a package, edit the names and run it. The versions
are those that apt would install on this machine, which must be Debian 12 for x86-64.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

_LOCK = Path("docker/debian.lock.json")

# Name -> version and SHA-256.
Packages = dict[str, dict[str, str]]


class LockError(Exception):
    """The versions cannot be pinned."""


def _apt_cache_show(name: str) -> dict[str, str]:
    """Returns the fields of the version that apt would install."""
    done = subprocess.run(
        ["apt-cache", "show", "--no-all-versions", name],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise LockError(f"apt has no package {name}: {done.stderr.strip()}")
    pairs = (line.partition(": ") for line in done.stdout.splitlines() if line[:1].strip())
    return {field: value for field, _, value in pairs}


def pin(names: list[str]) -> Packages:
    """Returns the current versions of packages."""
    packages: Packages = {}
    for name in sorted(names):
        fields = _apt_cache_show(name)
        if "SHA256" not in fields:
            raise LockError(
                f"{name} {fields.get('Version')} is installed here but is in no archive of apt;"
                " run this on a Debian 12 that has only Debian's own packages"
            )
        packages[name] = {"version": fields["Version"], "sha256": fields["SHA256"]}
    return packages


def refresh(path: Path) -> str:
    """Writes the lock file; returns the changes."""
    lock = json.loads(path.read_text(encoding="utf-8"))
    old: Packages = lock["packages"]
    lock["packages"] = pin(list(old))
    path.write_text(json.dumps(lock, indent=2) + "\n", encoding="utf-8")
    changes = [
        f"{name} {old[name].get('version', '(new)')} -> {package['version']}\n"
        for name, package in lock["packages"].items()
        if package != old[name]
    ]
    return "".join(changes) or "All packages are at the current version.\n"


def main() -> int:
    """Runs the command line; returns the exit code."""
    if os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "--quiet=2"], check=False)
    else:
        print("If apt's lists may be old, run first: sudo apt-get update", file=sys.stderr)
    try:
        sys.stdout.write(refresh(Path(os.environ["BUILD_WORKSPACE_DIRECTORY"], _LOCK)))
    except LockError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
