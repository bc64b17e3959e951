# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Measures the model server at half of its capacity, beyond its capacity, and with idle clients.

For each API and model:

- the capacity: the requests a second that a few clients get that never pause (wrk, h2load);
- the latency at half as many requests a second (send_at_rate), which come in equal steps, and at
  random times;
- the answers a second at twice as many requests a second. The other requests wait or are refused.

And for each API: the resident memory of the server for each of many idle connections that have made
one request to half_plus_three. Everything runs on this computer; the server has one half of its
processors, the load generators have the other.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import grpc
import requests
from tensorflow_serving_s3.testing.model_server import ModelServer

from benchmarks.program import Program
from benchmarks.serving import process_usage
from benchmarks.serving.idle_connections import grpc_bytes, idle_connections, rest_bytes
from benchmarks.serving.load_tools import grpc_frame, load_by_grpc, load_by_rest
from benchmarks.serving.open_loop import Load, Offered, offer_by_grpc, offer_by_rest

MODELS = ("half_plus_three", "mlp", "image")
_METHOD = "/tensorflow.serving.PredictionService/Predict"
_LOAD_SECONDS = 120.0
_ANSWER_SECONDS = 60.0
_SPARE_CONNECTIONS = 100
# The server frees the buffers of connections that were busy after a second.
_SETTLE_SECONDS = 3.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the benchmark and prints two tables.

    Args:
        arguments: The arguments of the command line; None: those of this process.

    Returns:
        The exit code: 0, or 1 after a failure.
    """
    program = Program("overload", __doc__)
    program.add_count("--seconds", 10, "The duration of each measurement.")
    program.add_count("--connections", 10_000, "The number of idle connections.")
    parser = program.parser
    parser.add_argument(
        "--model", action="append", choices=MODELS, help="A model; half_plus_three by default."
    )
    parser.add_argument("--flag", action="append", default=[], help="A flag for the server.")
    return program.run(arguments, _report, (requests.RequestException, grpc.RpcError))


@dataclasses.dataclass(frozen=True)
class Row:
    """The measurements of one model and API.

    Attributes:
        model: The name of the model.
        api: REST or gRPC.
        capacity: The answers per second to clients that never pause.
        half: The load at half of that rate.
        random: The same, at random times.
        twice: The load at twice that rate.
    """

    model: str
    api: str
    capacity: float
    half: Offered
    random: Offered
    twice: Offered


@dataclasses.dataclass(frozen=True)
class Idle:
    """The memory of idle connections.

    Attributes:
        api: REST or gRPC.
        connections: The number of connections.
        kib_each: The resident memory for each, in KiB.
    """

    api: str
    connections: int
    kib_each: float


def _report(options: argparse.Namespace) -> dict[str, Any]:
    # Imported here, so that --help does not wait for TensorFlow.
    from benchmarks.serving import models

    rows: list[Row] = []
    names = options.model or [MODELS[0]]
    with tempfile.TemporaryDirectory(prefix="overload-") as name:
        folder = Path(name)
        for model in names:
            models.save_model(model, folder / model / "1")
            rows += _measure(folder, model, models.make_request(model), options)
        print(_table(rows), flush=True)
        # A small request: it is sent before the client knows the server's limits of HTTP/2.
        small = MODELS[0]
        if small not in names:
            models.save_model(small, folder / small / "1")
        idle = _measure_idle(folder, small, models.make_request(small), options)
    print("\n" + _idle_table(idle), flush=True)
    return {
        "seconds": options.seconds,
        "rows": [dataclasses.asdict(row) for row in rows],
        "idle": [dataclasses.asdict(row) for row in idle],
    }


@contextlib.contextmanager
def _server(folder: Path, model: str, flags: Sequence[str]) -> Iterator[ModelServer]:
    """Runs a server on one half of the processors, and this thread and its programs on the other.

    An overloaded load generator would take processor time from the server.
    """
    processors = sorted(os.sched_getaffinity(0))
    middle = (len(processors) + 1) // 2
    try:
        os.sched_setaffinity(0, processors[:middle])
        with ModelServer(str(folder / model), model_name=model, flags=flags) as server:
            os.sched_setaffinity(0, processors[middle:] or processors)
            server.wait_until_available(timeout_seconds=_LOAD_SECONDS)
            yield server
    finally:
        os.sched_setaffinity(0, processors)


def _measure(folder: Path, model: str, sent: Any, options: argparse.Namespace) -> list[Row]:
    body, frame = folder / "body.json", folder / "frame"
    message = sent.message.SerializeToString()
    body.write_bytes(sent.body)
    frame.write_bytes(grpc_frame(message))
    seconds = options.seconds
    with _server(folder, model, options.flag) as server:
        url, address = server.predict_url, server.grpc_address
        size = len(_answer(address, message))

        def by_rest(load: Load) -> Offered:
            return offer_by_rest(server.rest_port, f"/v1/models/{model}:predict", body, load)

        def by_grpc(load: Load) -> Offered:
            return offer_by_grpc(server.grpc_port, _METHOD, frame, load)

        return [
            _row(model, "REST", load_by_rest(url, body, seconds).per_second, by_rest, seconds),
            _row(
                model,
                "gRPC",
                load_by_grpc(address, _METHOD, message, size, seconds).per_second,
                by_grpc,
                seconds,
            ),
        ]


def _row(
    model: str, api: str, capacity: float, offer: Callable[[Load], Offered], seconds: int
) -> Row:
    half = Load(capacity / 2, seconds)
    return Row(
        model,
        api,
        capacity,
        offer(half),
        offer(dataclasses.replace(half, is_random=True)),
        offer(Load(capacity * 2, seconds)),
    )


def _answer(address: str, message: bytes) -> bytes:
    options = [("grpc.enable_http_proxy", 0), ("grpc.max_receive_message_length", -1)]
    with grpc.insecure_channel(address, options=options) as channel:
        answer: bytes = channel.unary_unary(_METHOD)(message, timeout=_ANSWER_SECONDS)
    return answer


def _measure_idle(folder: Path, model: str, sent: Any, options: argparse.Namespace) -> list[Idle]:
    count = options.connections
    limit = count + _SPARE_CONNECTIONS
    flags = [f"--rest_api_max_connections={limit}", f"--grpc_max_connections={limit}"]
    flags += ["--grpc_idle_timeout_in_ms=0", "--rest_api_idle_timeout_in_ms=3600000"]
    message = sent.message.SerializeToString()
    results: list[Idle] = []
    for api in ("REST", "gRPC"):
        with _server(folder, model, [*flags, *options.flag]) as server:
            answer = _answer(server.grpc_address, message)
            requests.post(server.predict_url, sent.body, timeout=_ANSWER_SECONDS).raise_for_status()
            if api == "REST":
                path = f"/v1/models/{model}:predict"
                port, data, awaited = server.rest_port, rest_bytes(path, sent.body), b"predictions"
            else:
                port, data = server.grpc_port, grpc_bytes(_METHOD, grpc_frame(message))
                awaited = answer
            before = process_usage.rss_mib(server.process.pid)
            with idle_connections(port, count, data, awaited):
                time.sleep(_SETTLE_SECONDS)
                after = process_usage.rss_mib(server.process.pid)
        results.append(Idle(api, count, (after - before) * 1024 / count))
    return results


def _table(rows: Sequence[Row]) -> str:
    lines = [
        "| model | API | capacity/s | at half: sent/s | p50 ms | p99 ms | p99/p50 |"
        " at random times | at twice: answered/s | refused/s | to capacity |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        half, random, twice = row.half, row.random, row.twice
        sent = half.answered + half.failed
        lines.append(
            f"| {row.model} | {row.api} | {row.capacity:,.0f} | {sent:,.0f} |"
            f" {half.p50_ms:.3f} | {half.p99_ms:.3f} | {half.p99_ms / half.p50_ms:.1f} |"
            f" {random.p99_ms / random.p50_ms:.1f} |"
            f" {twice.answered:,.0f} | {twice.failed:,.0f} | {twice.answered / row.capacity:.2f} |"
        )
    return "\n".join(lines)


def _idle_table(rows: Sequence[Idle]) -> str:
    lines = ["| API | idle connections | KiB each |", "| --- | ---: | ---: |"]
    lines += [f"| {row.api} | {row.connections:,} | {row.kib_each:.1f} |" for row in rows]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
