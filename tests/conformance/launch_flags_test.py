# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Command lines and configuration files of TensorFlow Serving start this server."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import grpc
import pytest
from tensorflow_serving.apis import model_service_pb2_grpc
from tensorflow_serving_s3._programs import MODEL_SERVER, find_program
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.conformance.servers import Served, config_of, saved_model, serving
from tests.e2e import clients
from tests.e2e.model_configs import model_config, model_configs
from tests.e2e.waiting import wait_for

_SECONDS = 60.0
_HALF = {"half": Served("half_plus_three")}
_ANSWER = {"predictions": [3.5]}

# Every flag of the releases 1.0 to 2.20 that is not about files, ports or models, with a value
# that some launch script may have.
_FLAGS_WITH_EFFECT = [
    "--allow_version_labels_for_unavailable_models=true",
    "--enable_batching=TRUE",
    "--enable_grpc_healthcheck_service=1",
    "--enable_model_warmup=0",
    "--enable_profiler",
    "--enable_serialization_as_tensor_content=false",
    "--enable_signature_method_name_check=False",
    "--flush_filesystem_caches=0",
    "--grpc_max_threads=2147483647",
    "--load_retry_interval_micros=-1",
    "--max_num_load_retries=-1",
    "--mixed_precision=",
    "--num_load_threads=2",
    "--num_request_iterations_for_warmup=0",
    "--num_unload_threads=2",
    "--rest_api_enable_cors_support=true",
    "--rest_api_num_threads=+4",
    "--rest_api_timeout_in_ms=0",
    "--saved_model_tags=",
    "--tensorflow_inter_op_parallelism=0",
    "--tensorflow_intra_op_parallelism=1",
    "--tensorflow_session_parallelism=0",
    "--batching_parameters_file=",
    "--model_version_policy=LATEST_VERSION",
    "--monitoring_config_file=",
    "--platform_config_file=",
    "--ssl_config_file=",
    "--tensorflow_session_config_file=",
]
_FLAGS_WITHOUT_EFFECT = [
    "--enable_per_model_batching_parameters",
    "--mixed_precision=float16",
    "--model_config_file_poll_wait_seconds=7",
    "--num_tflite_interpreters=4",
    "--num_tflite_interpreters_per_pool=0",
    "--num_tflite_pools=4",
    "--per_process_gpu_memory_fraction=0.5",
    "--prefer_tflite_model=true",
    "--remove_unused_fields_from_bundle_metagraph=false",
    "--skip_initialize_tpu=true",
    "--thread_pool_factory_config_file=/no/such/file",
    "--use_saved_model=false",
    "--use_tflite_model",
    "--xla_cpu_compilation_enabled",
    "--xla_gpu_compilation_enabled=1",
]


def _run(*flags: str) -> subprocess.CompletedProcess[str]:
    """Runs a server that ends by itself."""
    command: list[str | Path] = [find_program(MODEL_SERVER), *flags]
    return subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)


def _half(folder: Path, *versions: str) -> str:
    """Returns a base path with versions of half_plus_three."""
    for version in versions or ("1",):
        (folder / "half").mkdir(exist_ok=True)
        (folder / "half" / version).symlink_to(saved_model("half_plus_three"))
    return str(folder / "half")


def _answers(folder: Path, flags: Sequence[str]) -> tuple[str, ...]:
    """Has a server with these flags answer a request, and returns its log."""
    with ModelServer(_half(folder), flags=flags, model_name="half") as server:
        server.wait_until_available()
        assert clients.post(server, {"instances": [1.0]}).json() == _ANSWER
        assert server.stop() == 0
        return server.process.lines()


def test_flags_of_every_release_of_tensorflow_serving_are_taken(tmp_path: Path) -> None:
    assert not any("has no effect" in line for line in _answers(tmp_path, _FLAGS_WITH_EFFECT))


def test_a_flag_that_cannot_work_logs_a_warning(tmp_path: Path) -> None:
    log = _answers(tmp_path, _FLAGS_WITHOUT_EFFECT)
    for flag in _FLAGS_WITHOUT_EFFECT:
        name = flag.partition("=")[0]
        warnings = [line for line in log if f"] {name} has no effect: " in line]
        assert len(warnings) == 1, f"{name}: {warnings}"
        assert " W " in warnings[0]


def test_flags_take_one_dash_and_values_of_their_own(tmp_path: Path) -> None:
    flags = ["-rest_api_timeout_in_ms=0", "--saved_model_tags", "serve", "", "-enable_batching"]
    _answers(tmp_path, [*flags, "--enable_model_warmup", "false"])


def test_the_version_policy_of_1_0_serves_all_versions(tmp_path: Path) -> None:
    flags = ["--model_version_policy=ALL_VERSIONS"]
    with ModelServer(_half(tmp_path, "1", "2"), flags=flags, model_name="half") as server:
        server.wait_until_available(1)
        server.wait_until_available(2)


def test_a_flag_without_which_security_is_weaker_is_refused() -> None:
    ended = _run("--model_base_path=/models/half", "--use_alts_credentials=true")
    assert ended.returncode == 2
    assert "--use_alts_credentials is not supported" in ended.stderr
    assert "--ssl_config_file" in ended.stderr


def test_an_unknown_flag_names_the_nearest_one() -> None:
    ended = _run("--model_base_path=/models/half", "--rest_api_prt=8501")
    assert ended.returncode == 2
    assert "unknown flag --rest_api_prt; did you mean --rest_api_port?" in ended.stderr


