# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""`tfs3 status`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from tensorflow_serving_s3.cli._output import (
    console,
    examples,
    fail_if,
    is_json,
    json_option,
    show,
    table,
)
from tensorflow_serving_s3.cli._server_options import grpc_option, rest_option, tls_options

if TYPE_CHECKING:
    from rich.table import Table

    from tensorflow_serving_s3.client import ModelStatus, VersionStatus

_BAR = 20


@click.command(
    epilog=examples(
        "tfs3 status",
        "tfs3 status --watch",
        "tfs3 status half --wait --timeout 120",
        "tfs3 status half --grpc localhost:8500",
    ),
)
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@click.option("--watch", is_flag=True, help="Update the table until Ctrl-C.")
@click.option(
    "--interval",
    type=click.FloatRange(min=0.1),
    default=1.0,
    show_default=True,
    metavar="SECONDS",
    help="The time between two updates.",
)
@click.option("--wait", is_flag=True, help="Wait until all models are available.")
@rest_option
@grpc_option("Ask by gRPC instead; then name the models.")
@tls_options
@json_option
def status(
    models: tuple[str, ...],
    watch: bool,
    interval: float,
    wait: bool,
    rest: str,
    grpc: str | None,
    ca_file: str | None,
    timeout: float,
) -> None:
    """Show the models of a running server, their versions, states and load progress.

    The number of requests is shown if the server has metrics (--monitoring_config_file). The exit
    code is 1 if a model is not available. With --wait, --timeout limits the waiting.
    """
    if grpc and not models:
        raise click.UsageError("gRPC has no list of models; name the models")
    source = _Source(models, rest, grpc, ca_file or "", timeout)
    if watch and is_json():
        raise click.UsageError("--watch and --json exclude each other")
    if watch:
        _watch(source, interval)
        return
    found = _wait(source, interval, timeout) if wait else source.read()
    show({"models": found}, lambda out: out.print(_table(found)))
    fail_if(not all(model.available for model in found))


class _Source:
    """Reads the status of the models of one server."""

    def __init__(
        self, models: tuple[str, ...], rest: str, grpc: str | None, ca_file: str, timeout: float
    ) -> None:
        from tensorflow_serving_s3 import client

        self._models = models
        self._rest = client.RestClient(rest, ca_file=ca_file, timeout_seconds=timeout)
        self._grpc = None
        if grpc:
            self._grpc = client.GrpcClient(grpc, ca_file=ca_file, timeout_seconds=timeout)

    def read(self) -> tuple[ModelStatus, ...]:
        """Returns the status of the models.

        Raises:
            RequestError: The server did not answer.
        """
        from tensorflow_serving_s3.client import _status as reading
        from tensorflow_serving_s3.errors import RequestError

        if self._grpc is not None:
            return tuple(reading.grpc_status(self._grpc, name) for name in self._models)
        if not self._models:
            return reading.server_status(self._rest)
        try:
            known = {model.name: model for model in reading.server_status(self._rest)}
        except RequestError as error:
            if error.code != 400:
                raise
            known = {}  # TensorFlow Serving has no list of models.
        return tuple(
            known[name] if name in known else reading.model_status(self._rest, name)
            for name in self._models
        )


def _wait(source: _Source, interval: float, timeout: float) -> tuple[ModelStatus, ...]:
    from tensorflow_serving_s3.errors import RequestError

    deadline = time.monotonic() + timeout
    while True:
        error: RequestError | None = None
        found: tuple[ModelStatus, ...] = ()
        try:
            found = source.read()
        except RequestError as caught:
            error = caught
        if error is None and all(model.available for model in found):
            return found
        if time.monotonic() > deadline:
            if error is not None:
                raise error
            return found
        time.sleep(interval)


def _watch(source: _Source, interval: float) -> None:
    from rich.live import Live

    from tensorflow_serving_s3.errors import RequestError

    with Live(console=console(), auto_refresh=False) as live:
        while True:
            try:
                live.update(_table(source.read()), refresh=True)
            except RequestError as error:
                live.update(str(error), refresh=True)
            time.sleep(interval)


def _table(models: tuple[ModelStatus, ...]) -> Table:
    titles = ("model", "version", "state", "progress", "requests", "message")
    return table(*titles, rows=rows(models), right=("version", "requests"))


def rows(models: tuple[ModelStatus, ...]) -> list[tuple[str, ...]]:
    """Returns the cells of the table: a row for each version."""
    cells: list[tuple[str, ...]] = []
    for model in models:
        requests = "" if model.requests is None else str(sum(model.requests.values()))
        if not model.versions:
            cells.append((model.name, "", "none", "", requests, model.problem))
        for number, version in enumerate(model.versions):
            cells.append(
                (
                    model.name if number == 0 else "",
                    str(version.version),
                    version.state,
                    _progress(version),
                    requests if number == 0 else "",
                    version.error or (model.problem if number == 0 else ""),
                )
            )
    return cells


def _progress(version: VersionStatus) -> str:
    if version.load_seconds is None or version.state != "LOADING":
        return ""
    if version.loaded_bytes is None:
        return f"{version.load_seconds:.0f} s"
    read = f"{version.loaded_bytes / 1e6:.0f} MB"
    if not version.total_bytes:
        return f"{read}, {version.load_seconds:.0f} s"
    share = min(1.0, version.loaded_bytes / version.total_bytes)
    full = int(share * _BAR)
    bar = "#" * full + "." * (_BAR - full)
    return f"{bar} {share:.0%} of {version.total_bytes / 1e6:.0f} MB, {version.load_seconds:.0f} s"
