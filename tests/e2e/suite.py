# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs the end-to-end tests against a given program, image or running server.

Example:
    ./bazelw run //tests/e2e:suite -- --server_binary=/usr/bin/tensorflow_model_server
    ./bazelw run //tests/e2e:suite -- --image=my-registry/serving:1.2 -- -k rest
    ./bazelw run //tests/e2e:suite -- --rest=http://serving:8501 --grpc=serving:8500 --bucket=b
"""

from __future__ import annotations

import argparse
import os
import shlex
import stat
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

_FOLDER = Path(__file__).parent
# The tests that need neither flags nor restarts of the server.
_ATTACHED = ("errors_test.py", "formats_test.py", "serving_test.py")
# They test parts of this repository other than the server.
_NOT_OF_A_SERVER = ("binary_test.py", "quickstart_test.py", "suite_test.py")
_IMAGE_SCRIPT = """#!/bin/sh
variables=""
for name in $(env | sed -n 's/^\\(\\(AWS\\|S3\\|TF\\|TFS3\\)_[A-Za-z0-9_]*\\)=.*/\\1/p'); do
  variables="$variables -e $name"
done
exec {docker} run --rm --network=host --volume=/tmp:/tmp $variables \\
    --entrypoint=tensorflow_model_server {image} "$@"
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the suite.

    Args:
        arguments: The command line; None: the one of this process.

    Returns:
        The exit code of pytest.
    """
    options = _parse(arguments)
    modules = sorted(path.name for path in _FOLDER.glob("*_test.py"))
    with tempfile.TemporaryDirectory(prefix="e2e-suite-") as folder:
        if options.rest:
            modules = [name for name in modules if name in _ATTACHED]
            os.environ["TFS3_E2E_REST"] = options.rest
            os.environ["TFS3_E2E_GRPC"] = options.grpc
            os.environ["TFS3_E2E_BUCKET"] = options.bucket
        elif options.image:
            script = Path(folder) / "tensorflow_model_server"
            script.write_text(image_script(options.docker, options.image))
            script.chmod(script.stat().st_mode | stat.S_IXUSR)
            os.environ["TFS3_MODEL_SERVER"] = str(script)
        elif options.server_binary:
            # `bazel run` starts programs in another folder than the user's.
            folder_of_user = Path(os.environ.get("BUILD_WORKING_DIRECTORY", Path.cwd()))
            os.environ["TFS3_MODEL_SERVER"] = str(folder_of_user / options.server_binary)
        modules = [name for name in modules if name not in _NOT_OF_A_SERVER]
        paths = [str(_FOLDER / name) for name in modules]
        fixed = ["-p", "no:cacheprovider", "--import-mode=importlib", "-ra"]
        return int(pytest.main([*fixed, *paths, *options.pytest]))


def image_script(docker: str, image: str) -> str:
    """Returns a program that runs the server of an image with the network of this machine."""
    return _IMAGE_SCRIPT.format(docker=shlex.quote(docker), image=shlex.quote(image))


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="suite",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    server = parser.add_mutually_exclusive_group()
    server.add_argument("--server_binary", type=Path, metavar="PATH", help="The program to test.")
    server.add_argument("--image", metavar="IMAGE", help="The container image to test.")
    server.add_argument("--rest", metavar="URL", help="The REST port of a running server.")
    parser.add_argument("--grpc", metavar="HOST:PORT", help="Its gRPC port.")
    parser.add_argument("--bucket", help="A bucket that it can read and this machine can write.")
    parser.add_argument("--docker", default="docker", help="The program that runs images.")
    parser.add_argument("pytest", nargs="*", help="Arguments of pytest, after --.")
    options = parser.parse_args(arguments)
    if options.rest and not (options.grpc and options.bucket):
        parser.error("--rest needs --grpc and --bucket")
    return options


if __name__ == "__main__":
    sys.exit(main())
