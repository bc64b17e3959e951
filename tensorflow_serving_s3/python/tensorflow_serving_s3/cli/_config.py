# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""`tfs3 config check`, `convert` and `diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tensorflow_serving_s3.cli._output import (
    examples,
    fail_if,
    is_json,
    json_option,
    moment,
    show,
    size,
    table,
)

if TYPE_CHECKING:
    from tensorflow_serving_s3.config import Document, Format, Kind, ModelReport

_KINDS = click.Choice(["models", "batching", "monitoring"])
_FORMATS = click.Choice(["text", "yaml"])


@click.group()
def config() -> None:
    """Check, convert and compare configuration files.

    FILE is a path, an s3:// URL, or - for stdin. A name that ends in .yaml or .yml is YAML; all
    others are in protobuf's text format, which the server reads.
    """


def _kind_option(function: Any) -> Any:
    return click.option(
        "--kind", type=_KINDS, help="What the file configures.  [default: found by its fields]"
    )(function)


def _from_option(function: Any) -> Any:
    return click.option(
        "--from",
        "from_format",
        type=_FORMATS,
        help="The format of FILE.  [default: by its name]",
    )(function)


def _kind(name: str | None) -> Kind | None:
    from tensorflow_serving_s3.config import Kind

    return None if name is None else Kind(name)


def _format(name: str | None) -> Format | None:
    from tensorflow_serving_s3.config import Format

    return None if name is None else Format(name)


@config.command(
    epilog=examples(
        "tfs3 config check models.config",
        "tfs3 config check s3://my-models/models.config --json",
        "tfs3 config check batching.yaml",
    ),
)
@click.argument("file")
@_kind_option
@_from_option
@click.option("--offline", is_flag=True, help="Do not ask S3; check the file only.")
@json_option
def check(file: str, kind: str | None, from_format: str | None, offline: bool) -> None:
    """Check FILE as the server does, then ask S3 what would be served.

    The exit code is 1 if a model would not be served as configured.
    """
    from tensorflow_serving_s3 import config as configs
    from tensorflow_serving_s3.errors import ConfigError

    document = configs.read(file, kind=_kind(kind), format=_format(from_format))
    problems = configs.validate(document)
    if problems:
        raise ConfigError(*problems)
    reports: tuple[ModelReport, ...] = ()
    if document.kind is configs.Kind.MODELS and not offline:
        reports = configs.check(document)
    show(
        {
            "file": file,
            "kind": document.kind,
            "warnings": configs.warnings(document),
            "models": [_as_json(report) for report in reports],
        },
        lambda out: _print_check(out, document, reports),
    )
    fail_if(any(report.problems for report in reports))


def _as_json(report: ModelReport) -> dict[str, Any]:
    from tensorflow_serving_s3.cli._output import to_json

    return {**to_json(report), "served": list(report.served)}


def _print_check(out: Any, document: Document, reports: tuple[ModelReport, ...]) -> None:
    from tensorflow_serving_s3.config import warnings

    out.print(f"{document.name}: valid ({document.kind.flag})", markup=False)
    for warning in warnings(document):
        out.print(f"warning: {warning}", markup=False, style="yellow", soft_wrap=True)
    for report in reports:
        served = ", ".join(map(str, report.served)) or "nothing"
        out.print(f"\n{report.name}: {report.base_path}", markup=False, style="bold")
        out.print(f"  policy {report.policy}; serves {served}", markup=False)
        rows = [
            (
                f"  {version.number}",
                "served" if version.served else "",
                ", ".join(version.labels),
                size(version.bytes),
                moment(version.modified),
                "complete" if version.complete else f"no {version.missing}",
            )
            for version in report.versions
        ]
        if rows:
            titles = ("  version", "", "labels", "size", "modified", "state")
            out.print(table(*titles, rows=rows, right=("size",)))
        for version in report.versions:
            for name, signature in (version.signatures or {}).items():
                inputs = ", ".join(f"{k}: {v}" for k, v in signature.inputs.items())
                outputs = ", ".join(f"{k}: {v}" for k, v in signature.outputs.items())
                line = f"  {version.number} {name}({inputs}) -> {outputs}"
                out.print(line, markup=False, soft_wrap=True)
        for problem in report.problems:
            place = f"{document.name}:{report.line}" if report.line else document.name
            out.print(f"  {place}: {problem}", markup=False, style="red", soft_wrap=True)


@config.command(
    epilog=examples(
        "tfs3 config convert models.config models.yaml",
        "tfs3 config convert models.yaml s3://my-models/models.config",
        "tfs3 config convert models.yaml > models.config",
    ),
)
@click.argument("file")
@click.argument("output", default="-")
@_kind_option
@_from_option
@click.option(
    "--to",
    "to_format",
    type=_FORMATS,
    help="The format.  [default: by the name of OUTPUT, or the other one than FILE has]",
)
@json_option
def convert(
    file: str, output: str, kind: str | None, from_format: str | None, to_format: str | None
) -> None:
    """Convert FILE between protobuf's text format and YAML, and write OUTPUT.

    The result is validated before it is written. Comments are not kept.
    """
    from tensorflow_serving_s3 import config as configs
    from tensorflow_serving_s3.errors import ConfigError

    document = configs.read(file, kind=_kind(kind), format=_format(from_format))
    if to_format is not None:
        chosen = configs.Format(to_format)
    elif output != "-":
        chosen = configs.format_of(output)
    else:
        is_text = (_format(from_format) or configs.format_of(file)) is configs.Format.TEXT
        chosen = configs.Format.YAML if is_text else configs.Format.TEXT
    result = {"file": file, "output": output, "kind": document.kind, "format": chosen}
    if output == "-" and is_json():
        problems = configs.validate(document)
        if problems:
            raise ConfigError(*problems)
        show({**result, "text": configs.render(document, chosen)}, lambda _: None)
        return
    configs.write(document, output, format=chosen)
    if output != "-":
        show(result, lambda out: out.print(f"{output}: written", markup=False, soft_wrap=True))


@config.command(
    epilog=examples(
        "tfs3 config diff s3://my-models/models.config models.yaml",
    ),
)
@click.argument("old")
@click.argument("new")
@_kind_option
@json_option
def diff(old: str, new: str, kind: str | None) -> None:
    """Show what changes in meaning from OLD to NEW. The formats may differ.

    The order of models and of fields has no meaning. The exit code is 1 if there is a difference.
    """
    from tensorflow_serving_s3 import config as configs

    before = configs.read(old, kind=_kind(kind))
    differences = configs.diff(before, configs.read(new, kind=_kind(kind) or before.kind))

    def human(out: Any) -> None:
        for difference in differences:
            out.print(str(difference), markup=False, soft_wrap=True)

    show({"old": old, "new": new, "differences": differences}, human)
    fail_if(bool(differences))
