# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The model server under abuse, and how much memory it takes.

Example:
    models = {"half": saved_model("half_plus_three")}
    with serving(tmp_path, models, flags=["--request_memory_mib=256"]) as server:
        with peak_growth_below(server, mebibytes=512):
            ...

TFS3_MODEL_SERVER in the environment names another server program than the one that Bazel builds, to
see what another version does:

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
    """Runs a server of models that are available; its metrics page is on.

    Args:
        folder: An empty folder for the models and their configuration.
        models: The SavedModel that is version 1 of each model, by the model's name; URLs without a
            name are about the first.
        flags: More flags of the server.
        before: A command of the shell that starts the server, such as "ulimit -n 256".
        log: A file for the server's log, in place of the output that the test keeps.
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
            # Which pytest shows when the test fails.
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
    """Asserts that resident memory, its peak included, grows by less than so many MiB."""
    Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")  # The peak starts anew.
    before = resident_mebibytes(server)
    yield
    assert server.process.exit_code is None
    growth = resident_mebibytes(server, peak=True) - before
    print(f"resident memory grew by up to {growth:.0f} MiB from {before:.0f} MiB")
    assert growth < mebibytes


def limit_data(server: ModelServer, *, mebibytes: int) -> None:
    """Lets the server allocate at most so many MiB more: what is above gets no memory (ENOMEM)."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmData:"))
    limit = int(line.split()[1]) * 1024 + mebibytes * _MEBIBYTE
    resource.prlimit(server.process.pid, resource.RLIMIT_DATA, (limit, limit))


def open_many_files() -> None:
    """Lets this process open as many files as the system allows it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
