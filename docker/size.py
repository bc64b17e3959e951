# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Prints the sizes of the image's layers; fails if the parts of this project are too large.

    ./bazelw run //docker:size

The layers `tensorflow` and `nvidia` are libraries of others, which have no limit. All other layers
together may have 60 MB.
"""

from __future__ import annotations

import sys
from pathlib import Path

from docker.archive import Image, LayerOfImage

LIMIT_BYTES = 60 * 10**6
_WITHOUT_LIMIT = ("tensorflow", "nvidia")


def limited_bytes(layers: list[LayerOfImage]) -> int:
    """Returns the size of the files that the limit is for."""
    return sum(layer.file_bytes for layer in layers if layer.name not in _WITHOUT_LIMIT)


def report(layers: list[LayerOfImage]) -> str:
    """Returns a table in MB: files, and what is transferred."""
    rows = [(layer.name, layer.file_bytes, layer.compressed_bytes) for layer in layers]
    rows.append(("all", sum(row[1] for row in rows), sum(row[2] for row in rows)))
    lines = [f"{'layer':<12}{'files, MB':>12}{'compressed, MB':>16}"]
    lines += [f"{name:<12}{files / 1e6:>12.1f}{blob / 1e6:>16.1f}" for name, files, blob in rows]
    own = limited_bytes(layers)
    lines.append(f"Besides {' and '.join(_WITHOUT_LIMIT)}: {own / 1e6:.1f} MB of 60 MB.")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Runs the command line; returns the exit code."""
    image = Image(Path(sys.argv[1]))
    layers = [image.layer(name) for name in image.layer_names]
    sys.stdout.write(report(layers))
    return int(limited_bytes(layers) > LIMIT_BYTES)


if __name__ == "__main__":
    sys.exit(main())
