# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Measures a cold start: from the start of the server until it is ready, with a large model in S3.

The model is in SeaweedFS on this computer, with a warmup file. The link is loopback, or similar to
S3's (benchmarks/s3_load/s3_link.py). Before each run, the files of the program are removed from the
page cache, so the run reads them from the disk, as on a node that starts its first pod.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from runfiles import Runfiles
from tensorflow_serving_s3.errors import Error
from tensorflow_serving_s3.publish import publish_version
from tensorflow_serving_s3.testing.model_server import ModelServer
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from benchmarks.cold_start.cold_parts import ColdStart, as_table, parse_cold_start
from benchmarks.s3_load.s3_link import S3Link
from benchmarks.startup.process_age import age_seconds
from benchmarks.startup.startup_parts import PATTERN

_MODEL = "big"
_BASE_PATH = f"s3://models/{_MODEL}"
_METRICS = "/monitoring/prometheus/metrics"
_VARIABLES = 16
_RUN_SECONDS = 600.0
_PAUSE_SECONDS = 0.002
_LOOPBACK = "loopback"
_S3_LIKE = "S3-like"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the benchmark and prints a table.

    Args:
        arguments: The arguments of the command line; None: those of this process.

    Returns:
        The exit code: 0, or 1 after a failure.
    """
    parser = argparse.ArgumentParser(prog="cold_start", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="The number of starts for each link.")
    parser.add_argument("--mib", type=int, default=1024, help="The size of the model.")
    options = parser.parse_args(arguments)
    if options.runs < 1 or options.mib < _VARIABLES:
        parser.error(f"--runs must be at least 1, and --mib at least {_VARIABLES}")
    try:
        columns = _measure(options.runs, options.mib)
    except (Error, ValueError) as error:
        print(f"cold_start: {error}", *getattr(error, "log", ()), sep="\n  ", file=sys.stderr)
        return 1
    print(
        f"From the start of the process until /readyz answers 200, {options.mib} MiB, median of"
        f" {options.runs} runs:"
    )
    print(as_table(columns), flush=True)
    return 0


def _measure(runs: int, mib: int) -> dict[str, list[ColdStart]]:
    with tempfile.TemporaryDirectory(prefix="cold-start-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        storage = stack.enter_context(SeaweedFS(buckets=["models"]))
        publish_version(_make_model(folder, mib), _BASE_PATH, 1, client=storage.client())
        link = stack.enter_context(S3Link(storage.endpoint))
        monitoring = folder / "monitoring.config"
        monitoring.write_text("prometheus_config { enable: true }\n")
        files: set[str] = set()
        columns = {}
        for column, endpoint in ((_LOOPBACK, storage.endpoint), (_S3_LIKE, link.endpoint)):
            server = ModelServer(
                _BASE_PATH,
                model_name=_MODEL,
                env={**storage.env(), "AWS_ENDPOINT_URL_S3": endpoint},
                flags=[f"--monitoring_config_file={monitoring}"],
                poll_seconds=0,
            )
            # The first run finds the files of the program.
            _run_once(server, files)
            columns[column] = [_run_once(server, files) for _ in range(runs)]
        return columns


def _make_model(folder: Path, mib: int) -> Path:
    """Saves a model with 16 variables and a warmup request."""
    model = folder / _MODEL
    runfiles = Runfiles.Create()
    name = "tf_serving_s3/benchmarks/s3_load/make_model"
    program = runfiles.Rlocation(name) if runfiles is not None else None
    if runfiles is None or program is None:
        raise ValueError("make_model: not found in Bazel's runfiles")
    size = [f"--variables={_VARIABLES}", f"--mib={mib // _VARIABLES}"]
    subprocess.run(
        [program, str(model), *size], check=True, env={**os.environ, **runfiles.EnvVars()}
    )
    # Imported here, so that --help does not wait for TensorFlow.
    import tensorflow as tf
    from tensorflow_serving.apis import prediction_log_pb2

    log = prediction_log_pb2.PredictionLog()
    request = log.predict_log.request
    request.model_spec.name = _MODEL
    request.inputs["x"].CopyFrom(tf.make_tensor_proto([1.0]))
    extra = model / "assets.extra"
    extra.mkdir()
    with tf.io.TFRecordWriter(str(extra / "tf_serving_warmup_requests")) as writer:
        writer.write(log.SerializeToString())
    return model


def _run_once(server: ModelServer, files: set[str]) -> ColdStart:
    """Starts the server once. Adds the files that its process maps to `files`."""
    _forget(files)
    began = time.monotonic()
    with server:
        while _get(server, "/readyz")[0] != 200:
            if time.monotonic() - began > _RUN_SECONDS:
                # Raises an error with the status of the model.
                server.wait_until_available(timeout_seconds=0)
                raise ValueError(f"{server.rest_url}/readyz is not 200")
            time.sleep(_PAUSE_SECONDS)
        ready = 1000.0 * age_seconds(server.process.pid)
        line = server.process.wait_for_line(PATTERN, timeout_seconds=10)
        files |= _mapped_files(server.process.pid)
        return parse_cold_start(line, _get(server, _METRICS)[1], ready)


def _forget(files: set[str]) -> None:
    """Removes files from the page cache, except for pages that a process maps."""
    for name in files:
        with contextlib.suppress(OSError), open(name, "rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _mapped_files(pid: int) -> set[str]:
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    # See proc(5): the sixth column is the path.
    paths = (line.split(maxsplit=5)[5:] for line in maps)
    return {path[0] for path in paths if path and path[0].startswith("/")}


def _get(server: ModelServer, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.rest_port, timeout=30)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
