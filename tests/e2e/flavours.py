# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The tests that a server with the S3 filesystem of tensorflow-io cannot pass, with the reasons."""

from __future__ import annotations

import functools
import subprocess

from tensorflow_serving_s3._programs import MODEL_SERVER, find_program

# Module -> test -> reason. docs/s3.md lists what tensorflow-io cannot do.
_NOT_WITH_TENSORFLOW_IO: dict[str, dict[str, str]] = {}


@functools.cache
def linked_flavour() -> str:
    """Returns the S3 filesystem of the server: `crt`, `tensorflow_io` or `tensorflow_io_wheel`."""
    done = subprocess.run(
        [find_program(MODEL_SERVER), "--version"], capture_output=True, text=True, check=True
    )
    lines = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    return lines["S3 filesystem"].split()[0]


def reason_to_skip(module: str, test: str) -> str | None:
    """Returns why the server cannot pass the test; None if it can.

    Args:
        module: The name of the file: `versions_test.py`.
        test: The name of the function, without parameters.
    """
    if linked_flavour() == "crt":
        return None
    return _NOT_WITH_TENSORFLOW_IO.get(module, {}).get(test)
