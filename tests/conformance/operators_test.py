# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests flags for server operations: log format, log level, management address, hidden paths."""

from __future__ import annotations

import contextlib
import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)
from tensorflow_serving.apis import (
    get_model_status_pb2,
    model_management_pb2,
    model_service_pb2_grpc,
)
from tensorflow_serving_s3._programs import MODEL_SERVER, find_program
from tensorflow_serving_s3.testing._ports import pick_free_ports
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.conformance.servers import Served, config_of, make_certificate, serving
from tests.e2e import clients
from tests.e2e.model_configs import model_config, model_configs
from tests.e2e.waiting import wait_for

_SECONDS = 60.0
_HALF = {"half": Served("half_plus_three")}
_RELOAD = "/tensorflow.serving.ModelService/HandleReloadConfigRequest"
_SESSION_RUN = "/tensorflow.serving.SessionService/SessionRun"
_PROFILE = "/tensorflow.ProfilerService/Profile"
_MANAGEMENT = {_RELOAD, _SESSION_RUN, _PROFILE}
_SEVERITIES = ["INFO", "WARNING", "ERROR", "FATAL"]


# Logs.


def _json_log(folder: Path, **env: str) -> list[dict[str, Any]]:
    """Returns the log lines of a server with a model and a missing model."""
    config = folder / "models.config"
    missing = model_config("missing", str(folder / "missing"))
    config.write_text(config_of(folder, _HALF).replace("}\n}", f"}}\n{missing}}}"))
    flags = ["--log_format=json", "--skip_initialize_tpu", "--access_log"]
    server = ModelServer(model_config_file=config, model_name="half", flags=flags, env=env)
    with server:
        server.wait_until_available()
        assert clients.post(server, {"instances": [1.0]}).status_code == 200
        # The missing model was polled.
        wait_for(
            lambda body: "versions of missing" in body,
            lambda: clients.get(server, "/v1/models").text,
        )
        assert server.stop() == 0
        return [json.loads(line) for line in server.process.lines()]


def _log_lines(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns the lines without the access log, which has no levels."""
    return [line for line in lines if line.get("log") != "access"]


@pytest.mark.parametrize("level", range(4))
def test_every_line_is_json_and_a_higher_level_prints_less(tmp_path: Path, level: int) -> None:
    lines = _log_lines(_json_log(tmp_path, TF_CPP_MIN_LOG_LEVEL=str(level)))
    severities = {_SEVERITIES.index(line["severity"]) for line in lines}
    sources = {line["source"].partition(":")[0] for line in lines}
    assert all(severity >= level for severity in severities), lines
    # endpoints.cc logs INFO at the start, main.cc a WARNING about --skip_initialize_tpu, and the
    # poller an ERROR about the missing model.
    assert ("endpoints.cc" in sources) == (level <= 0)
    assert ("main.cc" in sources) == (level <= 1)
    assert (2 in severities) == (level <= 2)


def test_every_line_is_json_without_a_level(tmp_path: Path) -> None:
    lines = _json_log(tmp_path)
    assert {"INFO", "WARNING", "ERROR"} <= {line["severity"] for line in _log_lines(lines)}
    assert "half" in {line.get("model") for line in lines if line.get("log") == "access"}


@pytest.mark.parametrize(
    "env",
    [
        {"TF_CPP_MAX_VLOG_LEVEL": "1"},
        {"TF_CPP_MIN_LOG_LEVEL": "0", "TF_CPP_MAX_VLOG_LEVEL": "2"},
        {"TF_CPP_VMODULE": "loader=1,direct_session=2"},
        {"GRPC_VERBOSITY": "debug", "TF_CPP_MIN_LOG_LEVEL": "0"},
        {"AWS_LOG_LEVEL": "trace"},
    ],
    ids=lambda env: "_".join(f"{name}_{value}" for name, value in env.items()),
)
def test_every_line_of_libraries_is_json(tmp_path: Path, env: Any) -> None:
    assert _json_log(tmp_path, **env)


@pytest.mark.parametrize("level", range(4))
@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--prt=1", "--log_format=json"], "did you mean --port?"),
        (["-log_format", "json", "--port=many"], "--port=many: expected a whole number"),
        (["--log_format=json", "--model_config_file=/no/such"], "/no/such cannot be read"),
        (["--log_format=json", "--model_base_path=/m", "--grpc_socket_path=/no/s"], "gRPC cannot"),
    ],
)
def test_an_error_that_ends_the_server_is_json(level: int, flags: list[str], message: str) -> None:
    ended = subprocess.run(
        [find_program(MODEL_SERVER), *flags],
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
        env={"TF_CPP_MIN_LOG_LEVEL": str(level)},
    )
    assert ended.returncode in {1, 2}
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    assert message in lines[-1]["message"]
    assert lines[-1]["severity"] == "ERROR"


# Management calls.


def _code(channel: Any, method: str) -> grpc.StatusCode:
    """Calls a method with an empty request and returns the status code."""
    call = channel.unary_unary(method)
    try:
        call(b"", timeout=_SECONDS, wait_for_ready=True)
    except grpc.RpcError as error:
        code: grpc.StatusCode = error.code()
        return code
    return grpc.StatusCode.OK


@contextlib.contextmanager
def _channel(address: str, root: bytes | None = None) -> Iterator[Any]:
    options = [("grpc.enable_http_proxy", 0)]
    if root is None:
        opened = grpc.insecure_channel(address, options=options)
    else:
        credentials = grpc.ssl_channel_credentials(root_certificates=root)
        opened = grpc.secure_channel(address, credentials, options=options)
    with opened:
        yield opened


@pytest.fixture
def socket_folder() -> Iterator[Path]:
    """A folder with a path short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="tfs3") as folder:
        yield Path(folder)


