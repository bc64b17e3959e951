# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Measures how long TensorFlow takes to load a large model from S3, in several ways.

A SavedModel with 1 GiB of variables is in SeaweedFS on this computer. The ways are: the local disk,
this filesystem in Python, this filesystem in the model server, tensorflow-io, and a download with
boto3. Each way except the local disk is measured over the loopback interface and over a link
similar to S3 (90 MB/s per connection, 30 ms to the first byte). Each load runs in a separate
process. The ways alternate.

With --server, the ways are these model servers: the same server with other S3 filesystems, for
example. copy_server.py keeps the servers of other configurations.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import math
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from runfiles import Runfiles
from tensorflow_serving_s3.errors import ProgramError
from tensorflow_serving_s3.publish import publish_version
from tensorflow_serving_s3.testing.model_server import ModelServer
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from benchmarks.program import Program
from benchmarks.s3_load import report
from benchmarks.s3_load.report import Row, Run
from benchmarks.s3_load.s3_link import S3Link

_LIBRARY = "tensorflow_io/tensorflow_io/python/ops/libtensorflow_io_plugins.so"
_BASE_PATH = "s3://models/large"
_LOAD_SECONDS = 300.0
_WAYS = (report.PLUGIN, report.SERVER, report.TENSORFLOW_IO, report.BOTO3)


