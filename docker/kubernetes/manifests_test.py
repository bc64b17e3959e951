# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the manifests against Kubernetes's schemas and against the server."""

from __future__ import annotations

import re
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from docker.kubernetes import manifests
from docker.kubernetes.manifests import OVERLAYS, Resource
from tensorflow_serving_s3 import config

# 1.30 is the first version in which the sleep of preStop is on by default.
_VERSIONS = ("1.30", kubernetes_validate.latest_version())
_FOLDERS = (*OVERLAYS, manifests.KSERVE)
_POD_MONITOR = "components/pod-monitor"
_PROBES = {"startupProbe", "livenessProbe", "readinessProbe"}
_OPTIONS = Path("tensorflow_serving_s3/model_servers/options")
_HEALTH = Path("tensorflow_serving_s3/model_servers/rest/api/health.cc")
# The longest time from the end of the last request to the exit; see docs/operations.md.
_CLOSING_SECONDS = 2


def _server_flags() -> set[str]:
    """Returns the flags with an effect, from the table of the server."""
    text = (_OPTIONS / "server_flags.cc").read_text(encoding="utf-8")
    flags = set(re.findall(r'\{"(\w+)",\s*&o\.', text))
    assert {"port", "model_config_file"} <= flags
    return flags


def _default_drain_seconds() -> int:
    text = (_OPTIONS / "server_options.h").read_text(encoding="utf-8")
    match = re.search(r"drain_seconds = (\d+);", text)
    assert match is not None
    return int(match[1])


def _pod(folder: str) -> Resource:
    if folder == manifests.KSERVE:
        runtime = manifests.one_of(manifests.build(folder), "ClusterServingRuntime")
        return {"securityContext": {}, **runtime["spec"]}
    return manifests.pod_of(manifests.build(folder))


def _container(folder: str) -> Resource:
    return manifests.container_of(_pod(folder))


@pytest.mark.parametrize("version", _VERSIONS)
@pytest.mark.parametrize("folder", OVERLAYS)
def test_every_resource_conforms_to_its_schema(folder: str, version: str) -> None:
    for resource in manifests.build(folder):
        kubernetes_validate.validate(resource, version, strict=True)


def test_the_schemas_refuse_a_misspelt_field() -> None:
    text = yaml.safe_dump(manifests.one_of(manifests.build("base"), "Deployment"))
    wrong = yaml.safe_load(text.replace("readinessProbe", "readynessProbe"))
    with pytest.raises(kubernetes_validate.ValidationError, match="readynessProbe"):
        kubernetes_validate.validate(wrong, _VERSIONS[0], strict=True)


@pytest.mark.parametrize("folder", OVERLAYS)
def test_the_overlays_have_all_resources(folder: str) -> None:
    kinds = {resource["kind"] for resource in manifests.build(folder)}
    wanted = {"ConfigMap", "Deployment", "PodDisruptionBudget", "Service", "ServiceAccount"}
    if folder != "overlays/gpu":
        wanted.add("HorizontalPodAutoscaler")
    assert kinds == wanted


@pytest.mark.parametrize("folder", _FOLDERS)
def test_arguments_are_flags_of_the_server(folder: str) -> None:
    assert set(manifests.flags_of(_container(folder))) <= _server_flags()


@pytest.mark.parametrize("folder", _FOLDERS)
def test_probes_ask_paths_that_the_server_answers(folder: str) -> None:
    routes = set(re.findall(r'request\.path [!=]= "(/\w+)"', _HEALTH.read_text(encoding="utf-8")))
    container = _container(folder)
    assert {"livenessProbe", "readinessProbe"} <= set(container)
    for name in _PROBES & set(container):
        path = container[name]["httpGet"]["path"]
        assert path == ("/readyz" if name == "readinessProbe" else "/livez")
        assert path in routes


@pytest.mark.parametrize("folder", _FOLDERS)
def test_probes_ask_the_port_of_the_rest_api(folder: str) -> None:
    container = _container(folder)
    ports = {port["name"]: port["containerPort"] for port in container.get("ports", [])}
    for name in _PROBES & set(container):
        port = container[name]["httpGet"]["port"]
        assert ports.get(port, port) == int(manifests.flags_of(container)["rest_api_port"])


def test_the_services_lead_to_the_ports_of_the_server() -> None:
    resources = manifests.build("base")
    container = manifests.container_of(manifests.pod_of(resources))
    flags = manifests.flags_of(container)
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert ports == {"grpc": int(flags["port"]), "http": int(flags["rest_api_port"])}
    for service in manifests.all_of(resources, "Service"):
        for port in service["spec"]["ports"]:
            assert port["port"] == ports[port["targetPort"]]


@pytest.mark.parametrize("folder", OVERLAYS)
def test_the_grace_period_is_longer_than_the_drain(folder: str) -> None:
    pod = manifests.pod_of(manifests.build(folder))
    container = manifests.container_of(pod)
    flags = manifests.flags_of(container)
    drain = int(flags.get("drain_seconds", _default_drain_seconds()))
    sleep = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pod["terminationGracePeriodSeconds"] > sleep + drain + _CLOSING_SECONDS


