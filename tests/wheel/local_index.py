# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Makes an index for pip of packages that are installed or unpacked in folders.

Example:
    make_index(["site-packages"], ["boto3>=1.36"], Path("index"))
    # pip install --no-index --find-links=index boto3

Bazel keeps packages installed, not as wheels. A package becomes a wheel again from its RECORD, so
pip reads its real name, version, tags and requirements. The wheels are not compressed: TensorFlow's
would take minutes.
"""

from __future__ import annotations

import csv
import importlib.metadata
import io
import zipfile
from collections.abc import Iterable
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# What an installer adds.
_ADDED = {"INSTALLER", "REQUESTED", "RECORD", "direct_url.json"}


def make_index(paths: Iterable[str], requirements: Iterable[str], folder: Path) -> None:
    """Writes the wheels of the packages that some requirements need, directly or not.

    A package that is in several folders gets several wheels: pip chooses.

    Args:
        paths: Folders with installed packages.
        requirements: Lines such as `boto3>=1.36` or `pillow; extra == "images"`. Extras count as
            wanted.
        folder: The folder for the wheels; it must exist.
    """
    known: dict[str, list[importlib.metadata.Distribution]] = {}
    for distribution in importlib.metadata.distributions(path=list(paths)):
        known.setdefault(canonicalize_name(distribution.name), []).append(distribution)
    wanted = [Requirement(text) for text in requirements]
    done: set[str] = set()
    while wanted:
        wish = wanted.pop()
        name = canonicalize_name(wish.name)
        if name in done:
            continue
        done.add(name)
        for distribution in known.get(name, []):
            write_wheel(distribution, folder)
            needed = map(Requirement, distribution.requires or [])
            wanted += [r for r in needed if r.marker is None or r.marker.evaluate({"extra": ""})]


def write_wheel(distribution: importlib.metadata.Distribution, folder: Path) -> Path:
    """Writes the wheel of an installed package and returns its path."""
    rows = [
        row
        for row in csv.reader(io.StringIO(distribution.read_text("RECORD")))
        if row and not row[0].startswith("../") and "__pycache__" not in Path(row[0]).parts
    ]
    info = next(Path(row[0]).parts[0] for row in rows if ".dist-info/" in row[0])
    rows = [row for row in rows if row[0] not in {f"{info}/{name}" for name in _ADDED}]
    path = folder / f"{info.removesuffix('.dist-info')}-{_tag(distribution)}.whl"
    with zipfile.ZipFile(path, "w", strict_timestamps=False) as archive:
        for name, *_ in rows:
            archive.write(str(distribution.locate_file(name)), name)
        record = io.StringIO()
        csv.writer(record, lineterminator="\n").writerows([*rows, [f"{info}/RECORD", "", ""]])
        archive.writestr(f"{info}/RECORD", record.getvalue())
    return path


def _tag(distribution: importlib.metadata.Distribution) -> str:
    """Returns the tag of the file's name, from all tags in WHEEL."""
    tags = HeaderParser().parsestr(distribution.read_text("WHEEL") or "").get_all("Tag", [])
    parts = zip(*(str(tag).split("-") for tag in tags), strict=True)
    return "-".join(".".join(dict.fromkeys(part)) for part in parts)
