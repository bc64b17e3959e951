# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Makes the image of its layers with umoci.

`layout` makes a folder in OCI's layout with the first layers. `image` adds the last layers and the
configuration, and packs the archive. So a new server compresses only its own layer.

The archive is an OCI archive that also has the manifest.json of `docker save`, so `podman load`,
`docker load` and skopeo read it.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docker.layer import TIME, Layer

NAME = "tf-serving-s3"
_TAG = "image"
_CREATED = datetime.fromtimestamp(TIME, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
_VERSION = re.compile(r'kServerVersion\[\] = "([^"]+)"')
_OPTIONS = ("user", "entrypoint", "env", "exposedports", "label")


class ImageError(Exception):
    """The image cannot be made."""


class Layout:
    """A folder in OCI's layout with one image."""

    def __init__(self, umoci: Path, folder: Path) -> None:
        self._umoci = umoci
        self._folder = folder

    def create(self) -> None:
        """Makes an image without layers."""
        self._run("init", "--layout", str(self._folder))
        self._run("new", "--image", self._image)

    def add_layer(self, path: Path) -> None:
        """Adds a layer, compressed."""
        self._run("raw", "add-layer", *self._history(f"layer {path.stem}"), str(path))

    def configure(self, options: list[str]) -> None:
        """Sets the configuration."""
        self._run("config", f"--created={_CREATED}", *self._history("configuration"), *options)
        self._run("gc", "--layout", str(self._folder))

    def digest(self) -> str:
        """Returns the digest of the manifest."""
        digest: str = self._index()["manifests"][0]["digest"]
        return digest

    def pack(self, tag: str, output: Path) -> None:
        """Writes the archive. `tag` is the name of the image when it is loaded."""
        index = self._index()
        index["manifests"][0]["annotations"] = {
            "io.containerd.image.name": f"docker.io/library/{tag}",
            "org.opencontainers.image.ref.name": tag,
        }
        manifest = json.loads(self._blob(self.digest()).read_bytes())
        places = [
            f"blobs/sha256/{blob['digest'].partition(':')[2]}"
            for blob in (manifest["config"], *manifest["layers"])
        ]
        archive = Layer()
        for blob in (self._folder / "blobs/sha256").iterdir():
            archive.add_file(f"blobs/sha256/{blob.name}", blob)
        archive.add_file("oci-layout", self._folder / "oci-layout")
        archive.add_file("index.json", json.dumps(index).encode())
        docker = [{"Config": places[0], "RepoTags": [tag], "Layers": places[1:]}]
        archive.add_file("manifest.json", json.dumps(docker).encode())
        archive.write(output)

    @property
    def _image(self) -> str:
        return f"{self._folder}:{_TAG}"

    def _index(self) -> dict[str, Any]:
        index: dict[str, Any] = json.loads((self._folder / "index.json").read_text())
        return index

    def _blob(self, digest: str) -> Path:
        return self._folder / "blobs/sha256" / digest.partition(":")[2]

    def _history(self, what: str) -> list[str]:
        return [
            f"--image={self._image}",
            f"--history.created={_CREATED}",
            f"--history.created_by={what}",
        ]

    def _run(self, *arguments: str) -> None:
        command = [str(self._umoci), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ImageError(f"{' '.join(command)} failed: {done.stderr or done.stdout}")


def version_of(header: Path) -> str:
    """Returns the version of the server."""
    found = _VERSION.search(header.read_text())
    if found is None:
        raise ImageError(f"{header} has no kServerVersion")
    return found[1]


def make_layout(umoci: Path, layers: list[Path], output: Path) -> None:
    """Makes a layout with these layers."""
    shutil.rmtree(output)  # Bazel makes the folder, and umoci wants to make it.
    layout = Layout(umoci, output)
    layout.create()
    for layer in layers:
        layout.add_layer(layer)


def make_image(arguments: argparse.Namespace) -> None:
    """Makes the archive, and the file with the digest of the manifest."""
    version = version_of(arguments.version) + arguments.suffix
    options = [
        f"--config.{name}={value}" for name in _OPTIONS for value in getattr(arguments, name)
    ]
    options.append(f"--config.label=org.opencontainers.image.version={version}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "layout")
        shutil.copytree(arguments.layout, folder, copy_function=shutil.copy)
        layout = Layout(arguments.umoci, folder)
        for layer in arguments.layer:
            layout.add_layer(layer)
        layout.configure(options)
        layout.pack(f"{NAME}:{version}", arguments.output)
        arguments.digest.write_text(layout.digest() + "\n")


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    layout = commands.add_parser("layout")
    image = commands.add_parser("image")
    for command in (layout, image):
        command.add_argument("--umoci", required=True, type=Path)
        command.add_argument("--layer", action="append", default=[], type=Path)
        command.add_argument("--output", required=True, type=Path)
    image.add_argument("--layout", required=True, type=Path)
    image.add_argument("--digest", required=True, type=Path)
    image.add_argument("--version", required=True, type=Path, help="version.h of the server")
    image.add_argument("--suffix", default="", help="appended to the version")
    for option in _OPTIONS:
        image.add_argument(f"--{option}", action="append", default=[])
    arguments = parser.parse_args()
    if arguments.command == "layout":
        make_layout(arguments.umoci, arguments.layer, arguments.output)
    else:
        make_image(arguments)


if __name__ == "__main__":
    main()