def test_kserves_grace_period_is_longer_than_the_drain() -> None:
    # A ServingRuntime cannot set the grace period. Kubernetes's default is 30 s.
    flags = manifests.flags_of(manifests.container_of(_pod(manifests.KSERVE)))
    drain = int(flags["drain_delay_seconds"]) + int(flags["drain_seconds"])
    assert drain + _CLOSING_SECONDS < 30


@pytest.mark.parametrize("folder", OVERLAYS)
def test_selectors_select_the_pods(folder: str) -> None:
    resources = manifests.build(folder)
    deployment = manifests.one_of(resources, "Deployment")
    labels = deployment["spec"]["template"]["metadata"]["labels"].items()
    selectors = [service["spec"]["selector"] for service in manifests.all_of(resources, "Service")]
    selectors += [
        manifests.one_of(resources, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        manifests.read(f"{_POD_MONITOR}/pod-monitor.yaml")["spec"]["selector"]["matchLabels"],
        deployment["spec"]["selector"]["matchLabels"],
    ]
    pod = manifests.pod_of(resources)
    selectors += [
        spread["labelSelector"]["matchLabels"] for spread in pod["topologySpreadConstraints"]
    ]
    assert all(selector and selector.items() <= labels for selector in selectors)


def test_the_autoscaler_scales_the_deployment() -> None:
    for folder in OVERLAYS:
        resources = manifests.build(folder)
        deployment = manifests.one_of(resources, "Deployment")
        scalers = manifests.all_of(resources, "HorizontalPodAutoscaler")
        # Otherwise each `kubectl apply` would reset the number that the autoscaler has chosen.
        assert ("replicas" in deployment["spec"]) == (scalers == [])
        for scaler in scalers:
            target = scaler["spec"]["scaleTargetRef"]
            assert target["kind"] == "Deployment"
            assert target["name"] == deployment["metadata"]["name"]


def test_configuration_files_are_in_the_config_map() -> None:
    resources = manifests.build("base")
    pod = manifests.pod_of(resources)
    container = manifests.container_of(pod)
    (mount,) = [mount for mount in container["volumeMounts"] if mount["name"] == "config"]
    (volume,) = [volume for volume in pod["volumes"] if volume["name"] == "config"]
    map_of_files = manifests.one_of(resources, "ConfigMap")
    assert volume["configMap"]["name"] == map_of_files["metadata"]["name"]
    flags = manifests.flags_of(container)
    for flag, kind in (
        ("model_config_file", config.Kind.MODELS),
        ("monitoring_config_file", config.Kind.MONITORING),
    ):
        folder, _, name = flags[flag].rpartition("/")
        assert folder == mount["mountPath"]
        document = config.parse(map_of_files["data"][name], format=config.Format.TEXT)
        assert document.kind == kind
        assert not config.validate(document)


def test_the_metrics_have_the_path_that_prometheus_scrapes() -> None:
    path = "/monitoring/prometheus/metrics"
    (endpoint,) = manifests.read(f"{_POD_MONITOR}/pod-monitor.yaml")["spec"]["podMetricsEndpoints"]
    assert (endpoint["path"], endpoint["port"]) == (path, "http")
    runtime = manifests.read("kserve/cluster-serving-runtime.yaml")["spec"]
    assert runtime["annotations"]["prometheus.kserve.io/path"] == path
    # Both use a monitoring configuration without a path, so the server's default applies.
    assert path in Path("docs/monitoring.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", _FOLDERS)
def test_containers_are_restricted(folder: str) -> None:
    """The profile "restricted" of the Pod Security Standards, and a read-only root."""
    context = {**_pod(folder)["securityContext"], **_container(folder)["securityContext"]}
    assert context["runAsNonRoot"] is True
    assert context["runAsUser"] > 0
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    assert context["allowPrivilegeEscalation"] is False
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert context["readOnlyRootFilesystem"] is True


@pytest.mark.parametrize("folder", _FOLDERS)
def test_memory_is_guaranteed(folder: str) -> None:
    resources = _container(folder)["resources"]
    assert resources["requests"]["memory"] == resources["limits"]["memory"]


def test_irsa_names_a_role() -> None:
    account = manifests.one_of(manifests.build("overlays/irsa"), "ServiceAccount")
    assert account["metadata"]["annotations"]["eks.amazonaws.com/role-arn"].startswith("arn:aws:")
    pod = manifests.pod_of(manifests.build("overlays/irsa"))
    assert pod["serviceAccountName"] == account["metadata"]["name"]


def test_the_gpu_overlay_asks_for_a_gpu() -> None:
    container = manifests.container_of(manifests.pod_of(manifests.build("overlays/gpu")))
    assert container["resources"]["limits"]["nvidia.com/gpu"] == "1"
    assert container["image"].endswith("-gpu")


def test_another_store_has_an_endpoint_and_keys() -> None:
    container = manifests.container_of(manifests.pod_of(manifests.build("overlays/other-store")))
    names = [variable["name"] for variable in container["env"]]
    documented = Path("docs/s3.md").read_text(encoding="utf-8")
    assert "S3_ENDPOINT" in names
    assert all(f"`{name}`" in documented for name in names)
    assert container["envFrom"] == [{"secretRef": {"name": "tf-serving-s3-keys"}}]
