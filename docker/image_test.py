# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Reads the image's archive, and the files beside it, and runs nothing."""

from __future__ import annotations

import json
import re
import shlex
import tarfile
from pathlib import Path
from typing import Any

import pytest

from docker import size
from docker.archive import Image, LayerOfImage
from docker.layer import NONROOT, TIME

_SERVER = "usr/lib/tf-serving-s3/bin/tensorflow_model_server"
_DOCUMENTS = "usr/share/doc/tf-serving-s3"
_LABEL = "org.opencontainers.image"


@pytest.fixture(scope="module")
def image() -> Image:
    """The image."""
    return Image(Path("docker/image.tar"))


@pytest.fixture(scope="module")
def layers(image: Image) -> list[LayerOfImage]:
    """Its layers."""
    return [image.layer(name) for name in image.layer_names]


@pytest.fixture(scope="module")
def files(layers: list[LayerOfImage]) -> dict[str, tarfile.TarInfo]:
    """All entries, by their path."""
    return {name: entry for layer in layers for name, entry in layer.files.items()}


@pytest.fixture(scope="module")
def lock() -> Any:
    """The lock file."""
    return json.loads(Path("docker/debian.lock.json").read_text(encoding="utf-8"))["packages"]


def _version() -> str:
    header = Path("tensorflow_serving_s3/model_servers/base/version.h").read_text(encoding="utf-8")
    found = re.search(r'"(\d+\.\d+\.\d+)"', header)
    assert found is not None
    return found[1]


def test_the_configuration_is_that_of_tensorflow_servings_image_without_root(image: Image) -> None:
    config = image.config["config"]
    assert config["User"] == f"{NONROOT}:{NONROOT}"
    assert config["Entrypoint"] == [
        "/usr/bin/tensorflow_model_server",
        "--port=8500",
        "--rest_api_port=8501",
    ]
    assert "Cmd" not in config
    assert set(config["ExposedPorts"]) == {"8500/tcp", "8501/tcp"}
    assert {"MODEL_NAME=model", "MODEL_BASE_PATH=/models"} <= set(config["Env"])
    assert (image.config["os"], image.config["architecture"]) == ("linux", "amd64")


def test_the_labels_name_title_version_source_revision_and_licence(image: Image) -> None:
    labels = image.config["config"]["Labels"]
    assert labels[f"{_LABEL}.title"] == "tf-serving-s3"
    assert labels[f"{_LABEL}.version"] == _version()
    assert labels[f"{_LABEL}.licenses"] == "Apache-2.0"
    assert labels[f"{_LABEL}.source"].startswith("https://")
    assert labels[f"{_LABEL}.revision"]


def test_the_small_layer_of_the_server_is_the_last(layers: list[LayerOfImage]) -> None:
    assert [layer.name for layer in layers] == ["debian", "tensorflow", "server"]
    assert layers[-1].compressed_bytes < 15 * 10**6
    assert _SERVER in layers[-1].files


def test_docker_and_oci_tools_read_the_same_image_with_the_name_and_the_version(
    image: Image,
) -> None:
    assert image.name == f"tf-serving-s3:{_version()}"
    (docker,) = image.json("manifest.json")
    assert docker["RepoTags"] == [image.name]
    assert docker["Config"] == image.blob(image.manifest["config"]["digest"])
    assert docker["Layers"] == [image.blob(blob["digest"]) for blob in image.manifest["layers"]]
    assert image.json("oci-layout") == {"imageLayoutVersion": "1.0.0"}
    assert Path("docker/image.digest").read_text(encoding="utf-8") == f"{image.digest}\n"


def test_each_blob_has_the_digest_of_its_name_and_no_other_is_there(image: Image) -> None:
    digests = [image.digest, image.manifest["config"]["digest"]]
    digests += [blob["digest"] for blob in image.manifest["layers"]]
    blobs = [e.name for e in image.entries() if e.isfile() and e.name.startswith("blobs/")]
    assert sorted(blobs) == sorted(image.blob(digest) for digest in digests)
    for digest in digests:
        assert f"sha256:{image.sha256(image.blob(digest))}" == digest


def test_times_owners_and_order_are_fixed(image: Image, layers: list[LayerOfImage]) -> None:
    for entries in (image.entries(), *(list(layer.files.values()) for layer in layers)):
        assert {entry.mtime for entry in entries} == {TIME}
        assert [entry.name for entry in entries] == sorted(entry.name for entry in entries)
    times = {image.config["created"], *(step["created"] for step in image.config["history"])}
    assert times == {"2020-01-01T00:00:00Z"}


def test_only_the_home_of_the_user_is_not_roots_and_only_tmp_is_for_all(
    files: dict[str, tarfile.TarInfo],
) -> None:
    assert {name for name, entry in files.items() if entry.uid or entry.gid} == {"home/nonroot"}
    writable = {name for name, e in files.items() if e.mode & 0o022 and not e.issym()}
    assert writable == {"tmp", "var/tmp"}
    assert not [name for name, entry in files.items() if entry.mode & 0o6000]


