# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the resources for KServe against the model classes of KServe's Python package."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
import types
from typing import Any

import kubernetes_validate
import pytest

from docker.kubernetes import manifests
from docker.kubernetes.manifests import Resource

_RUNTIME = "ClusterServingRuntime"
_SCALARS = {"str": str, "bool": bool, "int": int, "float": float, "object": object}


def _model(name: str) -> Any:
    """Returns a model class of KServe, such as V1beta1ModelSpec.

    `import kserve` would need the packages of its model server (FastAPI, pandas, ...), so the
    package gets an empty __init__ here.
    """
    if "kserve" not in sys.modules:
        spec = importlib.util.find_spec("kserve")
        assert spec is not None
        for package in ("kserve", "kserve.models"):
            module = types.ModuleType(package)
            folders = list(spec.submodule_search_locations or [])
            module.__path__ = [
                folder + package[len("kserve") :].replace(".", "/") for folder in folders
            ]
            sys.modules[package] = module
    file = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return getattr(importlib.import_module(f"kserve.models.{file}"), name)


def _problems(value: Any, type_name: str, path: str) -> list[str]:
    """Returns the differences between a value of a manifest and its type in KServe's models."""
    if match := re.fullmatch(r"list\[(.+)\]", type_name):
        if not isinstance(value, list):
            return [f"{path}: not a list"]
        items = enumerate(value)
        return [p for i, item in items for p in _problems(item, match[1], f"{path}[{i}]")]
    if match := re.fullmatch(r"dict\(str, (.+)\)", type_name):
        if not isinstance(value, dict):
            return [f"{path}: not an object"]
        return [p for k, item in value.items() for p in _problems(item, match[1], f"{path}.{k}")]
    if type_name in _SCALARS:
        wrong = not isinstance(value, _SCALARS[type_name])
        return [f"{path}: {value!r} is not of type {type_name}"] if wrong else []
    if not re.match(r"V1(alpha|beta)", type_name):
        return []  # A type of Kubernetes: _pod_problems checks it.
    if not isinstance(value, dict):
        return [f"{path}: not an object"]
    model = _model(type_name)
    attributes = {key: name for name, key in model.attribute_map.items()}
    problems = []
    for key, item in value.items():
        if key not in attributes:
            problems.append(f"{path}.{key}: unknown")
        else:
            problems += _problems(item, model.openapi_types[attributes[key]], f"{path}.{key}")
    return problems


def _runtime() -> Resource:
    return manifests.one_of(manifests.build(manifests.KSERVE), _RUNTIME)


def _service() -> Resource:
    return manifests.read("kserve/inference-service.yaml")


def test_the_runtime_conforms_to_kserves_model() -> None:
    runtime = _runtime()
    assert runtime["apiVersion"] == "serving.kserve.io/v1alpha1"
    assert _problems(runtime, "V1alpha1ClusterServingRuntime", _RUNTIME) == []


def test_the_inference_service_conforms_to_kserves_model() -> None:
    service = _service()
    assert service["apiVersion"] == "serving.kserve.io/v1beta1"
    assert _problems(service, "V1beta1InferenceService", "InferenceService") == []


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("multiModell", True, "spec.multiModell: unknown"),
        ("protocolVersions", "v1", "spec.protocolVersions: not a list"),
        ("disabled", "no", "spec.disabled: 'no' is not of type bool"),
    ],
)
def test_the_models_refuse_mistakes(key: str, value: Any, problem: str) -> None:
    runtime = {"spec": {**_runtime()["spec"], key: value}}
    assert _problems(runtime, "V1alpha1ClusterServingRuntime", "")[0] == f".{problem}"


def test_the_container_and_the_volumes_conform_to_kubernetes() -> None:
    spec = _runtime()["spec"]
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "half", "annotations": spec["annotations"]},
        "spec": {"containers": spec["containers"], "volumes": spec["volumes"]},
    }
    kubernetes_validate.validate(pod, kubernetes_validate.latest_version(), strict=True)


def test_the_runtime_serves_tensorflow_by_rest_and_grpc() -> None:
    spec = _runtime()["spec"]
    formats = [(model["name"], model["version"]) for model in spec["supportedModelFormats"]]
    assert formats == [("tensorflow", "1"), ("tensorflow", "2")]
    assert spec["protocolVersions"] == ["v1", "grpc-v1"]
    container = manifests.container_of(spec)
    flags = manifests.flags_of(container)
    # The name of the container and the ports on which KServe expects a server.
    assert container["name"] == "kserve-container"
    assert (flags["rest_api_port"], flags["port"]) == ("8080", "9000")
    assert flags["model_name"] == "{{.Name}}"
    assert flags["model_base_path"] == "/mnt/models"


def test_the_inference_service_reads_s3_in_place() -> None:
    runtime, service = _runtime(), _service()
    model = service["spec"]["predictor"]["model"]
    assert model["runtime"] == runtime["metadata"]["name"]
    assert "storageUri" not in model
    # KServe appends the arguments of the InferenceService to those of the runtime.
    container = manifests.container_of(runtime["spec"])
    merged = {"args": [*container["args"], *model["args"]]}
    assert manifests.flags_of(merged)["model_base_path"] == "s3://my-models/half"


def test_the_monitoring_configuration_comes_from_an_annotation() -> None:
    spec = _runtime()["spec"]
    container = manifests.container_of(spec)
    (volume,) = spec["volumes"]
    (mount,) = container["volumeMounts"]
    (source,) = volume["projected"]["sources"]
    (item,) = source["downwardAPI"]["items"]
    path = manifests.flags_of(container)["monitoring_config_file"]
    assert path == f"{mount['mountPath']}/{item['path']}"
    annotation = item["fieldRef"]["fieldPath"].removeprefix("metadata.annotations['")[:-2]
    assert spec["annotations"][annotation] == "prometheus_config { enable: true }"
