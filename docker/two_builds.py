# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Builds the image twice from nothing and compares the digests.

    ./bazelw run //docker:two_builds

Each build has an empty output folder and no disk cache, so it fetches and compiles everything. That
takes about ten minutes each on two processors, and 8 GB of disk. Arguments are passed to both
builds. `--once` builds once and compares with the last build in this workspace.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

_DIGEST = Path("docker/image.digest")


def _bazelw(workspace: Path, output_base: str, *arguments: str) -> str:
    command = [str(workspace / "bazelw"), f"--output_base={output_base}", *arguments]
    done = subprocess.run(command, cwd=workspace, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip()


def build(workspace: Path, arguments: list[str]) -> str:
    """Builds the image from nothing and returns its digest."""
    with tempfile.TemporaryDirectory(prefix="two_builds-", dir="/var/tmp") as output_base:
        # Bazel's outputs are read-only and its links to them belong to the usual output folder.
        options = ["--disk_cache=", "--experimental_convenience_symlinks=ignore", *arguments]
        try:
            _bazelw(workspace, output_base, "build", *options, "//docker:image")
            bin_folder = _bazelw(workspace, output_base, "info", *options, "bazel-bin")
            return Path(bin_folder, _DIGEST).read_text(encoding="utf-8").strip()
        finally:
            _bazelw(workspace, output_base, "clean", "--expunge")


def main() -> int:
    """Runs the command line; returns the exit code."""
    workspace = Path(os.environ["BUILD_WORKSPACE_DIRECTORY"])
    arguments = [argument for argument in sys.argv[1:] if argument != "--once"]
    digests = []
    if "--once" in sys.argv:
        last = workspace / "bazel-bin" / _DIGEST
        digests.append(last.read_text(encoding="utf-8").strip())
    while len(digests) < 2:
        digests.append(build(workspace, arguments))
    print(*digests, sep="\n")
    if digests[0] != digests[1]:
        print("The builds differ.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
