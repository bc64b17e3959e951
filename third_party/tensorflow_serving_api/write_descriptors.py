# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Writes a FileDescriptorSet of .proto files out of their generated Python modules.

All that the files import is in it too.

Example:
    write_descriptors.py --output=OUT --path=site-packages tensorflow_serving/apis/predict.proto ...
"""

import argparse
import importlib
import os
import pathlib
import sys
import types

from google.protobuf import descriptor, descriptor_pb2

# TensorFlow's `__init__` takes seconds, and its protos do not need it. A module of TensorFlow
# Serving may be in one folder and not in another.
_PACKAGES = (
    "tensorflow",
    "tensorflow_serving",
    "tensorflow_serving.apis",
    "tensorflow_serving.config",
)


def _make_packages_without_init(folders: list[str]) -> None:
    """Makes the packages importable from all folders, without running their `__init__`."""
    for name in _PACKAGES:
        package = types.ModuleType(name)
        package.__path__ = [os.path.join(folder, *name.split(".")) for folder in folders]
        sys.modules[name] = package


def _add(
    file: descriptor.FileDescriptor, files: dict[str, descriptor_pb2.FileDescriptorProto]
) -> None:
    """Adds a file after the files that it imports, which is the order that protoc asks for."""
    if file.name in files:
        return
    for dependency in file.dependencies:
        _add(dependency, files)
    proto = descriptor_pb2.FileDescriptorProto()
    file.CopyToProto(proto)
    files[file.name] = proto


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", required=True, type=pathlib.Path)
    parser.add_argument(
        "--path",
        action="append",
        default=[],
        help="a folder with Python packages; the first has precedence",
    )
    parser.add_argument("protos", nargs="+")
    arguments = parser.parse_args()
    _make_packages_without_init(arguments.path)
    files: dict[str, descriptor_pb2.FileDescriptorProto] = {}
    for proto in arguments.protos:
        module = importlib.import_module(proto.removesuffix(".proto").replace("/", ".") + "_pb2")
        _add(module.DESCRIPTOR, files)
    arguments.output.write_bytes(
        descriptor_pb2.FileDescriptorSet(file=files.values()).SerializeToString()
    )


if __name__ == "__main__":
    main()
