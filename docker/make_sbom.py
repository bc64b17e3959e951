# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Writes the software bill of materials of the image, in CycloneDX's JSON.

It lists Debian's packages in the image with the versions of the lock file, Debian's packages whose
static libraries the server contains with the versions that are installed, and packages of PyPI.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import uuid
from datetime import UTC, datetime
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from docker.layer import TIME
from docker.make_image import NAME, version_of

_DEBIAN = {"arch": "amd64", "distro": "debian-12"}


class SbomError(Exception):
    """The bill of materials cannot be written."""


def _component(purl: PackageURL, linkage: str, sha256: str = "") -> Component:
    """Returns a component. `linkage` says how it is in the image."""
    return Component(
        name=purl.name,
        version=purl.version,
        type=ComponentType.LIBRARY,
        purl=purl,
        bom_ref=purl.to_string(),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256)] if sha256 else [],
        properties=[Property(name="tf-serving-s3:linkage", value=linkage)],
    )


def _deb(name: str, version: str) -> PackageURL:
    return PackageURL("deb", "debian", name, version, _DEBIAN)


def _installed_version(package: str) -> str:
    done = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${Version}", package],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not done.stdout:
        raise SbomError(f"{package} is not installed: {done.stderr.strip()}; run ./bazelw")
    return done.stdout


def _pypi(option: str) -> Component:
    name, version, sha256, linkage = option.split(" ")
    return _component(PackageURL("pypi", None, name, version), linkage, sha256)


def make(arguments: argparse.Namespace) -> Bom:
    """Returns the bill of materials; the same arguments make the same bill."""
    version = version_of(arguments.version) + arguments.suffix
    image = Component(
        name=NAME,
        version=version,
        type=ComponentType.CONTAINER,
        bom_ref=f"{NAME}@{version}",
        licenses=[DisjunctiveLicense(id="Apache-2.0")],
    )
    locked = json.loads(arguments.lock.read_text(encoding="utf-8"))["packages"]
    components = [
        *(
            _component(_deb(name, p["version"]), "package", p["sha256"])
            for name, p in locked.items()
        ),
        *(
            _component(_deb(name, _installed_version(name)), "static")
            for name in arguments.static_debian_package
        ),
        *map(_pypi, arguments.pypi),
    ]
    bom = Bom(
        components=components,
        serial_number=uuid.uuid5(
            uuid.NAMESPACE_URL, "\n".join(str(part.purl) for part in (image, *components))
        ),
    )
    bom.metadata.component = image
    bom.metadata.timestamp = datetime.fromtimestamp(TIME, UTC)
    bom.register_dependency(image, components)
    return bom


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--version", required=True, type=Path, help="version.h of the server")
    parser.add_argument("--suffix", default="", help="appended to the version")
    parser.add_argument("--lock", required=True, type=Path)
    parser.add_argument("--static_debian_package", action="append", default=[])
    parser.add_argument(
        "--pypi",
        action="append",
        default=[],
        metavar="'NAME VERSION SHA256 LINKAGE'",
        help="a package; LINKAGE is shared or static",
    )
    parser.add_argument("--output", required=True, type=Path)
    arguments = parser.parse_args()
    text = JsonV1Dot6(make(arguments)).output_as_string(indent=2)
    arguments.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
