# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Reads the archive that //docker:image makes.

Example:
    image = Image(Path("bazel-bin/docker/image.tar"))
    image.config["config"]["User"]
    for layer in image.layers:
        print(layer.name, layer.files["usr/bin/tensorflow_model_server"].mode)
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class LayerOfImage:
    """A layer: its name, its digests, the size of the compressed blob, and its entries."""

    name: str
    digest: str
    compressed_bytes: int
    files: dict[str, tarfile.TarInfo]

    @property
    def file_bytes(self) -> int:
        """The size of all files."""
        return sum(entry.size for entry in self.files.values())


class Image:
    """An image in an archive."""

    def __init__(self, path: Path) -> None:
        self._archive = tarfile.open(path)  # noqa: SIM115, open while the image is read.
        self.index: dict[str, Any] = self.json("index.json")
        (descriptor,) = self.index["manifests"]
        self.digest: str = descriptor["digest"]
        self.name: str = descriptor["annotations"]["org.opencontainers.image.ref.name"]
        self.manifest: dict[str, Any] = self.json(self.blob(self.digest))
        self.config: dict[str, Any] = self.json(self.blob(self.manifest["config"]["digest"]))

    @staticmethod
    def blob(digest: str) -> str:
        """Returns the name of a blob in the archive."""
        return "blobs/" + digest.replace(":", "/")

    def entries(self) -> list[tarfile.TarInfo]:
        """Returns the entries of the archive itself."""
        return self._archive.getmembers()

    def json(self, name: str) -> Any:
        """Returns a JSON file of the archive."""
        return json.loads(self.read(name))

    def read(self, name: str) -> bytes:
        """Returns a file of the archive."""
        file = self._archive.extractfile(name)
        assert file is not None
        with file:
            return file.read()

    def sha256(self, name: str) -> str:
        """Returns the SHA-256 of a file of the archive."""
        return hashlib.sha256(self.read(name)).hexdigest()

    @property
    def layer_names(self) -> list[str]:
        """The names of the layers, from the bottom up."""
        history = self.config["history"]
        entries = [entry for entry in history if not entry.get("empty_layer")]
        return [entry["created_by"].removeprefix("layer ") for entry in entries]

    def layer(self, name: str) -> LayerOfImage:
        """Returns a layer by its name; reads all of it."""
        blob = self.manifest["layers"][self.layer_names.index(name)]
        data = self.read(self.blob(blob["digest"]))
        with tarfile.open(fileobj=gzip.GzipFile(fileobj=io.BytesIO(data)), mode="r|") as archive:
            files = {entry.name: entry for entry in archive}
        return LayerOfImage(name, blob["digest"], blob["size"], files)

    def content(self, layer: str, name: str) -> bytes:
        """Returns a file of a layer."""
        blob = self.manifest["layers"][self.layer_names.index(layer)]
        with tarfile.open(fileobj=io.BytesIO(self.read(self.blob(blob["digest"])))) as archive:
            file = archive.extractfile(name)
            assert file is not None
            return file.read()