def _free_address() -> str:
    (port,) = pick_free_ports(1)
    return f"127.0.0.1:{port}"


def test_reloads_can_be_turned_off(tmp_path: Path) -> None:
    with (
        serving(tmp_path, _HALF, flags=["--enable_reload_config=false"]) as server,
        clients.channel(server) as channel,
    ):
        assert _code(channel, _RELOAD) == grpc.StatusCode.UNIMPLEMENTED
        assert clients.get_model_status(
            server, get_model_status_pb2.GetModelStatusRequest(model_spec={"name": "half"})
        ).model_version_status


@pytest.mark.parametrize("where", ["port", "socket"])
def test_management_calls_are_answered_at_a_separate_address(
    tmp_path: Path, socket_folder: Path, where: str
) -> None:
    address = _free_address() if where == "port" else f"unix:{socket_folder}/m"
    with (
        serving(tmp_path, _HALF, flags=[f"--management_address={address}"]) as server,
        clients.channel(server) as public,
        _channel(address) as private,
    ):
        for method in sorted(_MANAGEMENT):
            assert _code(public, method) == grpc.StatusCode.UNIMPLEMENTED, method
            assert _code(private, method) != grpc.StatusCode.UNIMPLEMENTED, method
        request = clients.predict_request(server, {"x": [1.0]})
        assert clients.predict(server, request).outputs["y"].float_val == [3.5]
        assert (
            _code(private, "/tensorflow.serving.PredictionService/Predict")
            == grpc.StatusCode.UNIMPLEMENTED
        )
        # A reload, and the state of the new model.
        stub = model_service_pb2_grpc.ModelServiceStub(private)
        config = model_configs(model_config("other", str(tmp_path / "half")))
        reload = clients.reload_config_request(config)
        assert stub.HandleReloadConfigRequest(reload, timeout=_SECONDS).status.error_code == 0
        status = get_model_status_pb2.GetModelStatusRequest(model_spec={"name": "other"})
        assert stub.GetModelStatus(status, timeout=_SECONDS).model_version_status
        assert set(ProtoReflectionDescriptorDatabase(private).get_services()) == {
            "grpc.reflection.v1alpha.ServerReflection",
            "tensorflow.ProfilerService",
            "tensorflow.serving.ModelService",
            "tensorflow.serving.SessionService",
        }
        assert "tensorflow.ProfilerService" not in (
            ProtoReflectionDescriptorDatabase(public).get_services()
        )
        assert server.stop() == 0
    assert not (socket_folder / "m").exists()


def test_disabled_calls_are_unavailable_at_all_addresses(tmp_path: Path) -> None:
    address = _free_address()
    flags = [
        f"--management_address={address}",
        "--enable_reload_config=false",
        "--enable_session_run=false",
        "--enable_profiler=false",
    ]
    with serving(tmp_path, _HALF, flags=flags), _channel(address) as private:
        for method in sorted(_MANAGEMENT):
            assert _code(private, method) == grpc.StatusCode.UNIMPLEMENTED


