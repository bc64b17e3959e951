# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Measures the server inside of a Python process, with and without a busy Python thread.

Serving does not hold the GIL if a busy thread of the same process costs as much as a busy thread of
another process, which only takes processor time. wrk posts to half_plus_three by REST; all three
measurements alternate in one run.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import statistics
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from tensorflow_serving_s3.server import ModelServer, ServerOptions
from tensorflow_serving_s3.sourcing import StaticStoragePathSource
from tensorflow_serving_s3.testing._ports import pick_free_ports

from benchmarks.program import Program
from benchmarks.serving.load_tools import load_by_rest

IDLE = "idle"
SAME_PROCESS = "busy thread in the server's process"
OTHER_PROCESS = "busy thread in another process"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the benchmark and prints a table.

    Args:
        arguments: The arguments of the command line; None: those of this process.

    Returns:
        The exit code: 0, or 1 after a failure.
    """
    program = Program("in_process", __doc__)
    program.add_count("--rounds", 5, "How often to measure each.")
    program.add_count("--seconds", 4, "The duration of a measurement.")
    return program.run(arguments, lambda options: _report(options.rounds, options.seconds))


def _report(rounds: int, seconds: int) -> dict[str, Any]:
    rates = _measure(rounds, seconds)
    medians = {name: statistics.median(values) for name, values in rates.items()}
    print("Predictions a second by REST, the median of each:")
    for name, rate in medians.items():
        print(f"  {rate:10,.0f}  {name}")
    ratio = medians[SAME_PROCESS] / medians[OTHER_PROCESS]
    print(f"A thread in the server's process against one in another process: {ratio:.2f}")
    return {"unit": "1/s", "rates": rates, "ratio": ratio}


def _measure(rounds: int, seconds: int) -> dict[str, list[float]]:
    # Imported here, so that --help does not wait for TensorFlow.
    from tensorflow_serving_s3.testing import saved_models

    busy: dict[str, Callable[[], AbstractContextManager[None]]] = {
        IDLE: contextlib.nullcontext,
        SAME_PROCESS: _busy_thread,
        OTHER_PROCESS: _busy_process,
    }
    rates: dict[str, list[float]] = {name: [] for name in busy}
    with tempfile.TemporaryDirectory(prefix="in-process-") as folder:
        model = saved_models.save_half_plus_three(Path(folder, "model"))
        body = Path(folder, "body.json")
        body.write_text(json.dumps({"instances": [1.0, 2.0, 5.0]}))
        (port,) = pick_free_ports(1)
        url = f"http://127.0.0.1:{port}/v1/models/half:predict"
        source = StaticStoragePathSource("half", 1, model)
        with ModelServer(ServerOptions(rest_api_port=port), source=source) as server:
            server.wait_until_available("half")
            load_by_rest(url, body, 1)
            for _ in range(rounds):
                for name, activity in busy.items():
                    with activity():
                        rates[name].append(load_by_rest(url, body, seconds).per_second)
    return rates


def _spin(stopping: threading.Event) -> None:
    while not stopping.is_set():
        for _ in range(10_000):
            pass


@contextlib.contextmanager
def _busy_thread() -> Iterator[None]:
    stopping = threading.Event()
    thread = threading.Thread(target=_spin, args=(stopping,))
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def _spin_for_ever() -> None:
    _spin(threading.Event())


@contextlib.contextmanager
def _busy_process() -> Iterator[None]:
    # spawn: a process with TensorFlow must not fork.
    process = multiprocessing.get_context("spawn").Process(target=_spin_for_ever, daemon=True)
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()


if __name__ == "__main__":
    sys.exit(main())
