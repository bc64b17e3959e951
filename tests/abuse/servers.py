# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The model server for abuse tests, and its memory.

Example:
    models = {"half": saved_model("half_plus_three")}
    with serving(tmp_path, models, flags=["--request_memory_mib=256"]) as server:
        with peak_growth_below(server, mebibytes=512):
            ...

TFS3_MODEL_SERVER in the environment selects another server program, to test another version:

    ./bazelw test //tests/abuse:all --test_env=TFS3_MODEL_SERVER=/path/to/tensorflow_model_server
"""

from __future__ import annotations

import contextlib
import os
import resource
import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tensorflow_serving_s3._programs import MODEL_SERVER, find_program
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.conformance.servers import resident_mebibytes, saved_model
from tests.e2e.model_configs import model_config, model_configs

__all__ = [
    "assert_serves",
    "limit_data",
    "open_many_files",
    "peak_growth_below",
    "resident_mebibytes",
    "saved_model",
    "serving",
]

_VARIABLE = "TFS3_MODEL_SERVER"
_MEBIBYTE = 1 << 20


@contextlib.contextmanager
def serving(
    folder: Path,
    models: Mapping[str, Path],
    *,
    flags: Sequence[str] = (),
    before: str = "",
    log: str = "",
) -> Iterator[ModelServer]:
    """Runs a server, with a metrics page, until its models are available.

    Args:
        folder: An empty folder for the models and their configuration.
        models: The SavedModel for version 1 of each model, by the model's name. The first one is
            the default model of the test client.
        flags: More flags of the server.
        before: A shell command to run before the server, such as "ulimit -n 256".
        log: A file for the server's log.
    """
    entries = []
    for name, model in models.items():
        shutil.copytree(model, folder / name / "1", copy_function=shutil.copyfile)
        entries.append(model_config(name, str(folder / name)))
    config = folder / "models.config"
    config.write_text(model_configs(*entries))
    monitoring = folder / "monitoring.config"
    monitoring.write_text("prometheus_config { enable: true }")
    server = ModelServer(
        model_config_file=config,
        model_name=next(iter(models)),
        flags=[f"--monitoring_config_file={monitoring}", *flags],
        binary=_program(folder, before, log),
    )
    with server:
        try:
            for name in models:
                server.wait_until_available(model_name=name)
            yield server
        finally:
            # pytest shows this output if the test fails.
            tail = [line[:1000] for line in server.log_tail(50)]
            print("The server:", *tail, f"exit code: {server.process.exit_code}", sep="\n  ")


def _program(folder: Path, before: str, log: str) -> Path:
    program = Path(os.environ.get(_VARIABLE, "") or find_program(MODEL_SERVER))
    if not before and not log:
        return program
    redirection = f" >{shlex.quote(log)} 2>&1" if log else ""
    script = folder / "start"
    script.write_text(
        f'#!/bin/sh -e\n{before}\nexec {shlex.quote(str(program))} "$@"{redirection}\n'
    )
    script.chmod(0o755)
    return script


def assert_serves(server: ModelServer) -> None:
    """Asserts that the process runs and has an available version."""
    assert server.process.exit_code is None
    assert "AVAILABLE" in server.status().states().values()


@contextlib.contextmanager
def peak_growth_below(server: ModelServer, *, mebibytes: float) -> Iterator[None]:
    """Asserts that the peak of the resident memory grows by less than `mebibytes`."""
    Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")  # Resets the peak.
    before = resident_mebibytes(server)
    yield
    assert server.process.exit_code is None
    growth = resident_mebibytes(server, peak=True) - before
    print(f"resident memory grew by up to {growth:.0f} MiB from {before:.0f} MiB")
    assert growth < mebibytes


def limit_data(server: ModelServer, *, mebibytes: int) -> None:
    """Limits further allocations of the server; more than `mebibytes` fail with ENOMEM."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmData:"))
    limit = int(line.split()[1]) * 1024 + mebibytes * _MEBIBYTE
    resource.prlimit(server.process.pid, resource.RLIMIT_DATA, (limit, limit))


def open_many_files() -> None:
    """Raises the limit of open files of this process to the maximum."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
