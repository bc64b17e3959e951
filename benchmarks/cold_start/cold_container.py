# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Measures a cold start in a container: from `podman run` until the server is ready.

The image is //docker:image, and the model is in S3 as for cold_start. podman loads the image
before; how long that takes, and a pull from a registry on this computer, has lines of its own.
Before each run, the files of the image are removed from the page cache, as on a node that has the
image and starts its first pod, unless --warm_files is given. Needs root.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from tensorflow_serving_s3.testing._ports import pick_free_ports

from benchmarks.cold_start.cold_parts import ColdStart, in_container, parse_cold_start
from benchmarks.cold_start.cold_program import Options, run_program
from benchmarks.cold_start.large_model import (
    BUCKET,
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
from docker import containers, push
from docker.archive import Image

_PLACE = "/etc/serving"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the benchmark and prints a table.

    Args:
        arguments: The arguments of the command line; None: those of this process.

    Returns:
        The exit code: 0, or 1 after a failure.
    """
    return run_program("cold_container", __doc__, arguments, _measure, "`podman run`")


def _measure(options: Options) -> dict[str, list[ColdStart]]:
    if os.geteuid() != 0:
        raise ValueError("containers need root here; run this program as root")
    with contextlib.ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="cold-container-"))
        folder = Path(name)
        podman = stack.enter_context(containers.podman())
        image = _install(podman, options.runs)
        engine = containers.PodmanEngine(podman, image)
        if reason := engine.why_not():
            raise ValueError(f"containers cannot run here: {reason}")
        config = folder / "config"
        config.mkdir()
        write_monitoring_config(config)
        environments = stack.enter_context(large_model(folder, options.mib))
        columns: dict[str, list[ColdStart]] = {}
        for column, env in environments.items():
            server = _Server(engine, containers.store_variables(env), config)
            server.start()
            columns[column] = []
            for _ in range(options.runs):
                if not options.warm_files:
                    os.sync()  # Only clean pages can be removed.
                    forget(_files_below(podman.folder))
                columns[column].append(server.start())
    return columns


def _install(podman: containers.Podman, runs: int) -> str:
    """Gives podman the image, prints how long that takes, and returns the name of the image."""
    archive = containers.image_archive()
    name = Image(archive).name
    with containers.registry() as address:
        skopeo = containers.find("usr/bin/skopeo")
        options = ["--dest-tls-verify=false"]
        if push.push(skopeo, archive, f"{address}/tf-serving-s3", [], options):
            raise ValueError(f"skopeo cannot push {archive} to {address}; see its message above")
        pull = ["pull", "--quiet", "--tls-verify=false", f"{address}/{name}"]
        load = ["load", "--quiet", "--input", str(archive)]
        # The image that `load` leaves is the one that runs.
        for what, command in (("podman pull from loopback", pull), ("podman load", load)):
            seconds = []
            for _ in range(runs):
                podman.check("rmi", "--all", "--force")
                began = time.monotonic()
                podman.check(*command)
                seconds.append(time.monotonic() - began)
            print(f"{what}: {statistics.median(seconds):.1f} s, median of {runs} runs")
    return name


def _files_below(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


@dataclasses.dataclass(frozen=True)
class _Server:
    """A server in a container that can be started several times.

    Attributes:
        engine: Runs the image.
        env: The variables for the store.
        config: The folder with monitoring.config.
    """

    engine: containers.PodmanEngine
    env: dict[str, str]
    config: Path

    def start(self) -> ColdStart:
        """Starts the server once, and returns the parts."""
        grpc, rest = pick_free_ports(2)
        env = {**self.env, "MODEL_NAME": MODEL, "MODEL_BASE_PATH": f"s3://{BUCKET}"}
        arguments = [
            f"--port={grpc}",
            f"--rest_api_port={rest}",
            f"--monitoring_config_file={_PLACE}/monitoring.config",
            "--file_system_poll_wait_seconds=0",
        ]
        began = time.monotonic()
        with self.engine.run([], env, arguments, {_PLACE: self.config}) as run:
            _wait_until_ready(run, rest, began)
            ready_at = time.monotonic()
            # podman is asked afterwards, because it uses a processor.
            age = age_seconds(run.pid) - (time.monotonic() - ready_at)
            line = _startup_line(run)
            start = parse_cold_start(line, get(rest, METRICS)[1], 1000.0 * age)
            return in_container(
                start,
                forked=1000.0 * (ready_at - age - began),
                running=1000.0 * (_running_since(run) - began),
            )


def _wait_until_ready(run: containers.PodmanRun, port: int, began: float) -> None:
    while True:
        with contextlib.suppress(OSError):
            if get(port, "/readyz")[0] == 200:
                return
        if time.monotonic() - began > RUN_SECONDS:
            raise ValueError(f"http://127.0.0.1:{port}/readyz is not 200; the log:\n{run.logs()}")
        time.sleep(PAUSE_SECONDS)


def _running_since(run: containers.PodmanRun) -> float:
    """Returns when podman started the program, by time.monotonic()."""
    started = datetime.datetime.fromisoformat(run.inspect("{{json .State.StartedAt}}").strip('"'))
    return started.timestamp() - (time.time() - time.monotonic())


def _startup_line(run: containers.PodmanRun) -> str:
    deadline = time.monotonic() + 10
    while True:
        if found := re.search(f".*{PATTERN}.*", run.logs()):
            return found[0]
        if time.monotonic() > deadline:
            raise ValueError(f"the log of the server has no line {PATTERN!r}:\n{run.logs()}")
        time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main())
