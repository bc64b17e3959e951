# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Measures how long TensorFlow takes to load a large model from S3, in several ways.

A SavedModel with 1 GiB of variables is in SeaweedFS on this computer. The ways are: the local disk,
this filesystem in Python, this filesystem in the model server, tensorflow-io, and a download with
boto3. Each way except the local disk is measured over the loopback interface and over a link
similar to S3 (90 MB/s per connection, 30 ms to the first byte). Each load runs in a separate
process. The ways alternate.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import time
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
    return program.run(arguments, lambda given: _report(given.runs, given.variables, given.mib))


def _report(runs: int, variables: int, mib: int) -> dict[str, Any]:
    rows = _measure(runs, variables, mib)
    print(report.as_table(rows), flush=True)
    return {"model_mib": variables * mib, "rows": [dataclasses.asdict(row) for row in rows]}


def _measure(count: int, variables: int, mib: int) -> list[Row]:
    with (
        tempfile.TemporaryDirectory(prefix="s3-load-") as folder,
        SeaweedFS(buckets=["models"]) as storage,
        S3Link(storage.endpoint) as link,
    ):
        model = Path(folder) / "1"
        _run("make_model", [str(model), f"--variables={variables}", f"--mib={mib}"], {})
        publish_version(model, _BASE_PATH, 1, client=storage.client())
        local = [_load(["--way=local", str(model)], {}, variables * mib) for _ in range(count)]
        rows = [_row("", report.LOCAL, [run for run, _ in local], variables * mib, None)]
        for name, endpoint, counter in (
            ("loopback", storage.endpoint, None),
            ("S3-like", link.endpoint, link),
        ):
            env = {**storage.env(), "AWS_ENDPOINT_URL_S3": endpoint}
            runs: dict[str, list[Run]] = {way: [] for way in _WAYS}
            for _ in range(count):
                for way in _WAYS:
                    before = counter.request_count() if counter is not None else 0
                    run, answer = _load_from_s3(way, env, variables * mib)
                    if answer is not None and answer != local[0][1]:
                        raise ProgramError(f"{way}: the model was not read rightly")
                    if counter is not None:
                        run = dataclasses.replace(run, requests=counter.request_count() - before)
                    runs[way].append(run)
            ours = min(run.seconds for run in runs[report.PLUGIN])
            rows += [_row(name, way, runs[way], variables * mib, ours) for way in _WAYS]
    return rows


def _row(link: str, way: str, runs: Sequence[Run], mib: int, ours: float | None) -> Row:
    return report.make_row(link, way, runs, mib << 20, ours)


def _load_from_s3(way: str, env: Mapping[str, str], mib: int) -> tuple[Run, list[float] | None]:
    model = f"{_BASE_PATH}/1"
    if way == report.PLUGIN:
        return _load(["--way=plugin", model], env, mib)
    if way == report.BOTO3:
        return _load(["--way=boto3", model], env, mib)
    if way == report.TENSORFLOW_IO:
        # Multi-part downloads, the default of tensorflow-io, fail: "truncated block read".
        settings = {
            "S3_ENDPOINT": env["AWS_ENDPOINT_URL_S3"],
            "S3_DISABLE_MULTI_PART_DOWNLOAD": "1",
        }
        arguments = ["--way=library", f"--library={_find(_LIBRARY)}", model]
        return _load(arguments, {**env, **settings}, mib, "load_once_tensorflow_2_16")
    began = time.monotonic()
    with ModelServer(_BASE_PATH, model_name="large", env=env) as server:
        server.wait_until_available(timeout_seconds=_LOAD_SECONDS)
        return Run(time.monotonic() - began, None, None), None


def _load(
    arguments: Sequence[str], env: Mapping[str, str], mib: int, program: str = "load_once"
) -> tuple[Run, list[float]]:
    result = json.loads(_run(program, arguments, env).splitlines()[-1])
    return Run(result["seconds"], None, result["peak_mib"] - mib), result["answer"]


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
