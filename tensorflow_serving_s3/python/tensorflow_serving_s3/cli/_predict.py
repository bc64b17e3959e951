# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""`tfs3 predict`."""

from __future__ import annotations

import json

import click

from tensorflow_serving_s3.cli._output import examples, json_option, show
from tensorflow_serving_s3.cli._server_options import (
    grpc_option,
    model_options,
    rest_option,
    tls_options,
)


@click.command(
    epilog=examples(
        "tfs3 predict half '[1.0, 2.0, 5.0]'",
        "tfs3 predict half '{\"instances\": [1.0]}' --version 123",
        "tfs3 predict half @x.npy --grpc localhost:8500",
        "tfs3 predict half '[1.0]' --print curl",
    ),
)
@click.argument("model")
@click.argument("data", required=False)
@click.option(
    "-i",
    "--input",
    "named",
    multiple=True,
    metavar="NAME=VALUE",
    help="An input of the signature: JSON or @FILE. Can be repeated.",
)
@click.option(
    "--print",
    "language",
    type=click.Choice(["curl", "python"]),
    help="Print the request as a command or a program, and do not send it.",
)
@model_options
@rest_option
@grpc_option("Send the request by gRPC.")
@tls_options
@json_option
def predict(
    model: str,
    data: str | None,
    named: tuple[str, ...],
    language: str | None,
    version: int | None,
    label: str,
    signature: str,
    rest: str,
    grpc: str | None,
    ca_file: str | None,
    timeout: float,
) -> None:
    """Request a prediction from MODEL and print the answer as JSON.

    DATA is JSON, @FILE (JSON, .npy or an image), or - for stdin. It is the value of the only input,
    an object with the values of all inputs, or a whole request with "instances" or "inputs". An
    image is sent as it is to an input of texts, else as numbers in the declared shape.
    """
    from tensorflow_serving_s3.cli._request import Request
    from tensorflow_serving_s3.client import GrpcClient, ModelSpec, RestClient

    if data is None and not named:
        raise click.UsageError("give DATA or --input")
    request = Request(
        ModelSpec(model, version, label, signature),
        RestClient(rest, ca_file=ca_file or "", timeout_seconds=timeout),
        GrpcClient(grpc, ca_file=ca_file or "", timeout_seconds=timeout) if grpc else None,
        data,
        named,
    )
    if language is not None:
        text = request.as_curl() if language == "curl" else request.as_python()
        show({language: text}, lambda _: click.echo(text.rstrip("\n")))
        return
    click.echo(json.dumps(request.send(), ensure_ascii=False))
