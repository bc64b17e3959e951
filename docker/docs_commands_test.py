# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of docs/docker.md and docker/release.md.

These are the blocks marked as `sh`. `docker` is podman with the options that containers need in
tests. `./bazelw` and `git` are stand-ins: the former checks that the targets exist, and pushes to
the registry of the test. The layers that `docker build` adds are small stand-ins too; image_test.py
compares the Dockerfile with the image.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import tarfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import yaml
from tensorflow_serving_s3.publishing import publish
from tensorflow_serving_s3.testing import saved_models
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from docker import containers, push
from docker.archive import Image

_BLOCK = re.compile(r"^( *)```sh\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_TARGET = re.compile(r'name = "(\w+)"')
_WORKFLOW = Path(".github/workflows/image.yml")

_DOCKER = """#!/bin/bash
options=()
if [[ $1 == run ]]; then
  shift
  options=(run --network=host --log-driver=k8s-file {limits} --env=AWS_ENDPOINT_URL)
fi
exec {podman} "${{options[@]}}" "$@"
"""
_BAZELW = """#!/bin/bash
echo "$*" >> {log}
"""


def _blocks(page: str) -> list[str]:
    text = Path(page).read_text(encoding="utf-8")
    blocks = [textwrap.dedent(block) for _, block in _BLOCK.findall(text)]
    assert blocks
    return blocks


class Checkout:
    """A folder with what the commands use."""

    def __init__(self, top: Path, podman: containers.Podman, env: dict[str, str]) -> None:
        self.top = top
        self.podman = podman
        self._log = top / "bazelw.log"
        programs = top / "programs"
        for path in (programs, top / "docker", top / "bazel-bin/docker"):
            path.mkdir(parents=True)
        (top / "docker/Dockerfile").write_text(Path("docker/Dockerfile").read_text())
        (top / "bazel-bin/docker/image.tar").symlink_to(containers.image_archive())
        for name in ("debian", "tensorflow", "server"):
            with tarfile.open(top / f"bazel-bin/docker/{name}.tar", "w") as layer:
                layer.addfile(tarfile.TarInfo(f"{name}.txt"))
        self._write(
            programs / "docker",
            _DOCKER.format(podman=shlex.join(podman.command), limits=shlex.join(containers.LIMITS)),
        )
        self._write(programs / "git", "#!/bin/sh\necho 0123456789abcdef\n")
        self._write(top / "bazelw", _BAZELW.format(log=shlex.quote(str(self._log))))
        search_path = os.pathsep.join([str(programs), os.environ["PATH"]])
        self._env = {**podman.env, **env, "PATH": search_path}

    @staticmethod
    def _write(path: Path, text: str) -> None:
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)

    def run(self, script: str) -> str:
        """Runs commands and returns their output."""
        done = subprocess.run(
            ["bash", "-eux", "-c", script],
            cwd=self.top,
            env=self._env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=containers.SECONDS,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def bazelw_calls(self) -> list[list[str]]:
        """Returns the arguments of each call of ./bazelw so far."""
        return [line.split(" ") for line in self._log.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A folder with the image, and models on the disk and in S3."""
    if os.geteuid() != 0:
        pytest.skip("needs root: containers without root need a configuration of the system")
    if reason := containers.enter_empty_network():
        pytest.skip(f"port 8501 may be in use, because the network is shared: {reason}")
    top = tmp_path_factory.mktemp("checkout")
    top.chmod(0o755)
    saved_models.save_half_plus_three(top / "half/1")
    with SeaweedFS(buckets=["my-models"]) as storage, containers.podman() as podman:
        publish(
            top / "half/1",
            "s3://my-models/saved_model_half_plus_three",
            client=storage.client(),
        )
        given = storage.env()
        (endpoint,) = {value for name, value in given.items() if "ENDPOINT" in name}
        env = {
            "AWS_ACCESS_KEY_ID": given["AWS_ACCESS_KEY_ID"],
            "AWS_SECRET_ACCESS_KEY": given["AWS_SECRET_ACCESS_KEY"],
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": endpoint,
        }
        made = Checkout(top, podman, env)
        podman.check("load", "--quiet", "--input", str(containers.image_archive()))
        name = Image(containers.image_archive()).name
        if reason := containers.PodmanEngine(podman, name).why_not():
            pytest.skip(f"containers cannot run here: {reason}")
        yield made


def test_the_commands_of_the_page_on_the_image_work(checkout: Checkout) -> None:
    output = "".join(checkout.run(block) for block in _blocks("docs/docker.md"))
    assert json.loads(output[output.index("{") : output.index("}") + 1]) == {
        "predictions": [3.5, 4.0, 5.5]
    }
    made = json.loads(checkout.podman.check("inspect", "tf-serving-s3:dockerfile"))[0]
    config = Image(containers.image_archive()).config["config"]
    assert made["Config"]["Entrypoint"] == config["Entrypoint"]
    assert made["Config"]["User"] == config["User"]
    assert len(made["RootFS"]["Layers"]) == 3


def _check_targets(arguments: list[str]) -> None:
    """Checks that the targets and the settings of a call of ./bazelw exist in docker/BUILD."""
    targets = set(_TARGET.findall(Path("docker/BUILD").read_text(encoding="utf-8")))
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    assert own[0] in ("build", "run", "test")
    for argument in own[1:]:
        label = re.match(r"(?:--)?//docker:(\w+)", argument)
        if label is None:
            assert argument in ("//docker/...", "--config=cuda"), argument
        else:
            assert label[1] in targets, argument


def test_the_pages_name_targets_that_exist(checkout: Checkout) -> None:
    for page in ("docs/docker.md", "docker/release.md"):
        for block in _blocks(page):
            if "docker " not in block.replace("//docker ", ""):
                checkout.run(block)
    calls = checkout.bazelw_calls()
    assert len(calls) > 5
    for call in calls:
        _check_targets(call)


def test_the_workflow_names_targets_that_exist() -> None:
    jobs = yaml.safe_load(_WORKFLOW.read_text(encoding="utf-8"))["jobs"]
    scripts = [step.get("run", "") for job in jobs.values() for step in job["steps"]]
    text = "\n".join(scripts).replace("\\\n", " ")
    calls = re.findall(r"\./bazelw (.+)", text)
    assert len(calls) >= 3
    for call in calls:
        _check_targets(shlex.split(call))


def test_the_pushes_of_the_pages_have_the_tags_that_the_pages_name() -> None:
    pushes: dict[str, list[list[str]]] = {
        "registry.example.com/tf-serving-s3": [],
        "ghcr.io/OWNER/tf-serving-s3": [],
    }
    for page in ("docs/docker.md", "docker/release.md"):
        for block in _blocks(page):
            for line in block.replace("\\\n", " ").splitlines():
                _, found, rest = line.partition("//docker:push -- ")
                if found:
                    repository, *tags = rest.split()
                    pushes[repository].append(tags)
    assert pushes == {
        "registry.example.com/tf-serving-s3": [[], ["latest"]],
        "ghcr.io/OWNER/tf-serving-s3": [["0.1.0", "latest"], ["0.1.0-gpu"]],
    }
    with containers.registry() as address:
        skopeo = containers.find("usr/bin/skopeo")
        archive = containers.image_archive()
        for tags in [tags for calls in pushes.values() for tags in calls]:
            options = ["--dest-tls-verify=false"]
            assert push.push(skopeo, archive, f"{address}/tf-serving-s3", tags, options) == 0
        found_tags = requests.get(f"http://{address}/v2/tf-serving-s3/tags/list", timeout=30)
    assert set(found_tags.json()["tags"]) == {"0.1.0", "latest", "0.1.0-gpu"}
