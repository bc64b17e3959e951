# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The documents name files that exist, link headings that exist, and are wrapped."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

_COLUMNS = 100
# A path in a code span is checked if it begins with one of these.
_TOP_FOLDERS = (
    "benchmarks/",
    "build_defs/",
    "docker/",
    "docs/",
    "examples/",
    "tensorflow_serving_s3/",
    "tests/",
    "third_party/",
)
# Paths in code spans may also be relative to the product, as in `core/source.h`.
_BASES = ("", "tensorflow_serving_s3/", "tensorflow_serving_s3/filesystem/s3/")
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
# A label in a command or a code span, without repositories such as @pip.
_LABEL = re.compile(r"(?<=[ `=])//([a-z][\w/.-]*)(?::([\w/.-]+))?")
_SPAN = re.compile(r"`([^`\n]+)`")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_FILE = re.compile(r"[\w./-]+/[\w.-]+\.(?:cc|h|py|bzl|proto|md)")


def _root() -> Path:
    """The source tree: where the link to a file at its root leads."""
    return Path("pyproject.toml").resolve().parent


def _documents() -> list[str]:
    found = []
    for folder, subfolders, files in os.walk(_root()):
        subfolders[:] = [name for name in subfolders if not name.startswith((".", "bazel-"))]
        found += [
            os.path.relpath(Path(folder, name), _root()) for name in files if name.endswith(".md")
        ]
    return sorted(found)


DOCUMENTS = _documents()


def _text(document: str) -> str:
    return (_root() / document).read_text(encoding="utf-8")


def _anchors(document: str) -> set[str]:
    """The anchors that GitHub gives the headings of a document."""
    anchors: set[str] = set()
    for heading in _HEADING.findall(_FENCE.sub("", _text(document))):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        count = 1
        unique = anchor
        while unique in anchors:
            unique = f"{anchor}-{count}"
            count += 1
        anchors.add(unique)
    return anchors


def test_there_are_documents() -> None:
    assert {"README.md", "CONTRIBUTING.md", "docs/architecture.md"} <= set(DOCUMENTS)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_to_files_and_headings(document: str) -> None:
    broken = []
    for link in _LINK.findall(_FENCE.sub("", _text(document))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = os.path.normpath(os.path.join(os.path.dirname(document), path))
        if not path:
            target = document
        if not (_root() / target).exists() or (anchor and anchor not in _anchors(target)):
            broken.append(link)
    assert not broken


@pytest.mark.parametrize("document", DOCUMENTS)
def test_files_in_code_spans_exist(document: str) -> None:
    spans = _SPAN.findall(_FENCE.sub("", _text(document)))
    files = [
        span
        for span in spans
        if _FILE.fullmatch(span) and "NAME" not in span and (_is_ours(span) or _is_beside(span))
    ]
    assert not [
        file
        for file in files
        if not any((_root() / base / file).exists() for base in _bases(document))
    ]


def _is_ours(span: str) -> bool:
    return span.startswith(_TOP_FOLDERS)


def _is_beside(span: str) -> bool:
    """Whether the first folder of a path is one of the product."""
    return any((_root() / base / span.split("/")[0]).is_dir() for base in _BASES)


def _bases(document: str) -> list[str]:
    return [*_BASES, os.path.dirname(document)]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_targets_exist(document: str) -> None:
    labels = set(_LABEL.findall(_text(document)))
    assert [label for label in sorted(labels) if not _is_target(*label)] == []


def _is_target(package: str, name: str) -> bool:
    """Whether a BUILD file has a target, or a folder has packages for `//folder/...`."""
    if "FOLDER" in package:
        return True
    if package.endswith("..."):
        return (_root() / package.removesuffix("...")).is_dir()
    build = _root() / package / "BUILD"
    if not build.is_file():
        return False
    text = build.read_text(encoding="utf-8")
    # The macros declare NAME_test and NAME_soak_test, and `all` means all targets. A label without
    # a name may also mean the folder.
    test = name.replace("_soak_test", "_test")
    names = {name, test, test.removesuffix("_test"), name.removesuffix("_soak_test")}
    return name in ("", "all") or any(f'"{known}"' in text for known in names)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_lines_are_wrapped(document: str) -> None:
    lines = _FENCE.sub("", _text(document)).splitlines()
    long = [line for line in lines if len(line) > _COLUMNS and not _may_be_long(line)]
    assert not long


def _may_be_long(line: str) -> bool:
    """Tables, headings, and lines that a link makes long."""
    return line.startswith(("|", "#")) or len(_LINK.sub("]", line)) <= _COLUMNS


@pytest.mark.parametrize("page", [d for d in DOCUMENTS if d.startswith("docs/")])
def test_the_readme_links_the_page(page: str) -> None:
    assert f"]({page}" in _text("README.md")


def test_every_decision_has_a_number_of_its_own() -> None:
    numbers = [int(n) for n in re.findall(r"^- \*\*(\d+)\.", _text("docs/decisions.md"), re.M)]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
