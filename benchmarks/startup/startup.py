# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Measures the time from the start of the model server to its first response, with a model in S3.

half_plus_three is in SeaweedFS on this computer. Each run starts the server and sends REST requests
until the response is correct. The server logs the durations of the parts.
"""

from __future__ import annotations

import http.client
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tensorflow_serving_s3.publish import publish_version
from tensorflow_serving_s3.testing.model_server import ModelServer
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from benchmarks.program import Program
from benchmarks.startup.process_age import age_seconds
from benchmarks.startup.startup_parts import (
    PATTERN,
    StartupParts,
    as_table,
    parse_startup,
    summarise,
)

_BASE_PATH = "s3://models/half_plus_three"
_REQUEST = json.dumps({"instances": [1.0, 2.0, 5.0]})
_ANSWER = {"predictions": [3.5, 4.0, 5.5]}
_RUN_SECONDS = 60.0
_PAUSE_SECONDS = 0.002


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the benchmark and prints a table.

    Args:
        arguments: The arguments of the command line; None: those of this process.

    Returns:
        The exit code: 0, or 1 after a failure.
    """
    program = Program("startup", __doc__)
    program.add_count("--runs", 11, "The number of starts.")
    return program.run(arguments, lambda options: _report(options.runs), (ValueError,))


def _report(count: int) -> dict[str, Any]:
    runs = _measure(count)
    summary = summarise(runs)
    print(f"From process start to the first correct response, {len(runs)} runs:")
    print(as_table(summary), flush=True)
    return {
        "unit": "ms",
        "summary": summary,
        "runs": [{**vars(run), "total": run.total} for run in runs],
    }


def _measure(count: int) -> list[StartupParts]:
    with (
        tempfile.TemporaryDirectory(prefix="startup-") as folder,
        SeaweedFS(buckets=["models"]) as storage,
    ):
        # Imported here, so that --help does not wait for TensorFlow.
        from tensorflow_serving_s3.testing import saved_models

        model = saved_models.save_half_plus_three(Path(folder) / "model")
        publish_version(model, _BASE_PATH, 1, client=storage.client())
        return [_run_once(storage) for _ in range(count)]


def _run_once(storage: SeaweedFS) -> StartupParts:
    server = ModelServer(_BASE_PATH, env=storage.env())
    started = time.monotonic()
    with server:
        while _answer(server) != _ANSWER:
            if time.monotonic() - started > _RUN_SECONDS:
                # Raises an error with the status of the model.
                server.wait_until_available(timeout_seconds=0)
                raise ValueError(f"{server.predict_url} gave no correct response")
            time.sleep(_PAUSE_SECONDS)
        answered = 1000.0 * age_seconds(server.process.pid)
        line = server.process.wait_for_line(PATTERN, timeout_seconds=10)
    return parse_startup(line, answered)


def _answer(server: ModelServer) -> object:
    connection = http.client.HTTPConnection("127.0.0.1", server.rest_port, timeout=5)
    try:
        connection.request("POST", f"/v1/models/{server.model_name}:predict", _REQUEST)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
