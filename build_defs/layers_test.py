# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that no source file includes a header of an upper folder of build_defs/layers.bzl."""

from __future__ import annotations

import ast
import dataclasses
import itertools
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

_INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)

Layer = str | tuple[str, ...]
Layers = Mapping[str, Sequence[Layer]]


@dataclasses.dataclass(frozen=True)
class Include:
    """A line of a source file that includes a header of this repository."""

    file: str
    header: str


@dataclasses.dataclass(frozen=True)
class Place:
    """A folder below `top` (a key of LAYERS), and the number of its layer from the bottom."""

    top: str
    folder: str
    layer: int


def table(text: str) -> Layers:
    """Returns the constant LAYERS in the text of build_defs/layers.bzl."""
    for statement in ast.parse(text).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="LAYERS")], value=value):
                layers: Layers = ast.literal_eval(value)
                return layers
    raise AssertionError("build_defs/layers.bzl assigns no LAYERS")


def includes(root: Path, top: str) -> Iterator[Include]:
    """Yields the includes of all sources under `top`, a key of LAYERS."""
    for folder, subfolders, files in os.walk(root / top):
        subfolders.sort()
        for name in sorted(files):
            path = Path(folder, name)
            if path.suffix in (".cc", ".h"):
                for header in _INCLUDE.findall(path.read_text()):
                    yield Include(str(path.relative_to(root)), header)


def is_testing(file: str) -> bool:
    """Returns true for test support."""
    return "testing" in Path(file).parts[:-1]


def is_test(file: str) -> bool:
    """Returns true for tests and test support, which may include test support."""
    return file.endswith("_test.cc") or is_testing(file)


def place(layers: Layers, top: str, file: str) -> Place | None:
    """Returns the place of a file below `top`; None if LAYERS has no layer for it."""
    folder = str(Path(file).parent.relative_to(top))
    found = None
    for number, layer in enumerate(layers[top]):
        for name in (layer,) if isinstance(layer, str) else layer:
            inside = folder == "." if name == "" else f"{folder}/".startswith(f"{name}/")
            if inside:
                found = Place(top, name, number)
    return found


def common_top(layers: Layers, include: Include) -> str | None:
    """Returns the innermost key of LAYERS that contains both files."""
    both = [
        top
        for top in layers
        if include.file.startswith(f"{top}/") and include.header.startswith(f"{top}/")
    ]
    return max(both, key=len, default=None)


def find_cycle(edges: Mapping[tuple[str, str], Include]) -> list[Include]:
    """Returns the includes of a cycle of folders; empty if there is none."""
    successors: dict[str, list[str]] = {}
    for source, target in edges:
        successors.setdefault(source, []).append(target)
    done: set[str] = set()

    def search(folder: str, path: list[str]) -> list[str]:
        if folder in path:
            return [*path[path.index(folder) :], folder]
        if folder in done:
            return []
        for target in successors.get(folder, []):
            if found := search(target, [*path, folder]):
                return found
        done.add(folder)
        return []

    for start in successors:
        if found := search(start, []):
            return [edges[pair] for pair in itertools.pairwise(found)]
    return []


def faults(root: Path, layers: Layers) -> list[str]:
    """Returns a message for each violation of the rules."""
    found: list[str] = []
    edges: dict[str, dict[tuple[str, str], Include]] = {}
    outermost = [h for h in layers if not any(h.startswith(f"{other}/") for other in layers)]
    for include in (include for top in outermost for include in includes(root, top)):
        if is_testing(include.header) and not is_test(include.file):
            found.append(
                f"{include.file} includes {include.header}: only tests and folders named testing "
                "may use test support"
            )
        top = common_top(layers, include)
        if top is None or is_testing(include.file) or is_testing(include.header):
            continue
        ends = (include.file, include.header)
        user, used = (place(layers, top, end) for end in ends)
        for end, at in zip(ends, (user, used), strict=True):
            if at is None:
                found.append(
                    f"{end}: LAYERS in build_defs/layers.bzl names no layer of {top} for it"
                )
        if user is None or used is None or user == used:
            continue
        if user.layer < used.layer:
            found.append(
                f"{include.file} includes {include.header}: in {top}, the folder "
                f'"{used.folder}" is above "{user.folder}" (LAYERS in build_defs/layers.bzl)'
            )
        edges.setdefault(top, {}).setdefault((user.folder, used.folder), include)
    for top, of_top in edges.items():
        if path := find_cycle(of_top):
            steps = "; ".join(f"{step.file} includes {step.header}" for step in path)
            found.append(f"the folders of {top} include each other in a cycle: {steps}")
    return sorted(set(found))


def test_no_file_of_this_repository_includes_an_upper_folder() -> None:
    bzl = Path("build_defs/layers.bzl").resolve()
    root = bzl.parent.parent
    layers = table(bzl.read_text())
    assert sum(1 for _ in includes(root, "tensorflow_serving_s3")) > 1000
    assert "\n".join(faults(root, layers)) == ""


# Tests of the check itself, with small trees.

LAYERS_OF_THE_EXAMPLE: Layers = {"house": ["cellar", ("left", "right"), "attic/small", ""]}


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        pytest.param({"cellar/a.cc": ["cellar/a.h"]}, "", id="own folder"),
        pytest.param({"attic/small/a.cc": ["cellar/a.h"], "a.h": ["left/b.h"]}, "", id="lower"),
        pytest.param(
            {"cellar/a.h": ["left/b.h"]},
            'house/cellar/a.h includes house/left/b.h: in house, the folder "left" is above '
            '"cellar" (LAYERS in build_defs/layers.bzl)',
            id="upper",
        ),
        pytest.param(
            {"attic/small/a_test.cc": ["b.h"]},
            'house/attic/small/a_test.cc includes house/b.h: in house, the folder "" is above '
            '"attic/small" (LAYERS in build_defs/layers.bzl)',
            id="the top folder itself, from a test",
        ),
        pytest.param({"left/a.h": ["right/b.h"]}, "", id="neighbour"),
        pytest.param(
            {"left/a.h": ["right/b.h"], "right/c.cc": ["left/d.h"]},
            "the folders of house include each other in a cycle: house/left/a.h includes "
            "house/right/b.h; house/right/c.cc includes house/left/d.h",
            id="cycle",
        ),
        pytest.param(
            {"garden/a.h": ["cellar/b.h"]},
            "house/garden/a.h: LAYERS in build_defs/layers.bzl names no layer of house for it",
            id="folder without a layer",
        ),
        pytest.param(
            {"testing/a.h": ["b.h"], "cellar/a_test.cc": ["testing/a.h"]}, "", id="test support"
        ),
        pytest.param(
            {"left/a.cc": ["testing/a.h"]},
            "house/left/a.cc includes house/testing/a.h: only tests and folders named testing "
            "may use test support",
            id="test support in the product",
        ),
    ],
)
def test_the_check(tmp_path: Path, files: Mapping[str, Sequence[str]], fault: str) -> None:
    for name, headers in files.items():
        file = tmp_path / "house" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f'#include "house/{header}"\n' for header in headers))
    assert "\n".join(faults(tmp_path, LAYERS_OF_THE_EXAMPLE)) == fault
