# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Measures how many requests per second the model server answers by REST and by gRPC.

Three models are on the local disk. wrk (8 connections) and h2load (4 connections with 4 streams
each) send requests for each model. Each model also runs without a server: by Session::Run on one
thread, and by RunCallable on one and on two threads. Everything runs on this computer.

With --peer, other model servers answer the same requests. With --bounds, nginx and nghttpd answer
them with the same bytes, without a model. In each round all programs get their turn, so that other
work on the computer slows them all. The table has the medians of the rounds.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import grpc
import requests
from runfiles import Runfiles
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving_s3.errors import ProgramError
from tensorflow_serving_s3.testing.model_server import ModelServer

from benchmarks.program import Program
from benchmarks.serving import process_usage
from benchmarks.serving.bounds import Nghttpd, Nginx
from benchmarks.serving.load_tools import grpc_frame, load_by_grpc, load_by_rest
from benchmarks.serving.report import BASELINE, Measurement, Row, as_table, median

MODELS = ("half_plus_three", "mlp", "image")
OURS = "tf-serving-s3"
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
    program.add_count("--rounds", 1, "How often to measure everything.")
    parser = program.parser
    parser.add_argument(
        "--models", type=_names, default=list(MODELS), help="The models, separated by commas."
    )
    parser.add_argument("--flag", action="append", default=[], help="A flag for our server.")
    program.add_servers("--peer", "Another program with TensorFlow Serving's flags.")
    parser.add_argument("--bounds", action="store_true", help="Measure nginx and nghttpd too.")
    return program.run(arguments, _report, (requests.RequestException, grpc.RpcError))


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := sorted(set(names) - set(MODELS)):
        raise argparse.ArgumentTypeError(f"no {', '.join(unknown)}; there are {', '.join(MODELS)}")
    return names


def _report(options: argparse.Namespace) -> dict[str, Any]:
    rows = _measure(options.models, options)
    print(as_table(rows), flush=True)
    return {
        "seconds": options.seconds,
        "rounds": options.rounds,
        "rows": [dataclasses.asdict(row) for row in rows],
    }


@dataclasses.dataclass(frozen=True)
class _Case:
    """One way to run a model: a row of the table.

    Attributes:
        way: The way without a server, or the protocol.
        program: The name of the program that answers.
        pid: The process of that program.
        run: Measures once.
    """

    way: str
    program: str
    pid: int
    run: Callable[[], Measurement]


def _measure(names: Sequence[str], options: argparse.Namespace) -> list[Row]:
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
        return [
            row for model in names for row in _measure_model(model, folder, sent[model], options)
        ]


def _measure_model(model: str, folder: Path, sent: Any, options: argparse.Namespace) -> list[Row]:
    alone: list[dict[str, Any]] = []
    with contextlib.ExitStack() as stack:
        cases: list[_Case] = []
        for name, binary, flags in [
            (OURS, None, options.flag),
            *((name, binary, []) for name, binary in options.peer),
        ]:
            server = stack.enter_context(
                ModelServer(
                    model_config_file=folder / "models.config",
                    model_name=model,
                    binary=binary,
                    flags=flags,
                )
            )
            server.wait_until_available(timeout_seconds=_LOAD_SECONDS)
            answers = _check_answers(server, sent)
            cases += _cases(name, server, folder, sent, answers, options.seconds)
            if name == OURS and options.bounds:
                cases += _bounds(stack, server, folder, sent, answers, options.seconds)
        measured: list[list[Measurement]] = [[] for _ in cases]
        for _ in range(options.rounds):
            alone.append(_run_alone(model, folder, options.seconds))
            for case, runs in zip(cases, measured, strict=True):
                runs.append(_with_cpu(case, options.seconds))
        rows = _rows_alone(model, alone)
        baseline = rows[0].measured.per_second
        medians = [median(runs) for runs in measured]
        ours = {
            case.way: result.per_second
            for case, result in zip(cases, medians, strict=True)
            if case.program == OURS
        }
        for case, result in zip(cases, medians, strict=True):
            rows.append(
                Row(
                    model,
                    case.way,
                    case.program,
                    result,
                    process_usage.rss_mib(case.pid),
                    result.per_second / baseline,
                    ours[case.way] / result.per_second,
                )
            )
    return rows


