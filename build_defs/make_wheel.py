# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Makes a wheel for every CPython 3 from files and a METADATA file; see wheel.bzl.

The tag of the wheel states the glibc that its binaries need. `--metadata` has the name and the
version. Lines such as `Entry-Point: [console_scripts] mine = my_package.cli:main` become the entry
points.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import os
import re
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

_TIME = (2020, 1, 1, 0, 0, 0)  # The same files make the same wheel.
_ENTRY_POINT = "Entry-Point: "
_ENTRY_POINT_VALUE = re.compile(r"\[([\w.]+)\] (.+)")
_DEBIAN_COPYRIGHT = Path("/usr/share/doc")
# manylinux_2_N: the first glibc of the series whose distributions have this libstdc++.
_GLIBC_OF_LIBSTDCXX = {29: 34, 30: 35, 31: 38, 32: 39, 33: 40}
_OLDEST_GLIBC = 17


class WheelError(Exception):
    """The wheel cannot be made."""


def glibc_of(binary: Path) -> int:
    """Returns the minor number N of the glibc 2.N that a binary and its libstdc++ need."""
    symbols = subprocess.run(
        ["objdump", "-T", os.fspath(binary)], check=True, capture_output=True, text=True
    ).stdout
    needed = [int(minor) for minor in re.findall(r"\bGLIBC_2\.([0-9]+)", symbols)]
    for minor in map(int, re.findall(r"\bGLIBCXX_3\.4\.([0-9]+)", symbols)):
        if minor >= min(_GLIBC_OF_LIBSTDCXX):
            if minor not in _GLIBC_OF_LIBSTDCXX:
                raise WheelError(f"{binary} needs GLIBCXX_3.4.{minor}, an unknown libstdc++")
            needed.append(_GLIBC_OF_LIBSTDCXX[minor])
    return max(needed, default=_OLDEST_GLIBC)


def is_binary(path: Path) -> bool:
    """Returns whether a file is an ELF program or library."""
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def copyrights(packages: list[str]) -> Iterator[tuple[str, bytes]]:
    """Yields the names and the contents of the licences of Debian packages."""
    for package in packages:
        path = _DEBIAN_COPYRIGHT / package / "copyright"
        if not path.is_file():
            raise WheelError(f"{path} is missing; install {package}")
        yield f"debian/{package}/copyright", path.read_bytes()


def split_metadata(text: str) -> tuple[dict[str, str], str, dict[str, list[str]]]:
    """Returns the first value of each field, METADATA, and the entry points by their group.

    Raises:
        WheelError: An entry point has no group.
    """
    fields: dict[str, str] = {}
    lines: list[str] = []
    entry_points: dict[str, list[str]] = {}
    for line in text.splitlines(keepends=True):
        if line.startswith(_ENTRY_POINT):
            found = _ENTRY_POINT_VALUE.fullmatch(line.removeprefix(_ENTRY_POINT).strip())
            if found is None:
                raise WheelError(
                    f"{line.strip()!r}: write {_ENTRY_POINT}[GROUP] NAME = MODULE:OBJECT"
                )
            entry_points.setdefault(found[1], []).append(found[2])
            continue
        lines.append(line)
        name, separator, value = line.partition(": ")
        if separator:
            fields.setdefault(name, value.strip())
    return fields, "".join(lines), entry_points


def entry_points_text(entry_points: Mapping[str, list[str]]) -> str:
    """Returns the content of entry_points.txt."""
    groups = (
        f"[{group}]\n" + "".join(f"{point}\n" for point in points)
        for group, points in entry_points.items()
    )
    return "\n".join(groups)


def record_line(name: str, content: bytes) -> str:
    """Returns the line of RECORD for a file."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(content)}\n"


def write_wheel(path: Path, contents: Mapping[str, bytes], programs: set[str], record: str) -> None:
    """Writes the archive, and RECORD last."""
    lines = "".join(record_line(name, content) for name, content in contents.items())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in {**contents, record: f"{lines}{record},,\n".encode()}.items():
            entry = zipfile.ZipInfo(name, _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100755 if name in programs else 0o100644) << 16
            archive.writestr(entry, content)


def make(arguments: argparse.Namespace) -> Path:
    """Makes the wheel and returns its path."""
    fields, metadata, entry_points = split_metadata(arguments.metadata.read_text())
    name = f"{fields['Name'].replace('-', '_')}-{fields['Version']}"
    info = f"{name}.dist-info"
    files = {place: Path(path) for place, _, path in (f.partition("=") for f in arguments.file)}
    binaries = {place for place, path in files.items() if is_binary(path)}
    glibc = max((glibc_of(files[place]) for place in binaries), default=_OLDEST_GLIBC)
    tag = f"py3-none-manylinux_2_{glibc}_x86_64"

    contents = {place: path.read_bytes() for place, path in sorted(files.items())}
    for path in arguments.license:
        place = os.fspath(path).rpartition("external/")[2]
        contents[f"{info}/licenses/{place}"] = path.read_bytes()
    for place, content in copyrights(arguments.debian_package):
        contents[f"{info}/licenses/{place}"] = content
    contents[f"{info}/METADATA"] = metadata.encode()
    contents[f"{info}/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: make_wheel\nRoot-Is-Purelib: false\nTag: {tag}\n"
    ).encode()
    contents[f"{info}/entry_points.txt"] = entry_points_text(entry_points).encode()
    wheel = Path(arguments.output, f"{name}-{tag}.whl")
    wheel.parent.mkdir(parents=True, exist_ok=True)
    programs = {place for place in binaries if ".so" not in place}
    write_wheel(wheel, contents, programs, f"{info}/RECORD")
    return wheel


def main() -> None:
    """Makes the wheel that the command line describes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, required=True, help="the folder of the wheel")
    parser.add_argument("--metadata", type=Path, required=True)
    parser.add_argument("--file", action="append", default=[], metavar="PLACE=PATH")
    parser.add_argument("--license", action="append", default=[], type=Path)
    parser.add_argument("--debian_package", action="append", default=[])
    make(parser.parse_args())


if __name__ == "__main__":
    main()
