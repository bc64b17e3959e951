# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs the commands and programs of pages, with SeaweedFS in place of S3.

Ports, the path of the server and /etc are replaced, and exports of placeholders left out.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer
from tensorflow_serving_s3._programs import MODEL_SERVER, find_program
from tensorflow_serving_s3.publish import publish_version
from tensorflow_serving_s3.testing import saved_models
from tensorflow_serving_s3.testing._ports import pick_free_ports
from tensorflow_serving_s3.testing.model_server import ModelServer
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

_SECONDS = 240
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_BAZEL_SERVER = "bazel-bin/tensorflow_serving_s3/model_servers/tensorflow_model_server"
_PREDICTION = {"instances": [1.0, 2.0, 5.0]}
_ANSWER = {"predictions": [3.5, 4.0, 5.5]}
_ROOT = Path.cwd()


def block_of(page: str, part: str) -> str:
    """Returns the only block of a page that contains a text."""
    text = (_ROOT / page).read_text(encoding="utf-8")
    (found,) = (block for _, block in _BLOCK.findall(text) if part in block)
    return str(found)


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedFS]:
    """An S3 server with the buckets and models of the pages."""
    model = saved_models.save_half_plus_three(tmp_path_factory.mktemp("models") / "half")
    buckets = ["my-bucket", "other-bucket", "my-models", "models", "elsewhere"]
    with SeaweedFS(buckets=buckets) as server:
        client = server.client()
        for base_path in (
            *("s3://my-bucket/half", "s3://my-bucket/models/half", "s3://my-models/half"),
            "s3://my-bucket/models/half_plus_three",
        ):
            publish_version(model, base_path, 1, client=client)
        publish_version(model, "s3://models/half", 7, client=client)
        for file in (path for path in model.rglob("*") if path.is_file()):
            key = f"third-of-monday/{file.relative_to(model).as_posix()}"
            client.upload_file(os.fspath(file), "elsewhere", key)
        yield server


@pytest.fixture
def env(storage: SeaweedFS, tmp_path: Path) -> dict[str, str]:
    """The variables of a shell in which `tensorflow_model_server` is on the PATH."""
    (tmp_path / "tensorflow_model_server").symlink_to(find_program(MODEL_SERVER).resolve())
    return {
        **os.environ,
        **storage.env(),
        "AWS_EC2_METADATA_DISABLED": "true",
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }


