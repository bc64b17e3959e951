# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""A source that reads a manifest: a text with the name, the version and the path of each model.

half  7   s3://models/half/7
third 20  /models/third-of-monday   # any path, as it is
"""

from __future__ import annotations

import tensorflow as tf
from tensorflow_serving_s3.sourcing import PollingSource, StoragePath

Manifest = dict[str, list[tuple[int, StoragePath]]]


class ManifestSource(PollingSource[StoragePath]):
    """Reports the versions in a manifest, which it reads every second."""

    interval_seconds = 1.0

    def __init__(self, manifest: str) -> None:
        """Creates a source of the manifest at a URL or path."""
        self._manifest = manifest

    def poll(self) -> None:
        """Reads the manifest and reports its models."""
        # An error changes nothing: everything is parsed before anything is
        # reported. aspired_all also unloads the models that have disappeared.
        text = tf.io.gfile.GFile(self._manifest).read()
        self.aspired_all(parse_manifest(text))


def parse_manifest(text: str) -> Manifest:
    """Returns the versions and paths of each model.

    Raises:
        ValueError: A line is not valid; the message names it.
    """
    manifest: Manifest = {}
    for number, line in enumerate(text.splitlines(), start=1):
        fields = line.partition("#")[0].split()
        if not fields:
            continue
        if len(fields) != 3 or not fields[1].isdecimal():
            raise ValueError(f"line {number}: not a name, a version and a path: {line!r}")
        name, version, path = fields
        manifest.setdefault(name, []).append((int(version), path))
    return manifest
