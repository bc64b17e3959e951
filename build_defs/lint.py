# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Checks the sources of this workspace with one tool: buildifier, clang_format, mypy or ruff.

lint.py TOOL [PROGRAM]

Prints the findings of the tool and the command that corrects them. Returns the tool's exit code.
"""

from __future__ import annotations

import importlib.util
import os
import pathlib
import subprocess
import sys
from collections.abc import Sequence

# Warnings of buildifier about missing text that would not help a reader: a docstring for a file
# that only exports files or for the argument `repository_ctx`, a name for a macro that declares
# repositories.
_NOT_WANTED = (
    "function-docstring-args",
    "function-docstring-return",
    "module-docstring",
    "unnamed-macro",
)


def _workspace() -> pathlib.Path:
    """Returns the root of the source tree, by following the link to a file in it."""
    return pathlib.Path("pyproject.toml").resolve().parent


def _sources(root: pathlib.Path, *patterns: str) -> list[str]:
    """Returns the matching paths under `root`, without Bazel's output and hidden folders."""
    found = []
    for folder, subfolders, files in os.walk(root):
        subfolders[:] = [name for name in subfolders if not name.startswith((".", "bazel-"))]
        paths = (pathlib.Path(folder, name) for name in files)
        found += [str(p.relative_to(root)) for p in paths if any(p.match(x) for x in patterns)]
    if not found:
        raise SystemExit(f"lint: no {' '.join(patterns)} under {root}")
    return sorted(found)


def _run(root: pathlib.Path, cure: str, *command: str) -> int:
    code = subprocess.run(command, cwd=root, check=False).returncode
    if code:
        print(f"\nTo fix what the tool can fix: {cure}", file=sys.stderr)
    return code


def _buildifier(root: pathlib.Path, program: str) -> int:
    files = _sources(root, "BUILD", "*.BUILD", "WORKSPACE", "*.bzl")
    command = [str(pathlib.Path(program).resolve()), "-mode=check", "-lint=warn"]
    command.append("-warnings=" + ",".join(f"-{warning}" for warning in _NOT_WANTED))
    return _run(root, "buildifier -lint=fix FILE...", *command, *files)


def _package(name: str) -> pathlib.Path:
    """Returns the folder of an installed Python package."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise SystemExit(f"lint: the Python package {name} is not installed")
    return pathlib.Path(spec.origin).parent


def _clang_format(root: pathlib.Path) -> int:
    program = str(_package("clang_format") / "data" / "bin" / "clang-format")
    files = _sources(root, "*.cc", "*.h")
    cure = "clang-format 18 -i FILE..."
    return _run(root, cure, program, "--dry-run", "--Werror", *files)


def _mypy(root: pathlib.Path) -> int:
    cache = os.environ.get("TEST_TMPDIR", "/tmp")
    command = [sys.executable, "-m", "mypy", f"--cache-dir={cache}/mypy"]
    return _run(root, "there is no tool for it", *command, *_sources(root, "*.py"))


def _ruff(root: pathlib.Path) -> int:
    ruff = str(_package("ruff").parent / "bin" / "ruff")
    checked = _run(root, "ruff check --fix", ruff, "check", "--no-cache", ".")
    formatted = _run(root, "ruff format", ruff, "format", "--no-cache", "--diff", ".")
    return checked or formatted


def main(arguments: Sequence[str]) -> int:
    """Runs the tool that the command line names; returns its exit code."""
    root = _workspace()
    match arguments:
        case ["buildifier", program]:
            return _buildifier(root, program)
        case ["clang_format"]:
            return _clang_format(root)
        case ["mypy"]:
            return _mypy(root)
        case ["ruff"]:
            return _ruff(root)
    raise SystemExit(__doc__)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
