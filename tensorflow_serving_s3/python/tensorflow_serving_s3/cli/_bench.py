# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""`tfs3 bench`."""

from __future__ import annotations

from typing import Any

import click

from tensorflow_serving_s3.cli._output import examples, fail_if, json_option, show
from tensorflow_serving_s3.cli._server_options import (
    grpc_option,
    model_options,
    rest_option,
    tls_options,
)


@click.command(
    epilog=examples(
        "tfs3 bench half",
        "tfs3 bench half '[1.0, 2.0]' --clients 8 --seconds 30",
        "tfs3 bench half --requests 1000 --grpc localhost:8500 --json",
    ),
)
@click.argument("model")
@click.argument("data", required=False)
@click.option("-i", "--input", "named", multiple=True, metavar="NAME=VALUE", help="As in predict.")
@click.option("--clients", type=click.IntRange(1, 1000), default=4, show_default=True)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    help="The duration.  [default: 10, unless --requests is given]",
)
@click.option("--requests", type=click.IntRange(1), help="The number of requests.")
@click.option(
    "--batch",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="The batch size of the zeros that are sent without DATA.",
)
@model_options
@rest_option
@grpc_option("Send the requests by gRPC.")
@tls_options
@json_option
def bench(
    model: str,
    data: str | None,
    named: tuple[str, ...],
    clients: int,
    seconds: float | None,
    requests: int | None,
    batch: int,
    version: int | None,
    label: str,
    signature: str,
    rest: str,
    grpc: str | None,
    ca_file: str | None,
    timeout: float,
) -> None:
    """Send the same prediction from several clients and print the latencies.

    Without DATA, zeros in the declared shapes are sent. One Python process sends a few thousand
    requests a second: for the limits of a server, use wrk, h2load or ghz. The exit code is 1 if a
    request failed.
    """
    from tensorflow_serving_s3 import client
    from tensorflow_serving_s3.cli._request import Request

    if seconds is None and requests is None:
        seconds = 10.0
    ca = ca_file or ""
    request = Request(
        client.ModelSpec(model, version, label, signature),
        client.RestClient(rest, ca_file=ca, timeout_seconds=timeout, connections=clients),
        client.GrpcClient(grpc, ca_file=ca, timeout_seconds=timeout) if grpc else None,
        data,
        named,
        batch,
    )
    report = client.bench(request.sender(), clients=clients, seconds=seconds, requests=requests)

    def human(out: Any) -> None:
        out.print(
            f"{report.requests} requests in {report.seconds} s, {report.failed} failed, "
            f"{report.per_second} per second"
        )
        latencies = " ".join(f"{name} {value}" for name, value in report.percentiles_ms.items())
        out.print(f"latency in ms: mean {report.mean_ms} {latencies} max {report.max_ms}")
        for error, count in report.errors.items():
            out.print(f"{count} times: {error}", markup=False, soft_wrap=True)

    show(report, human)
    fail_if(report.failed > 0)
