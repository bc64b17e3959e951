# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""`tfs3 rollback`."""

from __future__ import annotations

import click

from tensorflow_serving_s3.cli._output import examples, json_option, show, size
from tensorflow_serving_s3.cli._publish import progress_bar


@click.command(
    epilog=examples(
        "tfs3 rollback s3://my-models/half",
        "tfs3 rollback s3://my-models/half --to 121",
    ),
)
@click.argument("base_path")
@click.option(
    "--to",
    type=click.IntRange(0),
    metavar="VERSION",
    help="The version to publish again.  [default: the complete version before the newest]",
)
@json_option
def rollback(base_path: str, to: int | None) -> None:
    """Publish an older version of BASE_PATH again, as the newest version.

    Servers with the policy "latest" switch to it. Nothing is deleted. S3 copies the objects, so
    nothing is downloaded.
    """
    from tensorflow_serving_s3 import publishing

    with progress_bar() as on_progress:
        new = publishing.rollback(base_path, to, on_progress=on_progress)
    text = f"{new.url}: {new.uploaded_files} files, {size(new.skipped_bytes + new.uploaded_bytes)}"
    show(new, lambda out: out.print(text, markup=False, soft_wrap=True))
