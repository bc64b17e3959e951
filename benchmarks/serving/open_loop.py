# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Sends requests at a given rate with h2load, whether or not the server keeps up."""

from __future__ import annotations

import dataclasses
import re
import tempfile
from pathlib import Path

from tensorflow_serving_s3.errors import ProgramError

from benchmarks.serving.load_tools import find_tool, percentile, run_tool

# h2load sends the requests of one connection at most every 10 ms. So that it does not send several
# at once, there are enough connections for one request in that time.
_REQUESTS_PER_CONNECTION = 100
_MAX_CONNECTIONS = 1000
# By gRPC: calls that wait for their responses while the server is slow.
_STREAMS = 100


@dataclasses.dataclass(frozen=True)
class Offered:
    """The result of an offered load.

    Attributes:
        offered: The requests per second that should have been sent.
        answered: The requests per second that were answered without an error.
        failed: The requests per second that were refused or failed.
        p50_ms: The median of the durations of all requests.
        p99_ms: The 99th percentile of these durations.
    """

    offered: float
    answered: float
    failed: float
    p50_ms: float
    p99_ms: float


def offer_by_rest(url: str, body: Path, rate: float, seconds: int) -> Offered:
    """Posts a body at a rate.

    Args:
        url: The URL.
        body: The file with the body.
        rate: The requests per second.
        seconds: The duration.

    Raises:
        ProgramError: h2load is missing or failed.
    """
    return _offer(["--h1", f"--data={body}", url], rate, seconds, _REQUESTS_PER_CONNECTION, None)


def offer_by_grpc(
    address: str, method: str, frame: Path, response_bytes: int, rate: float, seconds: int
) -> Offered:
    """Calls a method at a rate.

    Args:
        address: The host and the port of the server.
        method: The method, such as "/package.Service/Method".
        frame: The file with the request, as `grpc_frame` returns it.
        response_bytes: The size of each response with its frame. A call with an error has none.
        rate: The calls per second.
        seconds: The duration.

    Raises:
        ProgramError: h2load is missing or failed.
    """
    arguments = [f"--max-concurrent-streams={_STREAMS}", f"--data={frame}"]
    arguments += ["--window-bits=24", "--connection-window-bits=24"]
    arguments += ["--header=content-type: application/grpc", "--header=te: trailers"]
    arguments.append(f"http://{address}{method}")
    return _offer(arguments, rate, seconds, _REQUESTS_PER_CONNECTION, response_bytes)


def _offer(
    arguments: list[str],
    rate: float,
    seconds: int,
    per_connection: float,
    response_bytes: int | None,
) -> Offered:
    connections = min(_MAX_CONNECTIONS, max(1, round(rate / per_connection)))
    command = [find_tool("h2load", "nghttp2-client"), "--threads=1", f"--duration={seconds}"]
    command += [f"--clients={connections}", f"--rps={rate / connections:.3f}"]
    with tempfile.TemporaryDirectory(prefix="h2load-") as folder:
        log = Path(folder, "log")
        output = run_tool([*command, f"--log-file={log}", *arguments], seconds)
        return parse_offered(output, log.read_text(), rate, seconds, response_bytes)


def parse_offered(
    output: str, log: str, rate: float, seconds: int, response_bytes: int | None
) -> Offered:
    """Parses the output of h2load, and its log with a line for each request.

    Args:
        output: The output.
        log: The text of its log file.
        rate: The requests per second that h2load should have sent.
        seconds: The duration.
        response_bytes: The size of the body of each response without an error; None: the HTTP
            status tells which have none.

    Raises:
        ProgramError: The report is missing.
    """
    requests = re.search(
        r"^requests: \d+ total, \d+ started, (\d+) done, (\d+) succeeded,", output, re.MULTILINE
    )
    traffic = re.search(r"^traffic: .* \((\d+)\) data$", output, re.MULTILINE)
    if requests is None or traffic is None:
        raise ProgramError("h2load printed no report", tuple(output.strip().splitlines()))
    done, succeeded = int(requests[1]), int(requests[2])
    answered = succeeded
    if response_bytes is not None:
        answered = min(succeeded, int(traffic[1]) // response_bytes)
    milliseconds = sorted(int(line.split("\t")[2]) / 1000.0 for line in log.splitlines())
    if not milliseconds:
        raise ProgramError("h2load sent no request", tuple(output.strip().splitlines()))
    return Offered(
        rate,
        answered / seconds,
        (done - answered) / seconds,
        percentile(milliseconds, 50),
        percentile(milliseconds, 99),
    )