def test_the_management_port_speaks_tls_and_the_socket_does_not(
    tmp_path: Path, socket_folder: Path
) -> None:
    identity = make_certificate(tmp_path, "server")
    config = tmp_path / "ssl.config"
    config.write_text(
        f"server_key: {json.dumps(identity.key.read_text())}"
        f" server_cert: {json.dumps(identity.certificate.read_text())}"
    )
    root = identity.certificate.read_bytes()
    for number, address in enumerate([_free_address(), f"unix:{socket_folder}/m"]):
        folder = tmp_path / str(number)
        folder.mkdir()
        flags = [
            f"--ssl_config_file={config}",
            "--rest_api_plain_http",
            f"--management_address={address}",
        ]
        tls = None if address.startswith("unix:") else root
        with (
            # REST is plain HTTP, because ModelServer waits for it.
            serving(folder, _HALF, flags=flags) as server,
            _channel(address, tls) as private,
            _channel(server.grpc_address, root) as public,
        ):
            assert clients.post(server, {"instances": [1.0]}).json() == {"predictions": [3.5]}
            assert _code(private, _RELOAD) == grpc.StatusCode.FAILED_PRECONDITION
            assert _code(public, _RELOAD) == grpc.StatusCode.UNIMPLEMENTED


# Paths.


def _texts_for_clients(server: ModelServer) -> Iterator[str]:
    for model in ("missing", "broken", "half", "nobody"):
        for path in (f"/v1/models/{model}", f"/v1/models/{model}/versions/1"):
            yield clients.get(server, path).text
        yield clients.post(server, {"instances": [1.0]}, path=f"/v1/models/{model}:predict").text
        request = clients.predict_request(server, {"x": [1.0]})
        request.model_spec.name = model
        try:
            clients.predict(server, request)
        except grpc.RpcError as error:
            yield str(error.details())
        status = get_model_status_pb2.GetModelStatusRequest(model_spec={"name": model})
        try:
            yield str(clients.get_model_status(server, status))
        except grpc.RpcError as error:
            yield str(error.details())
    for path in ("/v1/models", "/readyz?verbose", "/v1/nothing", "/nothing"):
        yield clients.get(server, path).text
    reload = model_management_pb2.ReloadConfigRequest()
    entry = reload.config.model_config_list.config.add()
    entry.name, entry.base_path = "new", "/no/such/folder"
    with clients.channel(server) as channel:
        stub = model_service_pb2_grpc.ModelServiceStub(channel)
        try:
            yield str(stub.HandleReloadConfigRequest(reload, timeout=_SECONDS))
        except grpc.RpcError as error:
            yield str(error.details())


@pytest.mark.parametrize("hidden", [True, False])
def test_paths_of_the_server_are_hidden_from_clients_and_not_from_the_log(
    tmp_path: Path, hidden: bool
) -> None:
    models = tmp_path / "my models"
    models.mkdir()
    config = models / "models.config"
    (models / "broken" / "1").mkdir(parents=True)
    (models / "broken" / "1" / "saved_model.pb").write_bytes(b"no model")
    others = "".join(model_config(name, str(models / name)) for name in ("missing", "broken"))
    config.write_text(config_of(models, _HALF).replace("}\n}", f"}}\n{others}}}"))
    flags = ["--max_num_load_retries=0", "--access_log"]
    if hidden:
        flags.append("--hide_server_paths")
    with ModelServer(model_config_file=config, model_name="half", flags=flags) as server:
        server.wait_until_available()
        wait_for(
            lambda body: "versions of missing" in body and '"END"' in body,
            lambda: clients.get(server, "/v1/models").text,
        )
        texts = "\n".join(_texts_for_clients(server))
        assert (str(tmp_path) not in texts) == hidden
        assert ("/no/such/folder" not in texts) == hidden
        assert ("[path]" in texts) == hidden
        # Text of the client is not hidden.
        assert "GET /v1/nothing" in texts
        log = "\n".join(server.process.lines())
        assert str(models / "missing") in log
        assert "/no/such/folder" in log
        assert "[path]" not in log
