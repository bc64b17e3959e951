# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""A large model in SeaweedFS on this computer, reached by two links; and what a cold start needs.

The links are loopback, and one similar to S3's (benchmarks/s3_load/s3_link.py).
"""

from __future__ import annotations

import contextlib
import http.client
import os
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from runfiles import Runfiles
from tensorflow_serving_s3.publish import publish_version
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from benchmarks.s3_load.s3_link import S3Link

MODEL = "big"
BUCKET = "models"
BASE_PATH = f"s3://{BUCKET}/{MODEL}"
METRICS = "/monitoring/prometheus/metrics"
RUN_SECONDS = 600.0
PAUSE_SECONDS = 0.002
# The model has so many variables.
VARIABLES = 16
LOOPBACK = "loopback"
S3_LIKE = "S3-like"


@contextlib.contextmanager
def large_model(folder: Path, mib: int) -> Iterator[dict[str, dict[str, str]]]:
    """Yields the environment of a server for each link.

    Args:
        folder: Where the model is made.
        mib: The size of the model.
    """
    with SeaweedFS(buckets=[BUCKET]) as storage:
        publish_version(_make_model(folder, mib), BASE_PATH, 1, client=storage.client())
        with S3Link(storage.endpoint) as link:
            yield {
                column: {**storage.env(), "AWS_ENDPOINT_URL_S3": endpoint}
                for column, endpoint in ((LOOPBACK, storage.endpoint), (S3_LIKE, link.endpoint))
            }


def _make_model(folder: Path, mib: int) -> Path:
    """Saves a model with a warmup request."""
    model = folder / MODEL
    # The program in the runfiles of this program; its own runfiles do not exist.
    program = Path(__file__).parents[1] / "s3_load" / "make_model"
    runfiles = Runfiles.Create()
    found = runfiles.EnvVars() if runfiles is not None else {}
    size = [f"--variables={VARIABLES}", f"--mib={mib // VARIABLES}"]
    subprocess.run([program, str(model), *size], check=True, env={**os.environ, **found})
    # Imported here, so that --help does not wait for TensorFlow.
    import tensorflow as tf
    from tensorflow_serving.apis import prediction_log_pb2

    log = prediction_log_pb2.PredictionLog()
    request = log.predict_log.request
    request.model_spec.name = MODEL
    request.inputs["x"].CopyFrom(tf.make_tensor_proto([1.0]))
    extra = model / "assets.extra"
    extra.mkdir()
    with tf.io.TFRecordWriter(str(extra / "tf_serving_warmup_requests")) as writer:
        writer.write(log.SerializeToString())
    return model


def write_monitoring_config(folder: Path) -> Path:
    """Writes the value of --monitoring_config_file with which a server has a page of metrics."""
    file = folder / "monitoring.config"
    file.write_text("prometheus_config { enable: true }\n")
    return file


def get(port: int, path: str) -> tuple[int, str]:
    """Sends a GET request to a server on this computer; returns the status and the body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def forget(files: Iterable[str | Path]) -> None:
    """Removes files from the page cache, except for pages that a process maps."""
    for name in files:
        with contextlib.suppress(OSError), open(name, "rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
