# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""`tfs3 doctor`."""

from __future__ import annotations

from typing import Any

import click

from tensorflow_serving_s3.cli._output import examples, fail_if, json_option, show

_STYLES = {"ok": "green", "warning": "yellow", "failed": "red", "skipped": "dim"}


@click.command(
    epilog=examples(
        "tfs3 doctor s3://my-models/half",
        "tfs3 doctor s3://my-models/half --write --json",
    ),
)
@click.argument("base_path")
@click.option("--write", is_flag=True, help="Also store and delete an object, as publishing needs.")
@json_option
def doctor(base_path: str, write: bool) -> None:
    """Examine the access to BASE_PATH (s3://bucket/path) and say what to fix.

    Checks the endpoint, the region, the credentials, the connection, the clock, and whether the
    bucket can be listed and read, with the settings that the server would use. The exit code is 1
    if a check failed or warned.
    """
    from tensorflow_serving_s3.doctor import Verdict, examine

    findings = tuple(examine(base_path, write=write))

    def human(out: Any) -> None:
        from rich.text import Text

        for finding in findings:
            verdict = finding.verdict.value
            line = Text(f"{verdict:8}", _STYLES[verdict])
            line.append(f" {finding.check:12} {finding.message}", "default")
            out.print(line, soft_wrap=True)
            if finding.cure:
                out.print(f"{'':22}{finding.cure}", markup=False, style="bold", soft_wrap=True)

    show({"base_path": base_path, "findings": findings}, human)
    fail_if(any(f.verdict in (Verdict.FAILED, Verdict.WARNING) for f in findings))
