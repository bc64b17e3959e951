# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Measures a cold start: from the start of the server until it is ready, with a large model in S3.

The model is in SeaweedFS on this computer, with a warmup file. The link is loopback, or similar to
S3's (benchmarks/s3_load/s3_link.py). Before each run, the files of the program are removed from the
page cache, so the run reads them from the disk, as on a node that starts its first pod, unless
--warm_files is given.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tensorflow_serving_s3.testing.model_server import ModelServer

from benchmarks.cold_start.cold_parts import ColdStart, parse_cold_start
from benchmarks.cold_start.cold_program import Options, run_program
from benchmarks.cold_start.large_model import (
    BASE_PATH,
    METRICS,
    MODEL,
    PAUSE_SECONDS,
    RUN_SECONDS,
    forget,
    get,
    large_model,
    write_monitoring_config,
)
from benchmarks.startup.process_age import age_seconds
from benchmarks.startup.startup_parts import PATTERN


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the benchmark and prints a table.

    Args:
        arguments: The arguments of the command line; None: those of this process.

    Returns:
        The exit code: 0, or 1 after a failure.
    """
    return run_program("cold_start", __doc__, arguments, _measure, "the start of the process")


def _measure(options: Options) -> dict[str, list[ColdStart]]:
    with tempfile.TemporaryDirectory(prefix="cold-start-") as name:
        folder = Path(name)
        monitoring = write_monitoring_config(folder)
        files: set[str] = set()
        columns = {}
        with large_model(folder, options.mib) as environments:
            for column, env in environments.items():
                server = ModelServer(
                    BASE_PATH,
                    model_name=MODEL,
                    env=env,
                    flags=[f"--monitoring_config_file={monitoring}"],
                    poll_seconds=0,
                )
                # The first run finds the files of the program.
                files |= _run_once(server, set())[1]
                cold_files = set() if options.warm_files else files
                columns[column] = [_run_once(server, cold_files)[0] for _ in range(options.runs)]
        return columns


def _run_once(server: ModelServer, cold_files: set[str]) -> tuple[ColdStart, set[str]]:
    """Starts the server once, without `cold_files` in the page cache.

    Returns:
        The parts, and the files that the process maps.
    """
    forget(cold_files)
    began = time.monotonic()
    with server:
        while get(server.rest_port, "/readyz")[0] != 200:
            if time.monotonic() - began > RUN_SECONDS:
                # Raises an error with the status of the model.
                server.wait_until_available(timeout_seconds=0)
                raise ValueError(f"{server.rest_url}/readyz is not 200")
            time.sleep(PAUSE_SECONDS)
        ready = 1000.0 * age_seconds(server.process.pid)
        line = server.process.wait_for_line(PATTERN, timeout_seconds=10)
        parts = parse_cold_start(line, get(server.rest_port, METRICS)[1], ready)
        return parts, _mapped_files(server.process.pid)


def _mapped_files(pid: int) -> set[str]:
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    # See proc(5): the sixth column is the path.
    paths = (line.split(maxsplit=5)[5:] for line in maps)
    return {path[0] for path in paths if path and path[0].startswith("/")}


if __name__ == "__main__":
    sys.exit(main())