@dataclasses.dataclass(frozen=True)
class _Options:
    runs: int
    variables: int
    mib: int
    pause: float
    ways: Sequence[str]
    # Way -> program; None: the one in the runfiles of Bazel.
    servers: Mapping[str, Path | None]

    @property
    def model_mib(self) -> int:
        return self.variables * self.mib


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the benchmark and prints a table.

    Args:
        arguments: The arguments of the command line; None: those of this process.

    Returns:
        The exit code: 0, or 1 after a failure.
    """
    program = Program("s3_load", __doc__)
    program.add_count("--runs", 3, "The number of runs of each way.")
    program.add_count("--variables", 16, "The variables of the model.")
    program.add_count("--mib", 64, "The size of each variable.")
    program.parser.add_argument(
        "--pause",
        type=float,
        default=0.0,
        help="The seconds before each load. Meanwhile a virtual machine returns free memory to its"
        " host.",
    )
    program.add_servers(
        "--server",
        "Measures this model server instead of the other ways; may be repeated. Its shared"
        " libraries are searched in its folder first.",
    )
    return program.run(arguments, _report)


def _report(given: argparse.Namespace) -> dict[str, Any]:
    servers = dict(given.server)
    options = _Options(
        given.runs,
        given.variables,
        given.mib,
        given.pause,
        tuple(servers) or _WAYS,
        servers or {report.SERVER: None},
    )
    rows = _measure(options)
    print(report.as_table(rows), flush=True)
    return {"model_mib": options.model_mib, "rows": [dataclasses.asdict(row) for row in rows]}


def _measure(options: _Options) -> list[Row]:
    with (
        tempfile.TemporaryDirectory(prefix="s3-load-") as folder,
        SeaweedFS(buckets=["models"]) as storage,
        S3Link(storage.endpoint) as link,
    ):
        model = Path(folder) / "1"
        arguments = [str(model), f"--variables={options.variables}", f"--mib={options.mib}"]
        _run("make_model", arguments, {})
        publish_version(model, _BASE_PATH, 1, client=storage.client())
        local = []
        for _ in range(options.runs):
            time.sleep(options.pause)
            local.append(_load(["--way=local", str(model)], {}, options.model_mib))
        rows = [_row("", report.LOCAL, [run for run, _ in local], options, None)]
        for name, endpoint, counter in (
            ("loopback", storage.endpoint, None),
            ("S3-like", link.endpoint, link),
        ):
            env = {**storage.env(), "AWS_ENDPOINT_URL_S3": endpoint}
            runs = _alternate(options, env, counter, local[0][1])
            first = min(run.seconds for run in runs[options.ways[0]])
            rows += [_row(name, way, runs[way], options, first) for way in options.ways]
    return rows


def _alternate(
    options: _Options, env: Mapping[str, str], counter: S3Link | None, expected: list[float]
) -> dict[str, list[Run]]:
    """Returns the runs of each way over one link."""
    runs: dict[str, list[Run]] = {way: [] for way in options.ways}
    for _ in range(options.runs):
        for way in options.ways:
            time.sleep(options.pause)
            before = counter.request_count() if counter is not None else 0
            if way in options.servers:
                run, answer = _load_in_server(options.servers[way], env, options.model_mib)
            else:
                run, answer = _load_in_python(way, env, options.model_mib)
            if not _are_equal(answer, expected):
                raise ProgramError(f"{way}: the model was not read rightly")
            if counter is not None:
                run = dataclasses.replace(run, requests=counter.request_count() - before)
            runs[way].append(run)
    return runs


def _are_equal(answer: Sequence[float], expected: Sequence[float]) -> bool:
    # JSON has fewer digits than NumPy returns for a float32.
    return len(answer) == len(expected) and all(
        math.isclose(a, b, rel_tol=1e-6) for a, b in zip(answer, expected, strict=True)
    )


def _row(link: str, way: str, runs: Sequence[Run], options: _Options, first: float | None) -> Row:
    return report.make_row(link, way, runs, options.model_mib << 20, first)


def _load_in_python(way: str, env: Mapping[str, str], mib: int) -> tuple[Run, list[float]]:
    model = f"{_BASE_PATH}/1"
    if way == report.PLUGIN:
        return _load(["--way=plugin", model], env, mib)
    if way == report.BOTO3:
        return _load(["--way=boto3", model], env, mib)
    # Multi-part downloads, the default of tensorflow-io, fail: "truncated block read".
    settings = {
        "S3_ENDPOINT": env["AWS_ENDPOINT_URL_S3"],
        "S3_DISABLE_MULTI_PART_DOWNLOAD": "1",
    }
    arguments = ["--way=library", f"--library={_find(_LIBRARY)}", model]
    return _load(arguments, {**env, **settings}, mib, "load_once_tensorflow_2_16")


def _load_in_server(
    binary: Path | None, env: Mapping[str, str], mib: int
) -> tuple[Run, list[float]]:
    libraries = {"LD_LIBRARY_PATH": str(binary.parent)} if binary is not None else {}
    server = ModelServer(_BASE_PATH, model_name="large", env={**env, **libraries}, binary=binary)
    began = time.monotonic()
    with server:
        server.wait_until_available(timeout_seconds=_LOAD_SECONDS)
        seconds = time.monotonic() - began
        cpu_seconds = _cpu_seconds(server.process.pid)
        peak_mib = _peak_mib(server.process.pid)
        body = json.dumps({"inputs": {"x": [0.0]}}).encode()
        with urllib.request.urlopen(server.predict_url, data=body) as response:
            answer = json.load(response)["outputs"]
    return Run(seconds, None, peak_mib - mib, cpu_seconds), answer


def _cpu_seconds(pid: int) -> float:
    # See proc_pid_stat(5): utime and stime, after the name in parentheses.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024.0


def _load(
    arguments: Sequence[str], env: Mapping[str, str], mib: int, program: str = "load_once"
) -> tuple[Run, list[float]]:
    result = json.loads(_run(program, arguments, env).splitlines()[-1])
    run = Run(result["seconds"], None, result["peak_mib"] - mib, result["cpu_seconds"])
    return run, result["answer"]


def _run(program: str, arguments: Sequence[str], env: Mapping[str, str]) -> str:
    runfiles = Runfiles.Create()
    inherited = {
        name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ
    }
    found = runfiles.EnvVars() if runfiles is not None else {}
    isolation = {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    done = subprocess.run(
        # The program in the runfiles of this program; its own runfiles do not exist.
        [Path(__file__).with_name(program), *arguments],
        env={**inherited, **found, **isolation, **env},
        capture_output=True,
        text=True,
        timeout=_LOAD_SECONDS,
        check=False,
    )
    # The plugin of tensorflow-io aborts at the end of the process, after the output was written.
    with contextlib.suppress(IndexError, ValueError):
        json.loads(done.stdout.splitlines()[-1])
        return done.stdout
    if done.returncode:
        raise ProgramError(
            f"{program} {' '.join(arguments)} failed", tuple(done.stderr.splitlines()[-10:])
        )
    return done.stdout


def _find(runfile: str) -> str:
    runfiles = Runfiles.Create()
    found = runfiles.Rlocation(runfile) if runfiles is not None else None
    if found is None:
        raise ProgramError(f"{runfile}: not found in Bazel's runfiles; run this program with Bazel")
    return found


if __name__ == "__main__":
    sys.exit(main())
