# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""`tfs3 versions`."""

from __future__ import annotations

from typing import Any

import click

from tensorflow_serving_s3.cli._output import examples, json_option, moment, show, size, table


@click.command(
    epilog=examples(
        "tfs3 versions s3://my-models/half",
        "tfs3 versions s3://my-models/half --json",
    ),
)
@click.argument("base_path")
@json_option
def versions(base_path: str) -> None:
    """List the versions under BASE_PATH (s3://bucket/path or a folder), the newest first."""
    from tensorflow_serving_s3.storage import find_versions

    listing = find_versions(base_path)
    document: dict[str, Any] = {
        "base_path": base_path,
        "versions": [
            {
                "version": version.number,
                "url": version.url,
                "complete": version.is_complete,
                "missing": version.missing,
                "files": len(version.files),
                "bytes": version.size,
                "modified": version.modified,
            }
            for version in listing.versions
        ],
        "problems": list(listing.problems),
    }
    rows = [
        (
            entry["version"],
            size(entry["bytes"]),
            entry["files"],
            moment(entry["modified"]),
            "complete" if entry["complete"] else f"incomplete: no {entry['missing']}",
        )
        for entry in document["versions"]
    ]

    def human(out: Any) -> None:
        if not rows:
            out.print(f"{base_path}: no versions", markup=False)
            return
        right = ("version", "size", "files")
        out.print(table("version", "size", "files", "modified", "state", rows=rows, right=right))
        for problem in listing.problems:
            out.print(problem, markup=False, soft_wrap=True)

    show(document, human)