def script_of(block: str, rest_port: int, grpc_port: int, etc: Path) -> str:
    """Returns a script that runs a block, and waits for a model after the start of the server."""
    text = block.replace("\\\n", " ").replace(_BAZEL_SERVER, "tensorflow_model_server")
    text = text.replace("8501", str(rest_port)).replace("8500", str(grpc_port))
    text = text.replace("/etc/serving", os.fspath(etc))
    lines = ["trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT"]
    for line in text.splitlines():
        if line.startswith("export ") and "..." in line:
            continue
        if line.startswith("tensorflow_model_server "):
            models = f"http://localhost:{rest_port}/v1/models"
            wait = f"""until curl -s {models} | grep -q '"available": true'; do sleep 0.1; done"""
            lines += [f"{line} &", wait]
        else:
            lines.append(line)
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("page", "parts", "answer"),
    [
        ("README.md", [_BAZEL_SERVER], '"predictions": [3.5, 4.0, 5.5'),
        ("docs/batching.md", ["--batching_parameters_file"], ""),
        ("docs/models.md", ["--model_config_file=s3://"], ""),
        ("docs/monitoring.md", ["--monitoring_config_file", "traceparent:"], '"predictions": [3.5'),
        ("docs/s3.md", ["tensorflow_model_server --model_name=half --model"], ""),
    ],
)
def test_the_server_commands_of_a_page_work(
    page: str,
    parts: list[str],
    answer: str,
    env: dict[str, str],
    storage: SeaweedFS,
    tmp_path: Path,
) -> None:
    rest_port, grpc_port = pick_free_ports(2)
    config = block_of("docs/models.md", 'model_config_list {\n  config {\n    name: "half"     ')
    storage.client().put_object(Bucket="my-bucket", Key="models.config", Body=config.encode())
    (tmp_path / "batching.txt").write_text(block_of("docs/batching.md", "max_enqueued_batches {"))
    block = "\n".join(block_of(page, part) for part in parts)
    if "--rest_api_port" not in block:
        block = block.replace("tensorflow_model_server", f"{MODEL_SERVER[0]} --rest_api_port=8501")
    done = subprocess.run(
        ["bash", "-euxc", script_of(block, rest_port, grpc_port, tmp_path)],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    # The answer has one number on each line.
    assert answer.replace(" ", "") in re.sub(r"\s", "", done.stdout)


def run_python(program: str, env: dict[str, str]) -> str:
    """Runs a program that succeeds, and returns its output."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=env,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_clients_of_the_page_on_clients_work(env: dict[str, str], storage: SeaweedFS) -> None:
    with ModelServer("s3://my-bucket/half", model_name="half", env=storage.env()) as server:
        server.wait_until_available()
        program = block_of("docs/clients.md", "import grpc").replace("8500", str(server.grpc_port))
        assert "float_val: 5.5" in run_python(program, env)
        command, expected = block_of("docs/clients.md", "curl -d").splitlines()
        command = command.replace("8501", str(server.rest_port))
        done = subprocess.run(
            ["bash", "-c", command], env=env, capture_output=True, text=True, check=True
        )
        assert "".join(done.stdout.split()) == expected.replace(" ", "")


def test_the_filesystem_of_the_readme_and_of_the_migration(
    env: dict[str, str], storage: SeaweedFS
) -> None:
    model = "import tensorflow as tf\nmodel = tf.Module()\nmodel.v = tf.Variable(1.0)\n"
    run_python(model + block_of("README.md", "tf.saved_model.save"), env)
    storage.client().head_object(Bucket="my-bucket", Key="models/ranker/7/saved_model.pb")
    run_python(block_of("docs/migration.md", "filesystem.register()"), env)


def test_request_logs_are_read_as_the_page_on_monitoring_says(
    env: dict[str, str], storage: SeaweedFS, tmp_path: Path
) -> None:
    prefix = os.fspath(tmp_path / "half")
    text = block_of("docs/monitoring.md", "logging_config {").replace("0.01", "1")
    config = tmp_path / "models.config"
    config.write_text(text.replace("/var/log/requests/half", prefix))
    with ModelServer(model_config_file=config, model_name="half", env=storage.env()) as server:
        server.wait_until_available()
        requests.post(server.predict_url, json=_PREDICTION, timeout=_SECONDS).raise_for_status()
    program = block_of("docs/monitoring.md", "prediction_log_pb2")
    printed = run_python(program.replace("/var/log/requests/half", prefix), env)
    assert printed.startswith("1 ")
    assert "DT_FLOAT" in printed


@pytest.fixture(scope="module")
def sqs() -> Iterator[Any]:
    """A client of moto's SQS."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    _, port = server.get_host_and_port()
    yield boto3.client(
        "sqs",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    server.stop()


@pytest.mark.parametrize("part", ["enable_batching", "ManifestSource(", "SqsEvents("])
def test_the_servers_of_the_page_on_python_serve(
    part: str, env: dict[str, str], storage: SeaweedFS, sqs: Any, tmp_path: Path
) -> None:
    manifest = block_of("docs/python.md", '{"models": [')
    storage.client().put_object(Bucket="models", Key="live.json", Body=manifest.encode())
    queue = sqs.create_queue(QueueName="models")["QueueUrl"]
    rest_port, grpc_port = pick_free_ports(2)
    program = block_of("docs/python.md", part)
    program = program.replace("8501", str(rest_port)).replace("8500", str(grpc_port))
    program = re.sub(r"https://sqs\.[^\"]*", queue, program)
    log = tmp_path / "log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-c", program],
            env={**env, "AWS_ENDPOINT_URL_SQS": sqs.meta.endpoint_url},
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as server,
    ):
        try:
            url = f"http://127.0.0.1:{rest_port}/v1/models/half:predict"
            assert wait_for_answer(server, url) == _ANSWER, log.read_text()
            server.send_signal(signal.SIGINT)
            server.wait(_SECONDS)
        finally:
            server.kill()


def wait_for_answer(server: subprocess.Popen[bytes], url: str) -> Any:
    """Returns the first prediction; None if the server ends before."""
    deadline = time.monotonic() + _SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            answer = requests.post(url, json=_PREDICTION, timeout=_SECONDS)
        except requests.ConnectionError:
            time.sleep(0.1)
            continue
        if answer.status_code == 200:
            return answer.json()
        time.sleep(0.1)
    return None
