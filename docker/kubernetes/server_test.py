# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Starts the server as the manifests say, with a real S3 server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from tensorflow_serving_s3._process import ChildProcess
from tensorflow_serving_s3._programs import MODEL_SERVER, find_program
from tensorflow_serving_s3.publishing import publish
from tensorflow_serving_s3.testing import saved_models
from tensorflow_serving_s3.testing._ports import pick_free_ports
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from docker.kubernetes import manifests
from docker.kubernetes.manifests import Resource
from tests.e2e.waiting import wait_for

_SECONDS = 120.0


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedFS]:
    """An S3 server with the model that the manifests name."""
    with SeaweedFS(buckets=["my-models"]) as server:
        folder = tmp_path_factory.mktemp("export") / "half"
        saved_models.save_half_plus_three(folder)
        publish(folder, "s3://my-models/half", client=server.client())
        yield server


def _environment(container: Resource, storage: SeaweedFS) -> dict[str, str]:
    """Returns the variables of the container, with the address and the keys of `storage`."""
    env = {variable["name"]: variable["value"] for variable in container.get("env", [])}
    given = storage.env()
    keys = {name: given[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    (endpoint,) = {value for name, value in given.items() if "ENDPOINT" in name}
    return {**env, **keys, "S3_ENDPOINT": endpoint}


def _get(port: int, path: str) -> requests.Response | None:
    try:
        return requests.get(f"http://127.0.0.1:{port}{path}", timeout=_SECONDS)
    except requests.ConnectionError:
        return None


def _wait_until_ok(port: int, path: str) -> None:
    wait_for(
        lambda answer: answer is not None and answer.status_code == 200,
        lambda: _get(port, path),
        timeout_seconds=_SECONDS,
    )


def _check(
    container: Resource, files: dict[str, str], env: dict[str, str], folder: Path, metrics: str
) -> None:
    """Runs the server as Kubernetes runs the container: probes it, uses it and stops it."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    grpc, rest, management = pick_free_ports(3)
    flags = manifests.flags_of(container)
    flags = {
        name: value.replace("/etc/tf-serving-s3", str(folder)) for name, value in flags.items()
    }
    flags |= {
        "port": str(grpc),
        "rest_api_port": str(rest),
        "management_address": f"127.0.0.1:{management}",
    }
    command = [str(find_program(MODEL_SERVER)), *(f"--{n}={v}" for n, v in flags.items())]
    with ChildProcess("server", command, env=env, cwd=folder) as process:
        for probe in ("livenessProbe", "readinessProbe"):
            _wait_until_ok(rest, container[probe]["httpGet"]["path"])
        answer: Any = requests.post(
            f"http://127.0.0.1:{rest}/v1/models/half:predict",
            json={"instances": [1.0, 2.0]},
            timeout=_SECONDS,
        ).json()
        assert answer == {"predictions": [3.5, 4.0]}
        page = _get(rest, metrics)
        assert page is not None and "tf_serving_s3_build_info" in page.text
        assert process.stop(grace_seconds=_SECONDS) == 0


def test_the_server_runs_as_the_deployment_says(storage: SeaweedFS, tmp_path: Path) -> None:
    resources = manifests.build("overlays/other-store")
    container = manifests.container_of(manifests.pod_of(resources))
    files = manifests.one_of(resources, "ConfigMap")["data"]
    monitor = manifests.read("components/pod-monitor/pod-monitor.yaml")
    metrics = monitor["spec"]["podMetricsEndpoints"][0]["path"]
    _check(container, files, _environment(container, storage), tmp_path, metrics)


def test_the_server_runs_as_kserve_runs_it(storage: SeaweedFS, tmp_path: Path) -> None:
    runtime = manifests.one_of(manifests.build(manifests.KSERVE), "ClusterServingRuntime")["spec"]
    service = manifests.read("kserve/inference-service.yaml")
    container = manifests.container_of(runtime)
    # KServe appends the arguments of the InferenceService and fills in its name.
    arguments = [*container["args"], *service["spec"]["predictor"]["model"]["args"]]
    name = service["metadata"]["name"]
    container = {**container, "args": [text.replace("{{.Name}}", name) for text in arguments]}
    annotations = runtime["annotations"]
    files = {"monitoring.config": annotations["tf-serving-s3/monitoring-config"]}
    env = {**_environment(container, storage), "AWS_EC2_METADATA_DISABLED": "true"}
    metrics = annotations["prometheus.kserve.io/path"]
    _check(container, files, env, tmp_path, metrics)
