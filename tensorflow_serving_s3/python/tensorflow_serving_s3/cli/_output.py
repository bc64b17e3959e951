# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""What all commands share: exit codes, JSON and tables."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import json
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from tensorflow_serving_s3.errors import ConfigError, Error, ProgramError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

FOUND = 1
FAILED = 3
INTERRUPTED = 130
PIPE_CLOSED = 141
_JSON = "tensorflow_serving_s3.json"
_Function = TypeVar("_Function", bound=Callable[..., Any])


def examples(*lines: str) -> str:
    """Returns the end of a help text; each line stays a line."""
    return verbatim("Examples:", *(f"  {line}" for line in lines))


def verbatim(*lines: str) -> str:
    """Returns a paragraph of a help text that click does not wrap."""
    return "\n".join(("\b", *lines))


def json_option(function: _Function) -> _Function:
    """Adds `--json` to a command; `is_json` returns its value."""

    def note(ctx: click.Context, _: click.Parameter, value: bool) -> None:
        ctx.meta[_JSON] = value

    decorate = click.option(
        "--json",
        "as_json",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=note,
        help="Print one JSON document.",
    )
    return decorate(function)


def is_json(ctx: click.Context | None = None) -> bool:
    """Whether `--json` was given."""
    current = ctx if ctx is not None else click.get_current_context()
    return bool(current.meta.get(_JSON))


def show(value: Any, human: Callable[[Console], None]) -> None:
    """Prints a result: as JSON with `--json`, else by `human`."""
    if is_json():
        click.echo(json.dumps(to_json(value), indent=1, ensure_ascii=False))
    else:
        human(console())


def console(*, stderr: bool = False) -> Console:
    """Returns a rich console; imported here because it takes a tenth of a second."""
    from rich.console import Console

    class PlainConsole(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # The command group ends the program.

    file = sys.stderr if stderr else sys.stdout
    # Tables keep their columns when the output is not a terminal.
    width = None if file is not None and file.isatty() else 200
    return PlainConsole(stderr=stderr, highlight=False, width=width)


def table(*columns: str, rows: Sequence[Sequence[Any]], right: Sequence[str] = ()) -> Table:
    """Returns a plain table.

    Args:
        *columns: The titles.
        rows: The cells; they are converted to text.
        right: The titles of columns that are aligned to the right.
    """
    from rich.table import Table
    from rich.text import Text

    result = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        justify: Literal["left", "right"] = "right" if column in right else "left"
        # A narrow terminal folds the cells, and hides nothing.
        result.add_column(column, justify=justify, overflow="fold")
    for row in rows:
        result.add_row(*(Text(str(cell)) for cell in row))
    return result


def print_error(error: Error, *, as_json: bool) -> None:
    """Prints an error: with `--json` as a document on stdout, else on stderr."""
    log = error.log if isinstance(error, ProgramError) else ()
    if as_json:
        more = {"problems": to_json(error.problems)} if isinstance(error, ConfigError) else {}
        print_json_error(type(error).__name__, str(error), **more)
        return
    prefix = "" if isinstance(error, ConfigError) else "tfs3: "
    click.echo(f"{prefix}{error}", err=True)
    for line in log:
        click.echo(f"  {line}", err=True)


def print_json_error(kind: str, message: str, **more: Any) -> None:
    """Prints an error as a JSON document."""
    document = {"error": {"kind": kind, "message": message, **more}}
    # Names that are not UTF-8 can only be printed as escapes.
    is_utf8 = message.encode(errors="replace").decode() == message
    click.echo(json.dumps(document, indent=1, ensure_ascii=not is_utf8))


def to_json(value: Any) -> Any:
    """Returns a value as JSON types: data classes become objects, times become text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)]
        return {name: to_json(getattr(value, name)) for name in names}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, datetime.datetime):
        return value.isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, dict):
        return {str(key): to_json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set):
        return [to_json(inner) for inner in value]
    return value


def size(count: float) -> str:
    """Returns a number of bytes for people, such as `12.3 MB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def moment(time: datetime.datetime) -> str:
    """Returns a time in UTC for people."""
    return time.strftime("%Y-%m-%d %H:%M:%S UTC")


def fail_if(fault: bool) -> None:
    """Ends the command with the exit code 1 if it found a fault."""
    if fault:
        raise click.exceptions.Exit(FOUND)
