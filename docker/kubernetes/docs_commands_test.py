# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of docs/kubernetes.md and docs/monitoring.md that need no cluster.

These are the blocks marked as `sh`. Blocks marked as `console` need a cluster.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from docker.kubernetes import manifests

_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _blocks(page: str) -> list[str]:
    blocks: list[str] = _BLOCK.findall(Path("docs", page).read_text(encoding="utf-8"))
    assert blocks
    return blocks


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the commands of docs/kubernetes.md have run."""
    top = tmp_path_factory.mktemp("checkout")
    shutil.copytree("docker", top / "docker")
    _run("\n".join(_blocks("kubernetes.md")), top)
    return top


def _run(script: str, cwd: Path) -> None:
    programs = ("kubectl/bin/kubectl", "prometheus/usr/bin/promtool")
    folders = [str(manifests.find(program).absolute().parent) for program in programs]
    path = os.pathsep.join([*folders, os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-eux", "-c", script],
        cwd=cwd,
        # No cluster that this machine may have configured.
        env={"PATH": path, "KUBECONFIG": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_folder_of_the_page_sets_image_models_role_and_namespace(folder: Path) -> None:
    resources = manifests.build_path(folder / "serving")
    assert {resource["metadata"]["namespace"] for resource in resources} == {"models"}
    container = manifests.container_of(manifests.pod_of(resources))
    assert container["image"] == "ghcr.io/example/tf-serving-s3:0.1.0"
    files = manifests.one_of(resources, "ConfigMap")["data"]
    assert "s3://my-models/ranker" in files["models.config"]
    assert "prometheus_config" in files["monitoring.config"]
    account = manifests.one_of(resources, "ServiceAccount")
    role = account["metadata"]["annotations"]["eks.amazonaws.com/role-arn"]
    assert role.endswith(":role/ranker")
    assert manifests.all_of(resources, "PodMonitor")


def test_the_folder_of_the_page_conforms_to_the_schemas(folder: Path) -> None:
    version = kubernetes_validate.latest_version()
    for resource in manifests.build_path(folder / "serving"):
        if resource["kind"] != "PodMonitor":
            kubernetes_validate.validate(resource, version, strict=True)


def test_the_secret_has_the_name_that_the_overlay_reads(folder: Path) -> None:
    secret = yaml.safe_load((folder / "keys.yaml").read_text(encoding="utf-8"))
    container = manifests.container_of(manifests.pod_of(manifests.build("overlays/other-store")))
    assert container["envFrom"] == [{"secretRef": {"name": secret["metadata"]["name"]}}]
    assert set(secret["data"]) == {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}


def test_the_prometheus_rule_has_the_alerts(folder: Path) -> None:
    rule = yaml.safe_load((folder / "prometheus-rule.yaml").read_text(encoding="utf-8"))
    alerts = Path("docker/monitoring/alerts.yaml").read_text(encoding="utf-8")
    assert rule["spec"] == yaml.safe_load(alerts)


def test_the_runtime_has_the_image(folder: Path) -> None:
    runtime = yaml.safe_load((folder / "runtime.yaml").read_text(encoding="utf-8"))
    container = manifests.container_of(runtime["spec"])
    assert container["image"] == "ghcr.io/example/tf-serving-s3:0.1.0"


def test_the_commands_of_the_page_on_monitoring_work(folder: Path) -> None:
    _run("\n".join(_blocks("monitoring.md")), folder)