def _run_alone(model: str, folder: Path, seconds: int) -> dict[str, Any]:
    """Runs the model without a server."""
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
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _rows_alone(model: str, results: Sequence[dict[str, Any]]) -> list[Row]:
    rows: list[Row] = []
    for key, way in (
        ("session_run", BASELINE),
        ("run_callable", "RunCallable"),
        ("run_callable_2_threads", "RunCallable, 2 threads"),
    ):
        measured = median([Measurement(**result[key]) for result in results])
        baseline = rows[0].measured if rows else measured
        ratio = measured.per_second / baseline.per_second
        rows.append(Row(model, way, "", measured, results[-1]["rss_mib"], ratio, None))
    return rows


@dataclasses.dataclass(frozen=True)
class _Answers:
    """The responses to the request of a model.

    Attributes:
        body: The body by REST.
        message: The message by gRPC.
    """

    body: bytes
    message: bytes


def _cases(
    name: str, server: ModelServer, folder: Path, sent: Any, answers: _Answers, seconds: int
) -> list[_Case]:
    body = folder / f"{server.model_name}.json"
    message = sent.message.SerializeToString()
    size = len(answers.message)
    pid = server.process.pid
    return [
        _Case("REST", name, pid, lambda: load_by_rest(server.predict_url, body, seconds)),
        _Case(
            "gRPC",
            name,
            pid,
            lambda: load_by_grpc(server.grpc_address, _METHOD, message, size, seconds),
        ),
    ]


def _bounds(
    stack: contextlib.ExitStack,
    server: ModelServer,
    folder: Path,
    sent: Any,
    answers: _Answers,
    seconds: int,
) -> list[_Case]:
    nginx = stack.enter_context(Nginx(answers.body))
    nghttpd = stack.enter_context(Nghttpd(grpc_frame(answers.message), _METHOD))
    body = folder / f"{server.model_name}.json"
    message = sent.message.SerializeToString()
    size = len(answers.message)
    url = server.predict_url.replace(f":{server.rest_port}/", f":{nginx.port}/")
    address = f"127.0.0.1:{nghttpd.port}"
    return [
        _Case("REST", "nginx", nginx.pid, lambda: load_by_rest(url, body, seconds)),
        _Case(
            "gRPC",
            "nghttpd",
            nghttpd.pid,
            lambda: load_by_grpc(address, _METHOD, message, size, seconds),
        ),
    ]


def _with_cpu(case: _Case, seconds: int) -> Measurement:
    before = process_usage.cpu_seconds(case.pid)
    measured = case.run()
    used = process_usage.cpu_seconds(case.pid) - before
    return dataclasses.replace(measured, cpu_us=used * 1e6 / (measured.per_second * seconds))


def _check_answers(server: ModelServer, sent: Any) -> _Answers:
    """Sends one request by each protocol, because the load generators do not check answers.

    Raises:
        ProgramError: The two answers differ.
    """
    answer = requests.post(server.predict_url, sent.body, timeout=_ANSWER_SECONDS)
    answer.raise_for_status()
    by_rest = _flat(answer.json()["predictions"])
    options = [("grpc.enable_http_proxy", 0), ("grpc.max_receive_message_length", -1)]
    with grpc.insecure_channel(server.grpc_address, options=options) as channel:
        # Without a deserializer, a call returns the bytes of the message.
        message: bytes = channel.unary_unary(_METHOD)(
            sent.message.SerializeToString(), timeout=_ANSWER_SECONDS
        )
    response = predict_pb2.PredictResponse.FromString(message)
    by_grpc = list(response.outputs["y"].float_val)
    same = len(by_rest) == len(by_grpc) and all(
        abs(a - b) <= 1e-4 * max(1.0, abs(b)) for a, b in zip(by_rest, by_grpc, strict=True)
    )
    if not same or not by_grpc:
        raise ProgramError(f"{server.model_name}: REST answers {by_rest}, gRPC answers {by_grpc}")
    return _Answers(answer.content, message)


def _flat(value: Any) -> list[float]:
    return (
        [number for part in value for number in _flat(part)] if isinstance(value, list) else [value]
    )


if __name__ == "__main__":
    sys.exit(main())
