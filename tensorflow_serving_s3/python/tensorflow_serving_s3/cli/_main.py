# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The command group. A command's module is imported when the command runs, so `--help` is fast."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import click

from tensorflow_serving_s3.cli._output import (
    FAILED,
    INTERRUPTED,
    PIPE_CLOSED,
    examples,
    is_json,
    print_error,
    print_json_error,
    verbatim,
)
from tensorflow_serving_s3.errors import Error


class LazyGroup(click.Group):
    """A group whose commands are imported on demand, and which reports this package's errors."""

    def __init__(self, *args: Any, commands_by_module: Mapping[str, tuple[str, str]], **kw: Any):
        """Creates the group.

        Args:
            *args: Arguments of click.Group.
            commands_by_module: Name -> the module in this folder, and the line in the help.
            **kw: Arguments of click.Group.
        """
        super().__init__(*args, **kw)
        self._modules = commands_by_module

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Returns the names in the order of the help."""
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports a command."""
        if cmd_name not in self._modules:
            return None
        module = importlib.import_module(f"tensorflow_serving_s3.cli.{self._modules[cmd_name][0]}")
        command = getattr(module, cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self._modules.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command. An error of this package becomes a message and an exit code."""
        words = [*getattr(ctx, "_protected_args", ()), *ctx.args]
        with _ended_output():
            try:
                return self._invoke(ctx)
            except click.UsageError as error:
                if "--json" not in words:
                    raise
                print_json_error("UsageError", error.format_message())
                raise click.exceptions.Exit(error.exit_code) from error
            except KeyboardInterrupt:
                click.echo("\nInterrupted.", err=True)
                raise click.exceptions.Exit(INTERRUPTED) from None
            except Error as error:
                print_error(error, as_json=is_json(ctx))
                raise click.exceptions.Exit(FAILED) from error

    def _invoke(self, ctx: click.Context) -> Any:
        """Runs a command. A ValueError is a mistake in an argument."""
        try:
            return super().invoke(ctx)
        except UnicodeEncodeError as error:
            raise click.UsageError(f"{error.object!r} is not UTF-8 text") from error
        except ValueError as error:
            if type(error) is not ValueError:
                raise
            raise click.UsageError(str(error)) from error

    def make_context(self, *args: Any, **kw: Any) -> click.Context:
        """Parses the arguments; `--help` also prints."""
        with _ended_output():
            return super().make_context(*args, **kw)


@contextlib.contextmanager
def _ended_output() -> Iterator[None]:
    """Ends the program without a traceback if the output cannot be written.

    All other errors of the operating system are errors of this package when they arrive here.
    """
    try:
        yield
    except BrokenPipeError:
        # The reader has seen enough, as in `tfs3 versions | head`. Python flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(PIPE_CLOSED) from None
    except OSError as error:
        with contextlib.suppress(OSError):
            # Writing to an open stream names no file.
            what = error.filename or "the output cannot be written"
            click.echo(f"tfs3: {what}: {error.strerror or error}", err=True)
        raise SystemExit(FAILED) from error


_COMMANDS = {
    "serve": ("_serve", "Run the model server."),
    "publish": ("_publish", "Publish a SavedModel as a version."),
    "versions": ("_versions", "List the versions of a model."),
    "rollback": ("_rollback", "Publish an older version again."),
    "config": ("_config", "Check, convert and compare configuration files."),
    "status": ("_status", "Show the models of a running server."),
    "predict": ("_predict", "Request a prediction."),
    "reload": ("_reload", "Replace the configuration of a running server."),
    "bench": ("_bench", "Measure the latency of a server."),
    "doctor": ("_doctor", "Examine the access to S3."),
}


@click.group(
    cls=LazyGroup,
    commands_by_module=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="\n\n".join(
        (
            examples(
                "tfs3 doctor s3://my-models/half",
                "tfs3 publish export/half s3://my-models/half --keep-last 5",
                "tfs3 serve --model_name=half --model_base_path=s3://my-models/half "
                "--rest_api_port=8501",
                "tfs3 predict half '[1.0, 2.0, 5.0]'",
            ),
            verbatim(
                "Exit codes:",
                "  0    success",
                "  1    the command found a fault: a difference, a failed check, or a model",
                "       that is not available",
                "  2    the command line is wrong",
                "  3    the command failed: S3 or the server refused, or a file is not valid",
                "  130  interrupted by Ctrl-C",
                "  141  the reader of the output has closed it, as in `tfs3 versions | head`",
                "Of serve: the exit code of the server.",
            ),
            verbatim(
                "Completion, for bash (zsh and fish work the same way):",
                '  eval "$(_TFS3_COMPLETE=bash_source tfs3)"',
            ),
        )
    ),
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda ctx, _, value: _print_version(ctx) if value else None,
    help="Show the version and exit.",
)
def tfs3() -> None:
    """Serve TensorFlow models from S3."""


def _print_version(ctx: click.Context) -> None:
    from importlib import metadata

    try:
        version = metadata.version("tensorflow-serving-s3")
    except metadata.PackageNotFoundError:
        version = "of the source tree"
    click.echo(f"tfs3 {version}")
    ctx.exit()


def main() -> None:
    """Runs the command line of this process and exits."""
    tfs3(prog_name="tfs3")
