# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Pushes the image to a registry, with skopeo.

    ./bazelw run //docker:push -- ghcr.io/OWNER/tf-serving-s3
    ./bazelw run //docker:push -- ghcr.io/OWNER/tf-serving-s3 latest

Without tags it pushes the version of the server. The digest is that of
bazel-bin/docker/image.digest.
The credentials are those of `docker login`, `podman login` or `skopeo login`, or the file in
REGISTRY_AUTH_FILE.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from docker.archive import Image


def skopeo_environment(program: Path) -> dict[str, str]:
    """Returns the environment of a program in Debian's unpacked packages, with their libraries."""
    top = program.absolute().parents[2]
    folders = [top / "usr/lib/x86_64-linux-gnu", top / "lib/x86_64-linux-gnu"]
    return {**os.environ, "LD_LIBRARY_PATH": os.pathsep.join(map(str, folders))}


def push(skopeo: Path, archive: Path, repository: str, tags: list[str], options: list[str]) -> int:
    """Pushes each tag; returns the first exit code of skopeo that is not 0."""
    image = Image(archive)
    for tag in tags or [image.name.partition(":")[2]]:
        target = f"docker://{repository}:{tag}"
        command = [str(skopeo), "copy", "--insecure-policy", *options]
        done = subprocess.run(
            [*command, f"oci-archive:{archive}", target],
            env=skopeo_environment(skopeo),
            check=False,
        )
        if done.returncode:
            return done.returncode
        print(f"{repository}:{tag} is {image.digest}")
    return 0


def main() -> int:
    """Runs the command line; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--skopeo", required=True, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--archive", required=True, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--insecure", action="store_true", help="use HTTP, not HTTPS")
    parser.add_argument("repository", help="REGISTRY/NAME, without a tag")
    parser.add_argument("tag", nargs="*", help="by default the version of the server")
    arguments = parser.parse_args()
    options = ["--dest-tls-verify=false"] if arguments.insecure else []
    return push(arguments.skopeo, arguments.archive, arguments.repository, arguments.tag, options)


if __name__ == "__main__":
    sys.exit(main())
