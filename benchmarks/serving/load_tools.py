# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs the load generators, wrk for REST and h2load for gRPC, and parses their output."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tensorflow_serving_s3.errors import ProgramError

from benchmarks.serving.report import Measurement

REST_CONNECTIONS = 8
GRPC_CONNECTIONS = 4
GRPC_STREAMS = 4

# The flag and the length of a gRPC frame.
_FRAME_HEAD = 5
_REPORT = Path(__file__).with_name("report.lua")
# The time that a tool may need after the measurement, for the last responses and its report.
_GRACE_SECONDS = 60.0


def load_by_rest(url: str, body: Path, seconds: int) -> Measurement:
    """Posts a body repeatedly over several connections.

    Args:
        url: The URL.
        body: The file with the body.
        seconds: The duration.

    Raises:
        ProgramError: wrk is missing or failed, or a request did.
    """
    command = [find_tool("wrk", "wrk"), "--threads=1", f"--connections={REST_CONNECTIONS}"]
    command += [f"--duration={seconds}s", f"--script={_REPORT}", "--timeout=30s"]
    return parse_wrk(run_tool([*command, url, "--", str(body)], seconds))


def load_by_grpc(
    address: str, method: str, message: bytes, response_bytes: int, seconds: int
) -> Measurement:
    """Calls a method repeatedly over several connections with several streams each.

    Args:
        address: The host and the port of the server.
        method: The method, such as "/package.Service/Method".
        message: The request.
        response_bytes: The size of each response message.
        seconds: The duration.

    Raises:
        ProgramError: h2load is missing or failed, or a request did.
    """
    command = [find_tool("h2load", "nghttp2-client"), "--threads=1"]
    command += [f"--clients={GRPC_CONNECTIONS}", f"--max-concurrent-streams={GRPC_STREAMS}"]
    # Large windows, so that flow control does not limit the load.
    command += [f"--duration={seconds}", "--window-bits=24", "--connection-window-bits=24"]
    command += ["--header=content-type: application/grpc", "--header=te: trailers"]
    with tempfile.TemporaryDirectory(prefix="h2load-") as folder:
        frame = Path(folder, "frame")
        log = Path(folder, "log")
        frame.write_bytes(grpc_frame(message))
        command += [f"--data={frame}", f"--log-file={log}", f"http://{address}{method}"]
        output = run_tool(command, seconds)
        return parse_h2load(output, log.read_text(), _FRAME_HEAD + response_bytes)


def grpc_frame(message: bytes) -> bytes:
    """Returns a gRPC frame: the flag for no compression, the length and the bytes."""
    return b"\0" + len(message).to_bytes(_FRAME_HEAD - 1, "big") + message


def parse_wrk(output: str) -> Measurement:
    """Parses the last line of wrk's output, which report.lua prints.

    Raises:
        ProgramError: The line is missing, or requests failed.
    """
    lines = output.strip().splitlines()
    try:
        report = json.loads(lines[-1]) if lines else None
    except json.JSONDecodeError:
        report = None
    if not isinstance(report, dict):
        raise ProgramError("wrk printed no report", tuple(lines))
    if report["failed"] or not report["requests"]:
        raise ProgramError(
            f"wrk: {report['failed']} requests failed, {report['requests']} were answered",
            tuple(lines),
        )
    return Measurement(report["requests"] / report["seconds"], report["p50_ms"], report["p99_ms"])


def parse_h2load(output: str, log: str, body_bytes: int) -> Measurement:
    """Parses the output of h2load, and its log with a line for each request.

    h2load checks only the HTTP status, not the gRPC status in the trailers. But a call that failed
    has no response message. So the bytes of all bodies tell how many calls succeeded.

    Args:
        output: The output.
        log: The text of its log file.
        body_bytes: The size of the body of each response.

    Raises:
        ProgramError: The report is missing, or requests failed.
    """
    lines = tuple(output.strip().splitlines())
    finished = re.search(r"^finished in [^,]+, ([0-9.]+) req/s", output, re.MULTILINE)
    requests = re.search(
        r"^requests: .* ([0-9]+) succeeded, ([0-9]+) failed, ([0-9]+) errored, ([0-9]+) timeout",
        output,
        re.MULTILINE,
    )
    traffic = re.search(r"^traffic: .* \(([0-9]+)\) data$", output, re.MULTILINE)
    if finished is None or requests is None or traffic is None:
        raise ProgramError("h2load printed no report", lines)
    succeeded, *failed = map(int, requests.groups())
    if any(failed) or not succeeded:
        raise ProgramError(
            f"h2load: {sum(failed)} requests failed, {succeeded} were answered", lines
        )
    # Bodies may also have arrived before and after the measured time.
    answered = int(traffic[1]) // body_bytes
    if answered < succeeded:
        raise ProgramError(
            f"h2load: {succeeded - answered} of {succeeded} calls have no response message; their"
            " gRPC status is probably an error",
            lines,
        )
    milliseconds = sorted(int(line.split("\t")[2]) / 1000.0 for line in log.splitlines())
    return Measurement(
        float(finished[1]), percentile(milliseconds, 50), percentile(milliseconds, 99)
    )


def percentile(ordered: Sequence[float], percent: int) -> float:
    """Returns the smallest of the numbers that `percent` percent of them do not exceed."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def find_tool(program: str, package: str) -> str:
    """Returns the path of a program of a Debian package.

    Raises:
        ProgramError: It is not installed.
    """
    path = shutil.which(program)
    if path is None:
        raise ProgramError(f"{program}: not found on the PATH; install Debian's {package}")
    return path


def run_tool(command: list[str], seconds: int) -> str:
    """Runs a load generator and returns its output.

    Args:
        command: The command.
        seconds: The duration of the measurement.

    Raises:
        ProgramError: It failed, or did not end.
    """
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds + _GRACE_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise ProgramError(f"{command[0]} did not end; is the server stuck?") from error
    if done.returncode:
        lines = tuple((done.stdout + done.stderr).strip().splitlines())
        raise ProgramError(f"{command[0]} failed with exit code {done.returncode}", lines)
    return done.stdout
