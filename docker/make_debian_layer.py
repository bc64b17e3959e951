# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Makes the layer with Debian's packages: what a program needs, and nothing that runs by itself.

It has shared libraries, certificates, time zones and licences out of the packages, and instead of
their scripts, which are not run: users, the file of all CA certificates, and the records of the
packages in the places where scanners for vulnerabilities look.
"""

from __future__ import annotations

import argparse
import io
import re
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

from docker.layer import NONROOT, Layer, LayerError

# Files of the packages that are in the image; all others are left out.
_WANTED = re.compile(
    r"""
    lib64/.+ | (usr/)?lib/x86_64-linux-gnu/[^/]+\.so[^/]* | usr/lib/os-release
    | etc/(debian_version|host\.conf|os-release)
    | usr/share/(common-licenses/[^/]+|doc/[^/]+(/copyright)?)
    | usr/share/zoneinfo/(?!posix/|right/|localtime$).+
    """,
    re.VERBOSE,
)
_CERTIFICATE = re.compile(r"usr/share/ca-certificates/mozilla/.+\.crt")

_FILES = {
    "etc/passwd": f"""root:x:0:0:root:/:/sbin/nologin
nonroot:x:{NONROOT}:{NONROOT}:nonroot:/home/nonroot:/sbin/nologin
""",
    "etc/group": f"root:x:0:\nnonroot:x:{NONROOT}:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}
# Mount points of container runtimes, and where models are by default.
_DIRECTORIES = ("dev", "models", "proc", "run", "sys")


def _run(*command: str) -> bytes:
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        raise LayerError(f"{' '.join(command)} failed: {done.stderr.decode()}")
    return done.stdout


def _members(package: Path) -> Iterator[tuple[str, tarfile.TarInfo, bytes]]:
    """Yields the files and symbolic links of a package, and the contents of the files."""
    data = _run("dpkg-deb", "--fsys-tarfile", str(package))
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for member in archive:
            content = b"" if not (member.isreg() or member.islnk()) else _read(archive, member)
            if not member.isdir():
                yield member.name.removeprefix("./"), member, content


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)  # Follows hard links.
    if file is None:
        raise LayerError(f"cannot read {member.name}")
    with file:
        return file.read()


def make(packages: dict[str, Path]) -> Layer:
    """Returns the layer with these packages: their names, and the files of Debian's archive."""
    layer = Layer()
    certificates: dict[str, bytes] = {}
    for name, package in sorted(packages.items()):
        for path, member, content in _members(package):
            if _CERTIFICATE.fullmatch(path):
                certificates[path] = content
            elif not _WANTED.fullmatch(path):
                continue
            elif member.issym():
                layer.add_symlink(path, member.linkname)
            else:
                layer.add_file(path, content, member.mode & 0o755)
        record = _run("dpkg-deb", "--field", str(package))
        layer.add_file(f"var/lib/dpkg/status.d/{name}", record)
    bundle = b"".join(text.rstrip(b"\n") + b"\n" for _, text in sorted(certificates.items()))
    layer.add_file("etc/ssl/certs/ca-certificates.crt", bundle)
    for path, text in _FILES.items():
        layer.add_file(path, text.encode())
    for path in _DIRECTORIES:
        layer.add_directory(path)
    for path in ("tmp", "var/tmp"):
        layer.add_directory(path, mode=0o1777)
    layer.add_directory("home/nonroot", mode=0o700, owner=NONROOT)
    return layer


def main() -> None:
    """Makes the layer that the command line describes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", action="append", required=True, type=Path)
    parser.add_argument("--output", required=True, type=Path)
    arguments = parser.parse_args()
    make({path.stem: path for path in arguments.package}).write(arguments.output)


if __name__ == "__main__":
    main()
