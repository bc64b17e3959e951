# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Loads one SavedModel in a separate process and prints the seconds and the memory as JSON."""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")


def main() -> None:
    """Runs the program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="A folder, or a URL.")
    parser.add_argument("--way", choices=("local", "plugin", "library", "boto3"), required=True)
    parser.add_argument("--library", help="A plugin for TensorFlow to load.")
    options = parser.parse_args()

    import tensorflow as tf

    if options.way == "plugin":
        from tensorflow_serving_s3 import filesystem

        filesystem.register()
    if options.way == "library":
        tf.experimental.register_filesystem_plugin(options.library)
    if options.way == "boto3":
        import boto3

        client = boto3.client("s3")
    before = _memory_mib("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # Resets VmHWM, see proc(5).

    cpu_began = time.process_time()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        model = options.model
        if options.way == "boto3":
            model = folder
            bucket, _, prefix = options.model.removeprefix("s3://").partition("/")
            listed = client.list_objects_v2(Bucket=bucket, Prefix=prefix + "/")
            for key in [entry["Key"] for entry in listed["Contents"]]:
                file = Path(folder) / key.removeprefix(prefix + "/")
                file.parent.mkdir(parents=True, exist_ok=True)
                client.download_file(bucket, key, str(file))
        loaded = tf.saved_model.load(model)
        seconds = time.monotonic() - began
        cpu_seconds = time.process_time() - cpu_began
    result = {
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "peak_mib": _memory_mib("VmHWM") - before,
        "answer": loaded.signatures["serving_default"](x=tf.constant([0.0]))["y"].numpy().tolist(),
    }
    print(json.dumps(result), flush=True)


def _memory_mib(line_name: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(line_name + ":"):
            return int(line.split()[1]) / 1024.0
    raise RuntimeError(f"/proc/self/status has no {line_name}")


if __name__ == "__main__":
    main()
