# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the whole server in this process, above all with sources that misbehave."""

from __future__ import annotations

import json
import logging
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

import grpc
import pytest
from tensorflow_serving.apis import get_model_status_pb2, model_service_pb2_grpc

import tensorflow_serving_s3
from tensorflow_serving_s3.errors import DeadlineExceededError, InvalidArgumentError, ServingError
from tensorflow_serving_s3.server import ModelServer, ServerOptions
from tensorflow_serving_s3.sourcing import (
    FileSystemStoragePathSource,
    PollingSource,
    Source,
    StoragePath,
)
from tensorflow_serving_s3.sourcing.conftest import StartServer, wait_until
from tensorflow_serving_s3.testing._ports import pick_free_ports
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

_HALF = [(7, "s3://models/half/7")]
_REQUEST = {"instances": [1.0, 2.0, 5.0]}
_ANSWER = {"predictions": [3.5, 4.0, 5.5]}


class Half(Source[StoragePath]):
    """Serves half_plus_three."""

    def run(self) -> None:
        self.aspired("half", _HALF)


def get(server: ModelServer, path: str, request: Mapping[str, Any] | None = None) -> Any:
    """Sends a request to the REST port; returns the code and the parsed or plain body."""
    url = f"http://127.0.0.1:{server.options.rest_api_port}{path}"
    data = None if request is None else json.dumps(request).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data), timeout=30) as answer:
            code, body = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        code, body = error.code, error.read()
    try:
        return code, json.loads(body)
    except ValueError:
        return code, body.decode()


def predict(server: ModelServer) -> Any:
    """Asks half_plus_three over the network."""
    return get(server, "/v1/models/half:predict", _REQUEST)


def test_a_source_in_python_is_served_by_rest_and_in_process(start: StartServer) -> None:
    server = start(Half())
    server.wait_until_available("half", 7)
    assert predict(server) == (200, _ANSWER)
    assert server.predict("half", _REQUEST) == _ANSWER
    assert server.predict("half", _REQUEST, version=7) == _ANSWER


def test_a_source_in_python_is_served_by_grpc(start: StartServer) -> None:
    (port,) = pick_free_ports(1)
    server = start(Half(), port=port)
    server.wait_until_available("half", 7)
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = "half"
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        answer = model_service_pb2_grpc.ModelServiceStub(channel).GetModelStatus(request)
    assert [status.version for status in answer.model_version_status] == [7]


def test_the_server_has_metrics(start: StartServer, tmp_path: Any) -> None:
    config = tmp_path / "monitoring.config"
    config.write_text("prometheus_config { enable: true }")
    server = start(Half(), monitoring_config_file=str(config))
    server.wait_until_available("half", 7)
    predict(server)
    code, page = get(server, "/monitoring/prometheus/metrics")
    assert code == 200
    assert ":tensorflow:serving:request_count" in page


def test_a_base_path_is_served_without_a_source(start: StartServer) -> None:
    server = start(model_name="half", model_base_path="s3://models/half")
    server.wait_until_available("half", 8)
    wait_until(lambda: server.is_ready)


def test_a_source_of_the_core_is_served(start: StartServer) -> None:
    server = start(FileSystemStoragePathSource({"half": "s3://models/half"}))
    server.wait_until_available("half", 8)
    wait_until(lambda: server.is_ready)


def test_the_status_has_the_error_of_a_source_of_the_core(start: StartServer) -> None:
    server = start(FileSystemStoragePathSource({"half": "s3://models/nothing"}))
    wait_until(lambda: "s3://models/nothing" in get(server, "/v1/models/half")[1]["error"])


def test_the_package_exports_the_server() -> None:
    assert tensorflow_serving_s3.ModelServer is ModelServer
    assert tensorflow_serving_s3.ServerOptions is ServerOptions


def test_stop_closes_the_port_and_may_be_called_again(start: StartServer) -> None:
    server = start(Half())
    server.wait_until_available("half", 7)
    server.stop()
    server.stop()
    with pytest.raises(urllib.error.URLError):
        predict(server)
    with pytest.raises(ServingError, match="this server has stopped"):
        server.models()


def test_servers_run_one_after_the_other_and_at_the_same_time(start: StartServer) -> None:
    first = start(Half())
    second = start(Half())
    for server in (first, second):
        server.wait_until_available("half", 7)
    first.stop()
    assert predict(second) == (200, _ANSWER)