def test_grpc_gets_every_channel_argument(tmp_path: Path) -> None:
    arguments = (
        "grpc.max_connection_age_ms=200000, grpc.keepalive_time_ms=1000,"
        "grpc.max_receive_message_length=4096,grpc.primary_user_agent=mine,"
        "grpc.http2.max_ping_strikes=0,grpc.max_concurrent_streams=+100,grpc.so_reuseport=1,"
        "grpc.no_such_argument=99999999999999,another="
    )
    with serving(tmp_path, _HALF, flags=[f"--grpc_channel_arguments={arguments}"]) as server:
        request = clients.predict_request(server, {"x": [1.0]})
        assert clients.predict(server, request).outputs["y"].float_val == [3.5]
        large = clients.predict_request(server, {"x": [1.0] * 4096})
        with pytest.raises(grpc.RpcError) as raised:
            clients.predict(server, large)
        assert raised.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_a_platform_config_says_how_models_run(tmp_path: Path) -> None:
    config = tmp_path / "platform.config"
    config.write_text(
        """platform_configs { key: "tensorflow" value { source_adapter_config {
          [type.googleapis.com/tensorflow.serving.SavedModelBundleSourceAdapterConfig] {
            legacy_config { saved_model_tags: "serve" } } } } }"""
    )
    _answers(tmp_path, [f"--platform_config_file={config}", "--saved_model_tags=no_such_tag"])


@pytest.mark.parametrize("text", ["", "\n# nothing\n", "model_config_list {}"])
def test_a_configuration_without_models_starts_a_server_without_models(
    tmp_path: Path, text: str
) -> None:
    config = tmp_path / "models.config"
    config.write_text(text)
    with ModelServer(model_config_file=config, model_name="half") as server:
        assert clients.get(server, "/readyz").status_code == 200
        assert clients.get(server, "/v1/models").status_code == 200
        assert server.status().code == 404
        reload = clients.reload_config_request(model_configs(model_config("half", _half(tmp_path))))
        with clients.channel(server) as channel:
            stub = model_service_pb2_grpc.ModelServiceStub(channel)
            # The port for gRPC opens a moment after that for REST.
            stub.HandleReloadConfigRequest(reload, timeout=_SECONDS, wait_for_ready=True)
        assert clients.post(server, {"instances": [1.0]}).json() == _ANSWER


@pytest.mark.parametrize(
    ("flag", "message", "text", "place"),
    [
        ("model_config_file", "ModelServerConfig", "nonsense", "1:9"),
        ("model_config_file", "ModelServerConfig", "model_config_list {\n  config {\n", "3:1"),
        ("model_config_file", "ModelServerConfig", '{"model_config_list": {}}', "1:1"),
        ("monitoring_config_file", "MonitoringConfig", "prometheus {}", "1:12"),
        ("batching_parameters_file", "BatchingParameters", "max_batch_size: 5", "1:17"),
        ("ssl_config_file", "SSLConfig", "\nserver_key: no", "2:13"),
        ("platform_config_file", "PlatformConfigMap", "platform_configs { k: 1 }", "1:21"),
        ("tensorflow_session_config_file", "ConfigProto", "threads: 4", "1:8"),
    ],
)
def test_the_error_of_an_unreadable_file_is_that_of_protobuf(
    tmp_path: Path, flag: str, message: str, text: str, place: str
) -> None:
    config = tmp_path / "bad.config"
    config.write_text(text)
    flags = ["--enable_batching", "--rest_api_port=1", f"--{flag}={config}"]
    if flag != "model_config_file":
        flags.append("--model_base_path=/models/half")
    ended = _run(*flags)
    assert ended.returncode == 2, ended.stderr
    package = "tensorflow" if message == "ConfigProto" else "tensorflow.serving"
    start = f"Error parsing text-format {package}.{message}: {place}: "
    assert f"tensorflow_model_server: {start}" in ended.stderr
    assert str(config) in ended.stderr
    assert f"--{flag}" in ended.stderr


def test_a_file_that_becomes_unreadable_is_logged_with_protobufs_error(tmp_path: Path) -> None:
    with serving(tmp_path, _HALF, flags=["--model_config_file_poll_wait_seconds=1"]) as server:
        (tmp_path / "models.config").write_text("model_config_list { confg {} }")
        server.process.wait_for_line(
            re.escape("] Error parsing text-format tensorflow.serving.ModelServerConfig: 1:27: "),
            timeout_seconds=_SECONDS,
        )
        assert clients.post(server, {"instances": [1.0]}).json() == _ANSWER


@pytest.mark.parametrize("name", ["team/half", "half plus", "a:b", "模型", "a%2Fb", "..half"])
def test_a_name_may_hold_any_character(tmp_path: Path, name: str) -> None:
    config = tmp_path / "models.config"
    config.write_text(model_configs(model_config(name, _half(tmp_path), labels={name: 1})))
    flags = ["--allow_version_labels_for_unavailable_models"]
    with ModelServer(model_config_file=config, model_name="half", flags=flags) as server:
        server.model_name = name
        wait_for(lambda code: code == 200, lambda: clients.get(server, "/readyz").status_code)
        request = clients.predict_request(server, {"x": [1.0]})
        request.model_spec.version_label = name
        assert clients.predict(server, request).outputs["y"].float_val == [3.5]
        listed = json.loads(clients.get(server, "/v1/models").text)
        assert name in json.dumps(listed, ensure_ascii=False)


def test_a_name_that_is_empty_is_refused_with_the_rule(tmp_path: Path) -> None:
    config = tmp_path / "models.config"
    config.write_text(config_of(tmp_path, _HALF).replace('name: "half"', 'name: ""'))
    ended = _run(f"--model_config_file={config}")
    assert ended.returncode == 2
    assert "has an empty name; set the name that requests use" in ended.stderr
