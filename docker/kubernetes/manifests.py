# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Builds the manifests with kustomize and reads them, for tests."""

from __future__ import annotations

import functools
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import yaml
from runfiles import Runfiles

OVERLAYS = ("base", "overlays/gpu", "overlays/irsa", "overlays/other-store")
KSERVE = "kserve"

Resource = dict[str, Any]


def find(path: str) -> Path:
    """Returns the file at `path` of the runfiles, as in "kubectl/bin/kubectl"."""
    runfiles = Runfiles.Create()
    assert runfiles is not None
    found = runfiles.Rlocation(path)
    assert found is not None
    return Path(found)


@functools.cache
def copied_tree() -> Path:
    """Returns a folder with a copy of docker/, without symlinks, which kustomize refuses."""
    top = Path(tempfile.mkdtemp(prefix="manifests"))
    shutil.copytree("docker", top / "docker")
    return top


@functools.cache
def build(folder: str) -> tuple[Resource, ...]:
    """Returns the resources of a folder of docker/kubernetes, as `kubectl apply -k` sends them."""
    return build_path(copied_tree() / "docker/kubernetes" / folder)


def build_path(folder: Path) -> tuple[Resource, ...]:
    """Returns the resources of a folder with a kustomization.yaml."""
    command = [str(find("kubectl/bin/kubectl")), "kustomize", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return tuple(yaml.safe_load_all(done.stdout))


def read(path: str) -> Resource:
    """Returns the one resource of a file below docker/kubernetes."""
    text = Path("docker/kubernetes", path).read_text(encoding="utf-8")
    resource = yaml.safe_load(text)
    assert isinstance(resource, dict)
    return resource


def all_of(resources: tuple[Resource, ...], kind: str) -> list[Resource]:
    """Returns the resources of a kind."""
    return [resource for resource in resources if resource["kind"] == kind]


def one_of(resources: tuple[Resource, ...], kind: str) -> Resource:
    """Returns the only resource of a kind."""
    (resource,) = all_of(resources, kind)
    return resource


def pod_of(resources: tuple[Resource, ...]) -> Resource:
    """Returns the spec of the pods of the Deployment."""
    pod = one_of(resources, "Deployment")["spec"]["template"]["spec"]
    assert isinstance(pod, dict)
    return pod


def container_of(pod: Resource) -> Resource:
    """Returns the only container of a pod."""
    (container,) = pod["containers"]
    assert isinstance(container, dict)
    return container


def flags_of(container: Resource) -> dict[str, str]:
    """Returns the flags of the server by name; the last value of a repeated flag applies."""
    flags = {}
    for argument in container["args"]:
        assert argument.startswith("--"), argument
        name, equals, value = argument[2:].partition("=")
        assert equals, argument
        flags[name] = value
    return flags
