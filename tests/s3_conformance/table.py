# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Generates docs/s3_conformance.md and the table of docs/s3.md from the suite and its differences.

table.py FOLDER > docs/s3_conformance.md
table.py --summary FOLDER

FOLDER has the test modules. The runs verify the differences: a case with a difference that passes
fails its run, and so does another case that fails.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.s3_conformance.differences import DIFFERENCES, Difference, Run

_MODULES = ("reading", "writing", "tree", "names", "errors", "training")

# Heading -> the run. A column is for both versions of TensorFlow: 2.21 and 2.16 have the same
# differences.
_COLUMNS = {
    "this filesystem, SeaweedFS": Run("seaweedfs", "tf_serving_s3"),
    "this filesystem, rclone": Run("rclone", "tf_serving_s3"),
    "tensorflow-io, SeaweedFS": Run("seaweedfs", "tensorflow_io"),
    "tensorflow-io, rclone": Run("rclone", "tensorflow_io"),
}

_HEAD = """# S3 conformance

Which test passes on which store, for this filesystem and for tensorflow-io. One suite,
`//tests/s3_conformance`, runs through TensorFlow's Python interface against two S3 servers:

- this filesystem: the same `libs3_filesystem.so` in TensorFlow 2.21 and in 2.16;
- tensorflow-io 0.37.1 in TensorFlow 2.16, with the scheme in its endpoint and with
  `S3_DISABLE_MULTI_PART_DOWNLOAD=1`, which it needs.

SeaweedFS and rclone keep objects as files in folders, so they refuse some keys that S3 takes.

**yes**: passes. A number: fails, with the reason below; `parameter: number` if one parameter of the
case fails. The page is generated from the suite
(`./bazelw run //tests/s3_conformance:table > docs/s3_conformance.md`), and a test compares them.
"""


def cases(folder: Path) -> Iterator[tuple[str, Sequence[str]]]:
    """Yields the title of each module and the names of its tests, without parameters."""
    for module in _MODULES:
        tree = ast.parse((folder / f"{module}_test.py").read_text(encoding="utf-8"))
        names = [
            node.name
            for node in tree.body
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        ]
        yield (ast.get_docstring(tree) or "").rstrip("."), names


def _of_case(run: Run, case: str) -> Iterator[tuple[str, Difference]]:
    """Yields the parameters ("" for all) with which a case fails in a run."""
    for name, difference in DIFFERENCES[run].items():
        plain, _, parameter = name.rstrip("]").partition("[")
        if plain == case:
            yield parameter, difference


def table(folder: Path) -> str:
    """Returns the page.

    Raises:
        ValueError: A difference has the name of no case.
    """
    known = {case for _, names in cases(folder) for case in names}
    for run, differences in DIFFERENCES.items():
        for name in differences:
            if name.partition("[")[0] not in known:
                raise ValueError(f"{run}: there is no case {name}")
    reasons: list[str] = []
    lines = [_HEAD]
    for title, names in cases(folder):
        lines += [f"## {title}", "", f"| case | {' | '.join(_COLUMNS)} |"]
        lines += ["| --- |" + " --- |" * len(_COLUMNS)]
        for case in names:
            cells = [case.removeprefix("test_").replace("_", " ")]
            for run in _COLUMNS.values():
                found = []
                for parameter, difference in _of_case(run, case):
                    if difference.reason not in reasons:
                        reasons.append(difference.reason)
                    number = f"{reasons.index(difference.reason) + 1}"
                    found.append(f"{parameter}: {number}" if parameter else number)
                cells.append(", ".join(found) if found else "yes")
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    lines += ["## Reasons", ""]
    lines += [f"{number}. {reason}" for number, reason in enumerate(reasons, 1)]
    return "\n".join(lines) + "\n"


def summary(folder: Path) -> str:
    """Returns the table of docs/s3.md: the number of cases of each kind that pass."""
    lines = [f"| cases | {' | '.join(_COLUMNS)} |", "| --- |" + " --- |" * len(_COLUMNS)]
    for title, names in cases(folder):
        passing = [sum(not any(_of_case(run, case)) for case in names) for run in _COLUMNS.values()]
        cells = ["all" if count == len(names) else str(count) for count in passing]
        lines.append(f"| {title}: {len(names)} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Prints the page or the summary; returns the exit code."""
    page = table
    if arguments[:1] == ["--summary"]:
        page, arguments = summary, arguments[1:]
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    print(page(Path(arguments[0])), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