def test_wait_ends_with_stop(start: StartServer) -> None:
    server = start(Half())
    waiting = threading.Thread(target=server.wait)
    waiting.start()
    server.stop()
    waiting.join(60)
    assert not waiting.is_alive()


@pytest.mark.parametrize(
    ("options", "source", "error"),
    [
        (ServerOptions(rest_api_port=1), None, "nothing to serve"),
        (ServerOptions(), Half(), "no port to serve on"),
        (
            ServerOptions(rest_api_port=1, model_base_path="/m"),
            Half(),
            "the models come from a source: remove --model_base_path",
        ),
        (ServerOptions(rest_api_port=1, flags={"no_such": 1}), Half(), "no_such"),
        (ServerOptions(rest_api_port=1, flags={"help": True}), Half(), "--help"),
        (ServerOptions(rest_api_port=1, flags={"log_format": "xml"}), Half(), "log_format"),
    ],
)
def test_invalid_options_are_refused(
    storage: SeaweedFS, options: ServerOptions, source: Any, error: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=error):
        ModelServer(options, source=source)


def test_a_taken_port_is_an_error(start: StartServer) -> None:
    server = start(Half())
    with pytest.raises(ServingError, match=str(server.options.rest_api_port)):
        ModelServer(server.options, source=Half())


def test_a_reload_is_refused(start: StartServer) -> None:
    from tensorflow_serving.apis import model_management_pb2

    (port,) = pick_free_ports(1)
    start(Half(), port=port)
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = model_service_pb2_grpc.ModelServiceStub(channel)
        request = model_management_pb2.ReloadConfigRequest()
        request.config.model_config_list.SetInParent()
        with pytest.raises(grpc.RpcError, match="come from a custom source"):
            stub.HandleReloadConfigRequest(request)


Garbage = Callable[[Source[StoragePath]], None]

_GARBAGE: list[tuple[str, Any, type[Exception], str]] = [
    ("negative version", [(-1, "s3://models/half/7")], ValueError, "half has the version -1"),
    ("no path", [(8, None)], TypeError, "half version 8 has no path but None"),
    ("empty path", [(8, "")], ValueError, "half version 8 has no path"),
    ("relative path", [(8, "half/8")], ValueError, 'the relative path "half/8"'),
    ("bytes", [(8, b"s3://models/half/8")], TypeError, "half version 8 has no path but b's3"),
    ("10,000 versions", [(n, "/m") for n in range(10_000)], ValueError, "half has 10000 versions"),
    ("twice", [(8, "/m"), (8, "/n")], ValueError, "half has version 8 twice"),
    ("huge version", [(2**63, "/m")], ValueError, "a version is at most 9223372036854775807"),
    ("text version", [("8", "/m")], TypeError, "a version is an int, not '8'"),
    ("bool version", [(True, "/m")], TypeError, "a version is an int, not True"),
    ("float version", [(8.5, "/m")], TypeError, "a version is an int, not 8.5"),
    ("no pair", [8], TypeError, r"a version is \(version, path\), not 8"),
    ("no list", None, TypeError, r"a list of \(version, path\), not None"),
    ("a text", "s3://models/half/8", TypeError, r"a list of \(version, path\), not 's3"),
    ("zero character", [(8, "/m\0")], ValueError, "contains a zero character"),
    ("surrogate", [(8, "/m\ud800")], ValueError, "is not UTF-8"),
]


@pytest.mark.parametrize(
    ("versions", "kind", "error"),
    [garbage[1:] for garbage in _GARBAGE],
    ids=[garbage[0] for garbage in _GARBAGE],
)
def test_garbage_is_refused_and_in_the_status_and_the_server_answers(
    start: StartServer, versions: Any, kind: type[Exception], error: str
) -> None:
    source = Half()
    server = start(source)
    server.wait_until_available("half", 7)
    with pytest.raises(kind, match=error):
        source.aspired("half", versions)
    ((model),) = get(server, "/v1/models")[1]["models"]
    assert model["problem"].startswith("Half: ")
    assert predict(server) == (200, _ANSWER)
    source.aspired("half", _HALF)
    assert get(server, "/v1/models")[1]["models"][0]["problem"] == ""


@pytest.mark.parametrize("name", ["", None, 7, "a/../b", "x" * 600, "zero\0", "\udcff"])
def test_a_name_that_is_garbage_is_refused(start: StartServer, name: Any) -> None:
    source = Half()
    server = start(source)
    server.wait_until_available("half", 7)
    with pytest.raises((TypeError, ValueError)):
        source.aspired(name, _HALF)
    assert predict(server) == (200, _ANSWER)


