# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The options of the commands that talk to a running server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

DEFAULT_REST = "http://localhost:8501"
_Function = TypeVar("_Function", bound=Callable[..., Any])


def rest_option(function: _Function) -> _Function:
    """Adds `--rest`."""
    return click.option(
        "--rest",
        metavar="URL",
        envvar="TFS3_REST",
        default=DEFAULT_REST,
        show_default=True,
        show_envvar=True,
        help="The REST port of the server.",
    )(function)


def grpc_option(help: str) -> Callable[[_Function], _Function]:
    """Adds `--grpc`."""

    def decorate(function: _Function) -> _Function:
        return click.option(
            "--grpc", metavar="HOST:PORT", envvar="TFS3_GRPC", show_envvar=True, help=help
        )(function)

    return decorate


def tls_options(function: _Function) -> _Function:
    """Adds `--ca-file` and `--timeout`."""
    function = click.option(
        "--ca-file",
        type=click.Path(exists=True, dir_okay=False),
        help="Certificate authorities of a server with TLS, in PEM.",
    )(function)
    return click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        default=60.0,
        show_default=True,
        metavar="SECONDS",
        help="The longest time for a request.",
    )(function)


def model_options(function: _Function) -> _Function:
    """Adds `--version`, `--label` and `--signature`."""
    function = click.option(
        "--signature", default="", help="The signature.  [default: serving_default]"
    )(function)
    function = click.option("--label", default="", help="The version label.")(function)
    return click.option(
        "--version",
        type=click.IntRange(0),
        help="The version.  [default: the newest available one]",
    )(function)
