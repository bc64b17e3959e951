# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""`tfs3 reload`."""

from __future__ import annotations

import click

from tensorflow_serving_s3.cli._output import examples, json_option, show
from tensorflow_serving_s3.cli._server_options import grpc_option, tls_options

_DEFAULT_GRPC = "localhost:8500"


@click.command(
    epilog=examples(
        "tfs3 reload models.yaml",
        "tfs3 reload s3://my-models/models.config --grpc localhost:8510",
    ),
)
@click.argument("file")
@click.option(
    "--metric",
    "metrics",
    multiple=True,
    metavar="NAME",
    help="A counter whose increase is printed. Can be repeated.",
)
@grpc_option(f"The gRPC or management port of the server.  [default: {_DEFAULT_GRPC}]")
@tls_options
@json_option
def reload(
    file: str, metrics: tuple[str, ...], grpc: str | None, ca_file: str | None, timeout: float
) -> None:
    """Replace the model configuration of a running server by FILE (text format or YAML).

    FILE is a path, an s3:// URL, or - for stdin. It is checked first. The command returns when
    every new or changed model is available or has failed; it then fails with the reasons.
    """
    from tensorflow_serving_s3 import config
    from tensorflow_serving_s3.client import GrpcClient
    from tensorflow_serving_s3.errors import ConfigError

    document = config.read(file, kind=config.Kind.MODELS)
    problems = config.validate(document)
    if problems:
        raise ConfigError(*problems)
    address = grpc or _DEFAULT_GRPC
    with GrpcClient(address, ca_file=ca_file or "", timeout_seconds=timeout) as client:
        increases = client.reload(document.message, metrics)
    names = [model.name for model in document.message.model_config_list.config]
    text = f"{address}: the configuration of {file} is in force; models: {', '.join(names)}"
    lines = [text, *(f"{name}: +{increase}" for name, increase in increases.items())]
    show(
        {"address": address, "models": names, "metrics": increases},
        lambda out: out.print("\n".join(lines), markup=False, soft_wrap=True),
    )
