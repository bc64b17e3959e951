# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Finds the programs that this package starts.

In this order: the variable TFS3_MODEL_SERVER (for the server), the folder `bin` of this package (in
the wheel), the runfiles of Bazel, the scripts of the virtual environment, the PATH.
"""

import os
import shutil
import sysconfig
from pathlib import Path

from tensorflow_serving_s3.errors import ProgramError

WEED = ("weed", "seaweedfs/bin/weed")
MODEL_SERVER = (
    "tensorflow_model_server",
    "tf_serving_s3/tensorflow_serving_s3/model_servers/tensorflow_model_server",
)
_BIN = Path(__file__).parent / "bin"


def find_program(program: tuple[str, str]) -> Path:
    """Returns the path of a program that this package starts.

    Args:
        program: The name and the runfile of the program, such as `WEED` or `MODEL_SERVER`.

    Raises:
        ProgramError: The program was not found.
    """
    name, runfile = program
    chosen = os.environ.get(f"TFS3_{name.removeprefix('tensorflow_').upper()}")
    if chosen:
        return Path(chosen)
    script = Path(sysconfig.get_path("scripts"), name)
    for located in (_BIN / name, _runfile(runfile), script):
        if located is not None and os.access(located, os.X_OK):
            return located
    on_path = shutil.which(name)
    if on_path is not None:
        return Path(on_path)
    raise ProgramError(
        f"{name}: neither {_BIN / name}, nor {runfile} in the runfiles of Bazel, nor a program on "
        "the PATH; with Bazel, add it to the data of the target; else add its folder to the PATH "
        "or pass binary="
    )


def _runfile(path: str) -> Path | None:
    try:
        from runfiles import Runfiles
    except ImportError:
        return None  # Outside of Bazel, the package bazel-runfiles need not be installed.
    known = Runfiles.Create()
    located = known.Rlocation(path) if known is not None else None
    return Path(located) if located is not None else None
