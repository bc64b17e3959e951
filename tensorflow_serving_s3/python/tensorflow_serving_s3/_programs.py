# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Finds the programs that this package starts: in the runfiles of Bazel, else on the PATH."""

import os
import shutil
from pathlib import Path

from runfiles import Runfiles

from tensorflow_serving_s3.errors import ProgramError

RCLONE = ("rclone", "rclone/bin/rclone")
WEED = ("weed", "seaweedfs/bin/weed")
MODEL_SERVER = (
    "tensorflow_model_server",
    "tf_serving_s3/tensorflow_serving_s3/model_servers/tensorflow_model_server",
)


def find_program(program: tuple[str, str]) -> Path:
    """Returns the path of a program that this package starts.

    Args:
        program: The name and the runfile of the program: `RCLONE`, `WEED` or `MODEL_SERVER`.

    Raises:
        ProgramError: The program was not found.
    """
    name, runfile = program
    known = Runfiles.Create()
    located = known.Rlocation(runfile) if known is not None else None
    if located is not None and os.access(located, os.X_OK):
        return Path(located)
    on_path = shutil.which(name)
    if on_path is not None:
        return Path(on_path)
    raise ProgramError(
        f"{name}: neither {runfile} in the runfiles of Bazel nor a program on the PATH; with "
        "Bazel, add it to the data of the target; else add its folder to the PATH or pass binary="
    )
