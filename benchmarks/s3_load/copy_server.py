# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Keeps the model server of a configuration for a later comparison.

Copies the program into a folder, with links to the shared libraries that it was built for. Later
builds with another TensorFlow do not change them.

Example:
    ./bazelw run --config=tensorflow_io_wheel //benchmarks/s3_load:copy_server -- /tmp/servers/wheel
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tensorflow_serving_s3._programs import MODEL_SERVER, find_program
from tensorflow_serving_s3.errors import Error, ProgramError

# A line of ldd, for a library in the folders of Bazel.
_LIBRARY = re.compile(r"^\s*(\S+) => (\S*/_solib_\S+) \(", re.MULTILINE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="copy_server",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="It is created if it does not exist.")
    options = parser.parse_args(arguments)
    try:
        # Bazel runs programs in another folder than the user's.
        folder = Path(os.environ.get("BUILD_WORKING_DIRECTORY", ""), options.folder)
        print(copy_server(find_program(MODEL_SERVER), folder))
    except (Error, OSError) as error:
        print(f"copy_server: {error}", file=sys.stderr)
        return 1
    return 0


def copy_server(program: Path, folder: Path) -> Path:
    """Copies a program, and links its libraries beside it.

    Args:
        program: A program that Bazel built.
        folder: It is created if it does not exist.

    Returns:
        The copy. It needs LD_LIBRARY_PATH=folder.

    Raises:
        ProgramError: A library of the program is missing.
    """
    done = subprocess.run(["ldd", program], capture_output=True, text=True, check=False)
    if done.returncode or "not found" in done.stdout:
        raise ProgramError(f"{program}: ldd: {(done.stdout + done.stderr).strip()}")
    folder.mkdir(parents=True, exist_ok=True)
    for name, library in _LIBRARY.findall(done.stdout):
        link = folder / name
        link.unlink(missing_ok=True)
        link.symlink_to(os.path.realpath(library))
    copy = folder / program.name
    copy.unlink(missing_ok=True)
    shutil.copy2(program, copy)
    return copy


if __name__ == "__main__":
    sys.exit(main())
