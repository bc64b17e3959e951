# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Sends requests at a given rate, whether or not the server keeps up."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from runfiles import Runfiles
from tensorflow_serving_s3.errors import ProgramError

from benchmarks.serving.load_tools import percentile, run_tool

_PROGRAM = "tf_serving_s3/benchmarks/serving/send_at_rate"
# The connections, and how many requests each may have open.
_LIMITS = {"http1": (100, 1), "grpc": (50, 100)}


@dataclasses.dataclass(frozen=True)
class Load:
    """When requests are sent.

    Attributes:
        rate: The requests per second.
        seconds: The duration.
        is_random: Whether the requests come at random times (a Poisson process), not in equal
            steps.
    """

    rate: float
    seconds: int
    is_random: bool = False


@dataclasses.dataclass(frozen=True)
class Offered:
    """The result of an offered load.

    Attributes:
        offered: The requests per second that should have been sent.
        answered: The requests per second that were answered without an error.
        failed: The requests per second that were refused or failed.
        p50_ms: The median of the durations of the answered requests.
        p99_ms: The 99th percentile of these durations.
    """

    offered: float
    answered: float
    failed: float
    p50_ms: float
    p99_ms: float


def offer_by_rest(port: int, path: str, body: Path, load: Load) -> Offered:
    """Posts a body over HTTP/1.1 at a rate.

    Args:
        port: The port of the server, on this computer.
        path: The path of the URL.
        body: The file with the body.
        load: When the requests are sent.

    Raises:
        ProgramError: The load generator is missing or failed, or no request was answered.
    """
    return _offer("http1", port, path, body, load)


def offer_by_grpc(port: int, method: str, frame: Path, load: Load) -> Offered:
    """Calls a method at a rate.

    Args:
        port: The port of the server, on this computer.
        method: The method, such as "/package.Service/Method".
        frame: The file with the request, as `grpc_frame` returns it.
        load: When the calls are sent.

    Raises:
        ProgramError: The load generator is missing or failed, or no call was answered.
    """
    return _offer("grpc", port, method, frame, load)


def _offer(protocol: str, port: int, path: str, body: Path, load: Load) -> Offered:
    runfiles = Runfiles.Create()
    program = runfiles.Rlocation(_PROGRAM) if runfiles else None
    if program is None:
        raise ProgramError(
            "send_at_rate: not found in Bazel's runfiles; run this program with Bazel"
        )
    times = "random" if load.is_random else "steps"
    command = [program, protocol, str(port), path, str(body), times, str(load.rate)]
    command += [str(load.seconds), *map(str, _LIMITS[protocol])]
    lines = run_tool(command, load.seconds).split()
    milliseconds = sorted(float(line) for line in lines if line != "failed")
    if not milliseconds:
        raise ProgramError(f"send_at_rate: {len(lines)} requests failed, none was answered")
    return Offered(
        load.rate,
        len(milliseconds) / load.seconds,
        (len(lines) - len(milliseconds)) / load.seconds,
        percentile(milliseconds, 50),
        percentile(milliseconds, 99),
    )
