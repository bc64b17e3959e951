# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the Prometheus page: the metrics of TensorFlow Serving and additional ones."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import grpc
import pytest
import tensorflow as tf
from tensorflow_serving.apis import (
    classification_pb2,
    predict_pb2,
    prediction_log_pb2,
    prediction_service_pb2_grpc,
)
from tensorflow_serving_s3.testing.model_server import ModelServer

from docker.monitoring import expressions
from tests.conformance.servers import Served, config_of, serving
from tests.e2e import clients
from tests.e2e.waiting import wait_for

_PATH = "/monitoring/prometheus/metrics"
_SERVING = ":tensorflow:serving:"
_SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)")
_LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"')

Labels = tuple[tuple[str, str], ...]


def _page(server: ModelServer, path: str = _PATH) -> str:
    response = clients.get(server, path)
    assert response.status_code == 200, response.text
    return response.text


def _samples(page: str) -> dict[tuple[str, Labels], float]:
    samples = {}
    for line in page.splitlines():
        if line and not line.startswith("#"):
            match = _SAMPLE.fullmatch(line)
            assert match is not None, line
            samples[match[1], tuple(sorted(_LABEL.findall(match[2] or "")))] = float(match[3])
    return samples


def _value(server: ModelServer, name: str, **labels: str) -> float:
    """Returns a sample of the page, 0 if it is missing."""
    return _samples(_page(server)).get((name, tuple(sorted(labels.items()))), 0.0)


def _predict_by_rest(server: ModelServer, model: str, instances: Any) -> int:
    body = {"instances": instances}
    return clients.post(server, body, path=f"/v1/models/{model}:predict").status_code


def _predict_by_grpc(channel: Any, model: str) -> None:
    request = predict_pb2.PredictRequest()
    request.model_spec.name = model
    request.inputs["x"].CopyFrom(tf.make_tensor_proto([1.0]))
    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    stub.Predict(request, timeout=clients.SECONDS)


def _type_of(page: str, name: str) -> str:
    match = re.search(rf"^# TYPE {re.escape(name)} (\w+)$", page, re.MULTILINE)
    return match[1] if match else ""


def test_the_page_is_prometheus_text(server: ModelServer) -> None:
    response = clients.get(server, _PATH)
    assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    families = re.findall(r"^# TYPE (\S+) (counter|gauge|histogram|summary)$", response.text, re.M)
    assert len(families) == len({name for name, _ in families}) > 10
    helped = re.findall(r"^# HELP (\S+) .+$", response.text, re.M)
    assert {name for name, _ in families} == set(helped)
    _samples(response.text)


def test_histograms_add_up(server: ModelServer) -> None:
    assert _predict_by_rest(server, "half", [1.0]) == 200
    name = f"{_SERVING}request_latency"
    samples = _samples(_page(server))
    labels = (("API", "Predict"), ("entrypoint", "REST"), ("model_name", "half"))
    buckets = [
        (float(dict(found)["le"]), value)
        for (metric, found), value in samples.items()
        if metric == f"{name}_bucket" and set(labels) <= set(found)
    ]
    assert buckets == sorted(buckets), "the buckets are not cumulative"
    assert buckets[-1] == (float("inf"), samples[f"{name}_count", labels])
    assert samples[f"{name}_sum", labels] > 0


@pytest.mark.parametrize(
    ("instances", "status"), [([1.0], "OK"), (["a"], "INVALID_ARGUMENT")], ids=["good", "bad"]
)
def test_request_count(server: ModelServer, instances: Any, status: str) -> None:
    name, labels = f"{_SERVING}request_count", {"model_name": "half", "status": status}
    before = _value(server, name, **labels)
    _predict_by_rest(server, "half", instances)
    wait_for(lambda value: value == before + 1, lambda: _value(server, name, **labels))


def test_unknown_models_are_not_counted_by_name(server: ModelServer) -> None:
    assert _predict_by_rest(server, "made-up", [1.0]) == 404
    assert "made-up" not in _page(server)


@pytest.mark.parametrize("entrypoint", ["REST", "GRPC"])
def test_request_latency(server: ModelServer, channel: Any, entrypoint: str) -> None:
    name = f"{_SERVING}request_latency_count"
    labels = {"model_name": "identity", "API": "Predict", "entrypoint": entrypoint}
    before = _value(server, name, **labels)
    if entrypoint == "REST":
        assert _predict_by_rest(server, "identity", [1.0]) == 200
    else:
        _predict_by_grpc(channel, "identity")
    wait_for(lambda value: value == before + 1, lambda: _value(server, name, **labels))


