# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Measures how soon a new version in S3 is served after its event.

half_plus_three is in SeaweedFS on this computer; the server with an EventSource is in this process.
Each run publishes a version, sends its event to the webhook, and asks for the version until it
answers.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tensorflow_serving_s3.errors import Error, NotFoundError
from tensorflow_serving_s3.publish import publish_version
from tensorflow_serving_s3.server import ModelServer, ServerOptions
from tensorflow_serving_s3.sourcing.event import EventSource, WebhookEvents
from tensorflow_serving_s3.testing._ports import pick_free_ports
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from benchmarks.program import Program

_BASE_PATH = "s3://models/half"
_RUN_SECONDS = 60.0
_PAUSE_SECONDS = 0.001


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the benchmark and prints the times.

    Args:
        arguments: The arguments of the command line; None: those of this process.

    Returns:
        The exit code: 0, or 1 after a failure.
    """
    program = Program("events", __doc__)
    program.add_count("--runs", 20, "The number of versions.")
    return program.run(arguments, lambda options: _report(options.runs))


def _report(runs: int) -> dict[str, Any]:
    times = _measure(runs)
    print(
        f"From the event to the first answer, {len(times)} versions: median"
        f" {statistics.median(times):.0f} ms, least {min(times):.0f} ms, most {max(times):.0f} ms"
    )
    return {"unit": "ms", "times": times}


def _measure(runs: int) -> list[float]:
    # Imported here, so that --help does not wait for TensorFlow.
    from tensorflow_serving_s3.testing import saved_models

    with (
        tempfile.TemporaryDirectory(prefix="events-") as folder,
        SeaweedFS(buckets=["models"]) as storage,
    ):
        os.environ.update({**storage.env(), "AWS_EC2_METADATA_DISABLED": "true"})
        model = saved_models.save_half_plus_three(Path(folder, "model"))
        client = storage.client()
        publish_version(model, _BASE_PATH, 1, client=client)
        events = WebhookEvents()
        source = EventSource({"half": _BASE_PATH}, events, client=storage.client())
        (port,) = pick_free_ports(1)
        with ModelServer(ServerOptions(rest_api_port=port), source=source) as server:
            server.wait_until_available("half", 1)
            times = []
            for version in range(2, runs + 2):
                publish_version(model, _BASE_PATH, version, client=client)
                start = time.monotonic()
                _send_event(events.port, version)
                _wait_until_served(server, version)
                times.append(1000 * (time.monotonic() - start))
        return times


def _send_event(port: int, version: int) -> None:
    s3 = {"bucket": {"name": "models"}, "object": {"key": f"half/{version}/saved_model.pb"}}
    body = json.dumps({"Records": [{"s3": s3}]}).encode()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", body, timeout=30):
        pass


def _wait_until_served(server: ModelServer, version: int) -> None:
    deadline = time.monotonic() + _RUN_SECONDS
    while True:
        with contextlib.suppress(NotFoundError):
            server.predict("half", {"instances": [1.0]}, version=version)
            return
        if time.monotonic() > deadline:
            raise Error(f"version {version} is not served {_RUN_SECONDS:g} s after its event")
        time.sleep(_PAUSE_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
