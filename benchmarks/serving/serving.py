# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Measures how many requests per second the model server answers by REST and by gRPC.

Three models are on the local disk. wrk (8 connections) and h2load (4 connections with 4 streams
each) send requests for each model. Each model also runs without a server, by Session::Run and
RunCallable on one thread. Everything runs on this computer. The ratio refers to Session::Run.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import grpc
import requests
from runfiles import Runfiles
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc
from tensorflow_serving_s3.errors import ProgramError
from tensorflow_serving_s3.testing.model_server import ModelServer

from benchmarks.program import Program
from benchmarks.serving.load_tools import load_by_grpc, load_by_rest
from benchmarks.serving.report import BASELINE, Measurement, Row, as_table

MODELS = ("half_plus_three", "mlp", "image")
_METHOD = "/tensorflow.serving.PredictionService/Predict"
_LOAD_SECONDS = 120.0
_ANSWER_SECONDS = 60.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the benchmark and prints a table.

    Args:
        arguments: The arguments of the command line; None: those of this process.

    Returns:
        The exit code: 0, or 1 after a failure.
    """
    program = Program("serving", __doc__)
    program.add_count("--seconds", 10, "The duration of each measurement.")
    parser = program.parser
    parser.add_argument(
        "--models", type=_names, default=list(MODELS), help="The models, separated by commas."
    )
    parser.add_argument("--flag", action="append", default=[], help="A flag for the server.")
    return program.run(
        arguments,
        lambda options: _report(options.models, options.seconds, options.flag),
        (requests.RequestException, grpc.RpcError),
    )


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := sorted(set(names) - set(MODELS)):
        raise argparse.ArgumentTypeError(f"no {', '.join(unknown)}; there are {', '.join(MODELS)}")
    return names


def _report(models: Sequence[str], seconds: int, flags: Sequence[str]) -> dict[str, Any]:
    rows = _measure(models, seconds, flags)
    print(as_table(rows), flush=True)
    return {"seconds": seconds, "rows": [dataclasses.asdict(row) for row in rows]}


def _measure(names: Sequence[str], seconds: int, flags: Sequence[str]) -> list[Row]:
    # Imported here, so that --help does not wait for TensorFlow.
    from benchmarks.serving import models

    with tempfile.TemporaryDirectory(prefix="serving-") as name:
        folder = Path(name)
        config = "".join(
            f'config {{ name: "{model}" base_path: "{folder / model}"'
            ' model_platform: "tensorflow" }\n'
            for model in names
        )
        (folder / "models.config").write_text(f"model_config_list {{\n{config}}}\n")
        sent = {model: models.make_request(model) for model in names}
        for model in names:
            models.save_model(model, folder / model / "1")
            (folder / f"{model}.json").write_bytes(sent[model].body)
            (folder / f"{model}.pb").write_bytes(sent[model].message.SerializeToString())
        rows = []
        for model in names:
            # Before the server starts, so that it has the whole computer.
            rows += _without_server(model, folder, seconds)
            server = ModelServer(
                model_config_file=folder / "models.config", model_name=model, flags=flags
            )
            with server:
                server.wait_until_available(timeout_seconds=_LOAD_SECONDS)
                _check_answers(server, sent[model])
                rows += _with_server(server, folder, sent[model], seconds, rows[-2])
    return rows


def _without_server(model: str, folder: Path, seconds: int) -> list[Row]:
    runfiles = Runfiles.Create()
    program = (
        runfiles.Rlocation("tf_serving_s3/benchmarks/serving/session_run") if runfiles else None
    )
    if program is None:
        raise ProgramError(
            "session_run: not found in Bazel's runfiles; run this program with Bazel"
        )
    command = [program, str(folder / model / "1"), str(folder / f"{model}.pb"), str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ProgramError("session_run failed", tuple(done.stderr.splitlines()[-10:]))
    result = json.loads(done.stdout)
    baseline = Measurement(**result["session_run"])
    callable_ = Measurement(**result["run_callable"])
    rss = result["rss_mib"]
    return [
        Row(model, BASELINE, baseline, rss, 1.0),
        Row(
            model,
            "RunCallable, caller's thread",
            callable_,
            rss,
            callable_.per_second / baseline.per_second,
        ),
    ]


def _with_server(
    server: ModelServer, folder: Path, sent: Any, seconds: int, baseline: Row
) -> list[Row]:
    model = server.model_name

    def row(way: str, measured: Measurement) -> Row:
        ratio = measured.per_second / baseline.measured.per_second
        return Row(model, way, measured, _rss_mib(server.process.pid), ratio)

    return [
        row("REST", load_by_rest(server.predict_url, folder / f"{model}.json", seconds)),
        row(
            "gRPC",
            load_by_grpc(server.grpc_address, _METHOD, sent.message.SerializeToString(), seconds),
        ),
    ]


def _check_answers(server: ModelServer, sent: Any) -> None:
    """Sends one request by each protocol, because the load generators do not check answers.

    Raises:
        ProgramError: The two answers differ.
    """
    answer = requests.post(server.predict_url, sent.body, timeout=_ANSWER_SECONDS)
    answer.raise_for_status()
    by_rest = _flat(answer.json()["predictions"])
    options = [("grpc.enable_http_proxy", 0), ("grpc.max_receive_message_length", -1)]
    with grpc.insecure_channel(server.grpc_address, options=options) as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        response: predict_pb2.PredictResponse = stub.Predict(sent.message, timeout=_ANSWER_SECONDS)
    by_grpc = list(response.outputs["y"].float_val)
    same = len(by_rest) == len(by_grpc) and all(
        abs(a - b) <= 1e-4 * max(1.0, abs(b)) for a, b in zip(by_rest, by_grpc, strict=True)
    )
    if not same or not by_grpc:
        raise ProgramError(f"{server.model_name}: REST answers {by_rest}, gRPC answers {by_grpc}")


def _flat(value: Any) -> list[float]:
    return (
        [number for part in value for number in _flat(part)] if isinstance(value, list) else [value]
    )


def _rss_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024.0
    raise ProgramError(f"/proc/{pid}/status has no VmRSS")


if __name__ == "__main__":
    sys.exit(main())
