# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The command `tfs3 serve FLAGS`: replaces this process by tensorflow_model_server FLAGS."""

from __future__ import annotations

import os
import sys

from tensorflow_serving_s3._programs import MODEL_SERVER, find_program

_USAGE = "Usage: tfs3 serve FLAGS; `tfs3 serve --help` lists the flags of the model server"


def main() -> None:
    """Runs the command line."""
    if sys.argv[1:2] != ["serve"]:
        raise SystemExit(_USAGE)
    program = os.fspath(find_program(MODEL_SERVER))
    os.execv(program, [program, *sys.argv[2:]])
