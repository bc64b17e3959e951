# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Writes a FileDescriptorSet of .proto files out of their generated Python modules.

All that the files import is in it too.

Example:
    write_descriptors.py --output=descriptors.bin --path=site-packages \\
        tensorflow_serving/apis/predict.proto ...
"""

import argparse
import importlib
import importlib.machinery
import pathlib
import sys
import types

from google.protobuf import descriptor, descriptor_pb2


def _make_package_without_init(name: str) -> None:
    """Makes a package importable for its submodules' sake, without running its `__init__`.

    TensorFlow's takes seconds, and its protos need nothing of it.
    """
    spec = importlib.machinery.PathFinder.find_spec(name)
    if spec is None or spec.submodule_search_locations is None:
        raise SystemExit(f"write_descriptors: no package {name!r} on sys.path")
    package = types.ModuleType(name)
    package.__path__ = list(spec.submodule_search_locations)
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
        "--path", action="append", default=[], help="a folder to import modules from"
    )
    parser.add_argument("protos", nargs="+")
    arguments = parser.parse_args()
    if arguments.path:
        sys.path[:0] = arguments.path
        _make_package_without_init("tensorflow")
    files: dict[str, descriptor_pb2.FileDescriptorProto] = {}
    for proto in arguments.protos:
        module = importlib.import_module(proto.removesuffix(".proto").replace("/", ".") + "_pb2")
        _add(module.DESCRIPTOR, files)
    arguments.output.write_bytes(
        descriptor_pb2.FileDescriptorSet(file=files.values()).SerializeToString()
    )


if __name__ == "__main__":
    main()
