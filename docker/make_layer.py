# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Makes a layer of files that Bazel built or fetched, with the licences of third parties.

`--file` and `--program` name one file, or a folder whose files are all added.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

from build_defs.make_wheel import copyrights
from docker.layer import Layer

_LICENSES = "usr/share/doc/tf-serving-s3"


def _files(place: str, path: Path) -> Iterator[tuple[str, Path]]:
    """Yields the place in the image and the path of each file."""
    if not path.is_dir():
        yield place, path
        return
    for folder, _, names in os.walk(path, followlinks=True):
        for name in names:
            file = Path(folder, name)
            yield f"{place}/{file.relative_to(path).as_posix()}", file


def make(arguments: argparse.Namespace) -> Layer:
    """Returns the layer that the command line describes."""
    layer = Layer()
    for mode, options in ((0o644, arguments.file), (0o755, arguments.program)):
        for option in options:
            place, _, path = option.partition("=")
            for name, file in _files(place, Path(path)):
                layer.add_file(name, file, mode)
    for option in arguments.symlink:
        place, _, target = option.partition("=")
        layer.add_symlink(place, target)
    for path in arguments.license:
        name = os.fspath(path).rpartition("external/")[2]
        layer.add_file(f"{_LICENSES}/{name}", path)
    for name, content in copyrights(arguments.debian_package):
        layer.add_file(f"{_LICENSES}/{name}", content)
    return layer


def main() -> None:
    """Makes the layer that the command line describes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", action="append", default=[], metavar="PLACE=PATH")
    parser.add_argument("--program", action="append", default=[], metavar="PLACE=PATH")
    parser.add_argument("--symlink", action="append", default=[], metavar="PLACE=TARGET")
    parser.add_argument("--license", action="append", default=[], type=Path)
    parser.add_argument("--debian_package", action="append", default=[])
    parser.add_argument("--output", required=True, type=Path)
    arguments = parser.parse_args()
    make(arguments).write(arguments.output)


if __name__ == "__main__":
    main()