def test_the_server_is_the_only_program(files: dict[str, tarfile.TarInfo]) -> None:
    programs = {name for name, entry in files.items() if entry.isfile() and entry.mode & 0o111}
    libraries = {name for name in programs if re.search(r"/lib\w*/.*\.so(\.|$)", f"/{name}")}
    assert programs - libraries == {_SERVER}
    folders = {name for name in files if re.match(r"(usr/)?(local/)?s?bin/", name)}
    assert folders == {"usr/bin/tensorflow_model_server"}
    assert not [name for name in files if re.search(r"\b(apt|dpkg-deb|python3?|perl|sh)\b", name)]


def test_it_has_what_programs_expect(image: Image, files: dict[str, tarfile.TarInfo]) -> None:
    assert f"nonroot:x:{NONROOT}:" in image.content("debian", "etc/passwd").decode()
    assert f"nonroot:x:{NONROOT}:" in image.content("debian", "etc/group").decode()
    certificates = image.content("debian", "etc/ssl/certs/ca-certificates.crt").decode()
    begins = certificates.count("-----BEGIN CERTIFICATE-----\n")
    assert begins == certificates.count("-----END CERTIFICATE-----\n") > 100
    assert {
        "lib64/ld-linux-x86-64.so.2",
        "usr/lib/x86_64-linux-gnu/libstdc++.so.6",
        "usr/lib/tensorflow/libtensorflow_cc.so.2",
        "usr/lib/tensorflow/libtensorflow_framework.so.2",
        "usr/share/zoneinfo/Europe/Berlin",
        "models",
    } <= set(files)


def test_symbolic_links_have_targets(files: dict[str, tarfile.TarInfo]) -> None:
    for name, entry in files.items():
        if entry.issym():
            target = Path("/", Path(name).parent, entry.linkname)
            path = Path("/".join(_resolve(target.parts)))
            assert str(path) in files, f"{name} -> {entry.linkname}"


def _resolve(parts: tuple[str, ...]) -> list[str]:
    """Returns the parts of a path without `..` and without the root."""
    found: list[str] = []
    for part in parts:
        if part == "..":
            found.pop()
        elif part != "/":
            found.append(part)
    return found


def test_the_licences_of_all_parts_are_there(files: dict[str, tarfile.TarInfo], lock: Any) -> None:
    for package in lock:
        documents = f"usr/share/doc/{package}"
        assert documents in files
        assert files[documents].issym() or f"{documents}/copyright" in files
    for name in ("LICENSE", "awscrt/LICENSE", "tensorflow/THIRD_PARTY_NOTICES.txt"):
        assert files[f"{_DOCUMENTS}/{name}"].size > 1000
    for package in ("libgrpc++-dev", "libssl-dev", "libjemalloc-dev", "libboost-dev"):
        assert f"{_DOCUMENTS}/debian/{package}/copyright" in files


def test_scanners_find_the_packages_of_the_lock_file(image: Image, lock: Any) -> None:
    for package, pin in lock.items():
        record = image.content("debian", f"var/lib/dpkg/status.d/{package}").decode()
        assert f"Package: {package}\n" in record
        assert f"Version: {pin['version']}\n" in record
    assert "VERSION_CODENAME=bookworm" in image.content("debian", "usr/lib/os-release").decode()


def test_the_bill_of_materials_lists_every_package(image: Image, lock: Any) -> None:
    bill = json.loads(image.content("server", f"{_DOCUMENTS}/sbom.cdx.json"))
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["version"] == _version()
    linkages = {(part["name"], part["properties"][0]["value"]): part for part in bill["components"]}
    for package, pin in lock.items():
        assert linkages[package, "package"]["version"] == pin["version"]
    for name, linkage in (
        ("tensorflow-cpu", "shared"),
        ("awscrt", "static"),
        ("libssl-dev", "static"),
        ("libgrpc++-dev", "static"),
    ):
        assert linkages[name, linkage]["version"]
        assert linkages[name, linkage]["purl"].startswith("pkg:")


def test_it_is_at_most_60_mb_larger_than_tensorflow(layers: list[LayerOfImage]) -> None:
    assert size.limited_bytes(layers) <= size.LIMIT_BYTES, size.report(layers)


def test_the_dockerfile_makes_the_same_image(image: Image) -> None:
    text = Path("docker/Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.partition(" ") for line in text.splitlines() if line and line[0] != "#"]
    values: dict[str, list[str]] = {}
    for word, _, value in lines:
        values.setdefault(word, []).append(value.strip())
    config = image.config["config"]
    assert values.pop("FROM") == ["scratch"]
    assert values.pop("ADD") == [f"{name}.tar /" for name in image.layer_names]
    assert shlex.split(values.pop("ENV")[0]) == config["Env"]
    assert values.pop("USER") == [config["User"]]
    assert [f"{port}/tcp" for port in values.pop("EXPOSE")[0].split()] == list(
        config["ExposedPorts"]
    )
    assert json.loads(values.pop("ENTRYPOINT")[0]) == config["Entrypoint"]
    labels = dict(label.split("=", 1) for label in shlex.split(values.pop("LABEL")[0]))
    assert labels.items() <= config["Labels"].items()
    (check,) = values.pop("HEALTHCHECK")
    assert json.loads(check.removeprefix("CMD ")) == [config["Entrypoint"][0], "--probe"]
    assert values == {}