def test_runtime_latency(server: ModelServer, channel: Any) -> None:
    _predict_by_grpc(channel, "half")
    samples = _samples(_page(server))
    found = [
        dict(labels)
        for (name, labels), value in samples.items()
        if name == f"{_SERVING}runtime_latency_count" and value > 0
    ]
    assert {"half"} <= {labels["model_name"] for labels in found}
    assert all(set(labels) == {"model_name", "API", "runtime"} for labels in found)


def test_request_example_counts(server: ModelServer, channel: Any) -> None:
    total = f"{_SERVING}request_example_count_total"
    before = _value(server, total, model="examples")
    request = classification_pb2.ClassificationRequest()
    request.model_spec.name = "examples"
    for _ in range(3):
        example = request.input.example_list.examples.add()
        example.features.feature["x"].float_list.value.append(0.5)
    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    stub.Classify(request, timeout=clients.SECONDS)
    page = _page(server)
    assert _value(server, total, model="examples") == before + 3
    assert _type_of(page, f"{_SERVING}request_example_counts") == "histogram"


def test_metrics_of_tensorflow(server: ModelServer) -> None:
    names = {name for name, _ in _samples(_page(server))}
    assert ":tensorflow:cc:saved_model:load_latency" in names
    assert ":tensorflow:cc:saved_model:load_attempt_count" in names


def test_the_page_has_the_metrics_of_the_alerts_and_the_dashboard(server: ModelServer) -> None:
    assert _predict_by_rest(server, "half", [1.0]) == 200
    families = set(re.findall(r"^# TYPE (\S+) ", _page(server), re.MULTILINE))
    # These appear when they have a value. Other tests read them.
    later = ("batching_session:", "model_warmup_latency", "request_example_count", "request_log")
    wanted = {
        expressions.family_of(name) if expressions.family_of(name) in families else name
        for name in expressions.exported_metrics()
        if not name.startswith(tuple(_SERVING + name for name in later))
    }
    assert wanted - families == set()


def test_build_info(server: ModelServer) -> None:
    (labels,) = (
        dict(labels) for name, labels in _samples(_page(server)) if name.endswith("build_info")
    )
    assert tf.__version__ in labels.values()
    assert labels["s3_filesystem"] in ("crt", "tensorflow_io", "tensorflow_io_wheel")


def test_availability_and_readiness(tmp_path: Path) -> None:
    monitoring = tmp_path / "monitoring.config"
    monitoring.write_text("prometheus_config { enable: true }")
    base_path = tmp_path / "half"
    base_path.mkdir()
    running = ModelServer(
        str(base_path), model_name="half", flags=[f"--monitoring_config_file={monitoring}"]
    )
    with running as server:
        names = ("tf_serving_s3_ready", "tf_serving_s3_model_available")
        page = _page(server)
        assert [_type_of(page, name) for name in names] == ["gauge", "gauge"]
        labels = {names[1]: {"model_name": "half"}}
        assert [_value(server, name, **labels.get(name, {})) for name in names] == [0, 0]
        assert (names[1], (("model_name", "half"),)) in _samples(page)
        config_of(tmp_path, {"half": Served("half_plus_three")})
        server.wait_until_available()
        assert [_value(server, name, **labels.get(name, {})) for name in names] == [1, 1]


def _reloads(server: ModelServer) -> dict[str, float]:
    return {
        dict(labels)["result"]: value
        for (name, labels), value in _samples(_page(server)).items()
        if name == "tf_serving_s3_config_reloads_total"
    }


def test_reloads_of_the_configuration(tmp_path: Path) -> None:
    text = config_of(tmp_path, {"half": Served("half_plus_three")})
    config = tmp_path / "polled.config"
    config.write_text(text)
    monitoring = tmp_path / "monitoring.config"
    monitoring.write_text("prometheus_config { enable: true }")
    flags = (
        f"--monitoring_config_file={monitoring}",
        "--model_config_file_poll_wait_seconds=1",
    )
    with ModelServer(model_config_file=config, model_name="half", flags=flags) as server:
        server.wait_until_available()
        assert _reloads(server) == {"applied": 0, "refused": 0, "unreadable": 0}
        clients.reload_config(server, text)
        with pytest.raises(grpc.RpcError):
            clients.reload_config(server, text.replace('base_path: "', 'base_path: "relative'))
        assert _reloads(server) == {"applied": 1, "refused": 1, "unreadable": 0}
        config.write_text("no configuration")
        wait_for(lambda reloads: reloads["unreadable"] > 0, lambda: _reloads(server))
        config.write_text(text.replace('base_path: "', 'base_path: "relative'))
        wait_for(lambda reloads: reloads["refused"] > 1, lambda: _reloads(server))
        config.write_text("model_config_list {}")
        wait_for(lambda reloads: reloads["applied"] == 2, lambda: _reloads(server))


