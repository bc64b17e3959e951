# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""docs/build.md has each release of TensorFlow in third_party/packages.bzl, with its protobuf."""

from __future__ import annotations

import ast
import re
from pathlib import Path


def _releases() -> dict[str, str]:
    """Release -> version of protoc."""
    source = Path("third_party/packages.bzl").read_text(encoding="utf-8")
    assignments = {
        statement.targets[0].id: statement.value
        for statement in ast.parse(source).body
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
    }

    def fields(call: ast.expr) -> dict[str | None, ast.expr]:
        if isinstance(call, ast.Name):
            call = assignments[call.id]
        assert isinstance(call, ast.Call)
        return {keyword.arg: keyword.value for keyword in call.keywords}

    table = assignments["TENSORFLOW_RELEASES"]
    assert isinstance(table, ast.Dict)
    return {
        ast.literal_eval(key): ast.literal_eval(fields(fields(release)["protoc"])["version"])
        for key, release in zip(table.keys, table.values, strict=True)
        if key is not None
    }


def test_the_documented_releases_are_the_pinned_ones() -> None:
    docs = Path("docs/build.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| (2\.\d+\.\d+) \| ([\d.]+) \|", docs, re.MULTILINE)
    assert dict(documented) == _releases()
