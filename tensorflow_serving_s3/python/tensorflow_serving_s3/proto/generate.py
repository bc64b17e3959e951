# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Generates the Python modules of .proto files with the protoc of grpcio-tools.

Example:
    generate.py --descriptors=descriptors.bin --output=folder tensorflow_serving_s3/proto/x.proto
"""

import argparse
import pathlib
import shutil
import tempfile

from grpc_tools import protoc


def main() -> None:
    """Runs the command line in the root of the sources."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--descriptors", required=True, help="The imports, a FileDescriptorSet.")
    parser.add_argument("--output", required=True, type=pathlib.Path)
    parser.add_argument("protos", nargs="+")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        command = [
            "protoc",
            f"--descriptor_set_in={arguments.descriptors}",
            "--proto_path=.",
            f"--python_out={folder}",
            f"--pyi_out={folder}",
            *arguments.protos,
        ]
        if protoc.main(command) != 0:
            raise SystemExit(f"protoc failed: {' '.join(command)}")
        # protoc writes into folders of the .proto files; the Python package has other folders.
        for pattern in ("*_pb2.py", "*_pb2.pyi"):
            for file in pathlib.Path(folder).rglob(pattern):
                shutil.copy(file, arguments.output / file.name)


if __name__ == "__main__":
    main()