def test_process_metrics(server: ModelServer) -> None:
    samples = _samples(_page(server))
    for name in ("resident_memory_bytes", "cpu_seconds_total", "open_fds", "start_time_seconds"):
        assert samples[f"process_{name}", ()] > 0, name


@pytest.mark.parametrize("what", ["requests", "received_bytes", "retries", "errors"])
def test_s3_metrics(server: ModelServer, what: str) -> None:
    assert _type_of(_page(server), f"tf_serving_s3_{what}_total") == "counter"


def test_model_warmup_latency(tmp_path: Path) -> None:
    monitoring = tmp_path / "monitoring.config"
    monitoring.write_text("prometheus_config { enable: true }")
    config_of(tmp_path, {"warm": Served("half_plus_three")})
    log = prediction_log_pb2.PredictionLog()
    log.predict_log.request.model_spec.name = "warm"
    log.predict_log.request.inputs["x"].CopyFrom(tf.make_tensor_proto([1.0]))
    assets = tmp_path / "warm" / "1" / "assets.extra"
    assets.mkdir()
    with tf.io.TFRecordWriter(str(assets / "tf_serving_warmup_requests")) as writer:
        writer.write(log.SerializeToString())
    running = ModelServer(
        str(tmp_path / "warm"),
        model_name="warm",
        flags=[f"--monitoring_config_file={monitoring}"],
    )
    with running as server:
        server.wait_until_available()
        samples = _samples(_page(server))
        found = {
            dict(labels)["model_path"]: value
            for (name, labels), value in samples.items()
            if name == f"{_SERVING}model_warmup_latency_count"
        }
        assert found == {str(tmp_path / "warm" / "1"): 1}


def test_the_path_of_the_page_is_configured(tmp_path: Path) -> None:
    monitoring = tmp_path / "monitoring.config"
    monitoring.write_text('prometheus_config { enable: true path: "/v1/metrics" }')
    served = {"half": Served("half_plus_three")}
    flags = [f"--monitoring_config_file={monitoring}"]
    with serving(tmp_path, served, flags=flags) as server:
        assert "process_cpu_seconds_total" in _page(server, "/v1/metrics")
        assert clients.get(server, _PATH).status_code == 404


def test_there_is_no_page_without_a_configuration(tmp_path: Path) -> None:
    with serving(tmp_path, {"half": Served("half_plus_three")}) as server:
        assert clients.get(server, _PATH).status_code == 404


def test_request_log_count(tmp_path: Path) -> None:
    monitoring = tmp_path / "monitoring.config"
    monitoring.write_text("prometheus_config { enable: true }")
    logging = (
        f'logging_config {{ log_collector_config {{ filename_prefix: "{tmp_path / "log"}" }} '
        "sampling_config { sampling_rate: 1 } }"
    )
    text = config_of(tmp_path, {"half": Served("half_plus_three")})
    config = tmp_path / "logged.config"
    config.write_text(text.replace(' model_platform: "tensorflow"', f" {logging}"))
    running = ModelServer(
        model_config_file=config,
        model_name="half",
        flags=[f"--monitoring_config_file={monitoring}"],
    )
    with running as server:
        server.wait_until_available()
        assert _predict_by_rest(server, "half", [1.0]) == 200
        name = f"{_SERVING}request_log_count"
        wait_for(
            lambda value: value == 1, lambda: _value(server, name, model_name="half", status="OK")
        )


def test_the_access_log_has_a_line_for_each_request(tmp_path: Path) -> None:
    traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    with serving(tmp_path, {"half": Served("half_plus_three")}, flags=["--access_log"]) as server:
        before = server.process.line_count
        with clients.session() as session:
            session.post(
                server.predict_url,
                json={"instances": [1.0]},
                headers={"traceparent": traceparent},
                timeout=clients.SECONDS,
            )
        line = server.process.wait_for_line(
            "access: .*entrypoint=REST .*method=POST", timeout_seconds=clients.SECONDS, since=before
        )
        assert f"traceparent={traceparent}" in line
        assert "model=half" in line and "http_status=200" in line
        with clients.channel(server) as channel, pytest.raises(grpc.RpcError):
            _predict_by_grpc(channel, "nobody")
        line = server.process.wait_for_line(
            "access: .*entrypoint=GRPC", timeout_seconds=clients.SECONDS, since=before
        )
        assert "status=NOT_FOUND" in line