def test_a_model_whose_first_list_is_garbage_is_in_the_status(start: StartServer) -> None:
    source = Half()
    server = start(source)
    with pytest.raises(InvalidArgumentError):
        source.aspired("other", [(-1, "/m")])
    assert "other has the version -1" in get(server, "/v1/models/other")[1]["error"]
    names = {model["name"]: model["problem"] for model in server.models()["models"]}
    assert "other has the version -1" in names["other"]


def test_an_unknown_model_is_explained(start: StartServer) -> None:
    server = start(Half())
    server.wait_until_available("half", 7)
    code, body = get(server, "/v1/models/other:predict", _REQUEST)
    assert code == 404
    assert 'the source reports no version of model "other"; its models: half' in body["error"]
    code, body = get(server, "/v1/models/half/versions/9")
    assert "version 9 is not in the list of the source; available versions: 7" in body["error"]


def test_a_source_that_raises_is_logged_and_in_the_status_and_the_server_answers(
    start: StartServer, caplog: pytest.LogCaptureFixture
) -> None:
    class Raises(PollingSource[StoragePath]):
        interval_seconds = 0.05
        broken = False

        def poll(self) -> None:
            if self.broken:
                raise ConnectionError("no route to the registry")
            self.aspired("half", _HALF)

    source = Raises()
    server = start(source)
    server.wait_until_available("half", 7)
    wait_until(lambda: server.is_ready)
    with caplog.at_level(logging.ERROR):
        source.broken = True
        wait_until(lambda: "source_problem" in server.models())
        problem = server.models()["source_problem"]
        assert "Raises failed: ConnectionError: no route to the registry" in problem
        assert 'raise ConnectionError("no route to the registry")' in caplog.text
        assert predict(server) == (200, _ANSWER)
        source.broken = False
        wait_until(lambda: "source_problem" not in server.models())


def test_a_source_that_blocks_stops_neither_requests_nor_the_status(
    start: StartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tensorflow_serving_s3.sourcing._source._POLL_GRACE_SECONDS", 0.5)
    go_on = threading.Event()

    class Blocks(PollingSource[StoragePath]):
        interval_seconds = 0.05
        blocks = False

        def poll(self) -> None:
            self.aspired("half", _HALF)
            if self.blocks:
                go_on.wait(60)

    source = Blocks()
    server = start(source)
    server.wait_until_available("half", 7)
    source.blocks = True
    wait_until(lambda: "source_problem" in server.models())
    assert "Blocks has not answered for" in server.models()["source_problem"]
    assert predict(server) == (200, _ANSWER)
    go_on.set()
    source.blocks = False
    wait_until(lambda: "source_problem" not in server.models())


def test_a_server_whose_source_has_reported_nothing_is_not_ready_and_says_so(
    start: StartServer,
) -> None:
    go_on = threading.Event()

    class Waits(Source[StoragePath]):
        def run(self) -> None:
            go_on.wait(60)
            self.aspired("half", _HALF)

    server = start(Waits())
    code, text = get(server, "/readyz")
    assert code == 503
    assert "Waits has not reported its models yet" in text
    go_on.set()
    wait_until(lambda: get(server, "/readyz")[0] == 200)
    assert server.is_ready


def test_a_failed_new_version_leaves_the_old_one_serving(start: StartServer) -> None:
    source = Half()
    server = start(source, max_num_load_retries=0)
    server.wait_until_available("half", 7)
    source.aspired("half", [(9, "s3://models/half/9")])
    wait_until(lambda: "s3://models/half/9" in server.models()["models"][0]["problem"])
    assert predict(server) == (200, _ANSWER)


def test_an_empty_list_unloads_the_model(start: StartServer) -> None:
    source = Half()
    server = start(source)
    server.wait_until_available("half", 7)
    source.aspired("half", [])
    wait_until(lambda: predict(server)[0] == 404)
    assert server.models()["models"] == []


def test_the_wait_for_a_model_ends_with_the_status(start: StartServer) -> None:
    server = start(Half())
    with pytest.raises(DeadlineExceededError, match=r"other is not available after 0\.1 s"):
        server.wait_until_available("other", timeout_seconds=0.1)


def test_a_source_serves_one_server(start: StartServer) -> None:
    source = Half()
    start(source)
    with pytest.raises(ServingError, match="This Half is connected already"):
        start(source)
