# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""`config.validate` and the server refuse the same files."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from tensorflow_serving_s3._programs import MODEL_SERVER, find_program
from tensorflow_serving_s3.errors import ConfigError
from tensorflow_serving_s3.testing._ports import pick_free_ports

from tensorflow_serving_s3 import config

_WRONG_COMMAND_LINE_OR_FILE = 2


def _model(fields: str) -> str:
    return f"model_config_list {{ config {{ {fields} }} }}"


REFUSED = {
    "models": [
        _model('name: "a" base_path: "relative"'),
        _model('name: "a"'),
        _model('base_path: "/a"'),
        _model(f'name: "{"a" * 513}" base_path: "/a"'),
        _model('name: "a/../b" base_path: "/a"'),
        _model('name: "a" base_path: "/a" model_platform: "onnx"'),
        _model('name: "a" base_path: "/a" model_platform: "tensorflow" model_type: TENSORFLOW'),
        _model('name: "a" base_path: "/a" model_type: OTHER'),
        _model('name: "a" base_path: "/a" model_version_policy { specific {} }'),
        _model(
            'name: "a" base_path: "/a" model_version_policy { specific { versions: 1 } } '
            'version_labels { key: "x" value: 2 }'
        ),
        _model(f'name: "a" base_path: "/{"a" * 8192}"'),
        'model_config_list { config { name: "a" base_path: "/a" } '
        'config { name: "a" base_path: "/b" } }',
        "custom_model_config {}",
        _model('nme: "a"'),
        _model('name: "a" base_path: 7'),
        "model_config_list {",
    ],
    "batching": [
        "num_batch_threads { value: 0 }",
        "num_batch_threads { value: 4097 }",
        "max_batch_size { value: 0 }",
        "max_batch_size { value: 2147483648 }",
        "batch_timeout_micros { value: -1 }",
        "max_enqueued_batches { value: -1 }",
        "max_batch_size { value: 4 } allowed_batch_sizes: 8 allowed_batch_sizes: 4",
        "max_batch_size { value: 16 } allowed_batch_sizes: 8",
        "allowed_batch_sizes: 0 max_batch_size { value: 1 }",
        "enable_large_batch_splitting { value: true } max_execution_batch_size { value: 1001 }",
        "max_batch_size: 3",
    ],
    "monitoring": ['prometheus_config { enable: true path: "metrics" }', "prometheus { }"],
}
TAKEN = {
    "models": ["", "model_config_list {}", _model('name: "a b/c" base_path: "/absent"')],
    "batching": [
        "",
        "max_execution_batch_size { value: 8 }",
        "max_enqueued_batches { value: 0 }",
        "max_batch_size { value: 16 } allowed_batch_sizes: [4, 16]",
    ],
    "monitoring": ["", 'prometheus_config { enable: false path: "metrics" }'],
}


def _cases(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(kind, text) for kind, texts in table.items() for text in texts]


def _is_valid(kind: str, text: str) -> bool:
    try:
        return not config.validate(config.parse(text, kind=config.Kind(kind)))
    except ConfigError:
        return False


def _exit_code_of_the_server(kind: str, text: str, folder: Path) -> int | None:
    """Returns the exit code; None if the server runs."""
    file = folder / "file.config"
    file.write_text(text)
    (folder / "models.config").write_text("model_config_list {}")
    flags = [f"--model_config_file={folder / 'models.config'}"]
    if kind == "models":
        flags = [f"--model_config_file={file}"]
    elif kind == "batching":
        flags += ["--enable_batching", f"--batching_parameters_file={file}"]
    else:
        flags += [f"--monitoring_config_file={file}", f"--rest_api_port={pick_free_ports(1)[0]}"]
    command = [os.fspath(find_program(MODEL_SERVER)), *flags]
    address = f"--grpc_socket_path={folder / 'socket'}"
    with subprocess.Popen(
        [*command, "--port=0", address],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            while not (folder / "socket").exists():
                try:
                    return server.wait(0.05)
                except subprocess.TimeoutExpired:
                    continue
            return None
        finally:
            server.kill()


@pytest.mark.parametrize(("kind", "text"), _cases(REFUSED))
def test_both_refuse(kind: str, text: str, tmp_path: Path) -> None:
    assert not _is_valid(kind, text)
    assert _exit_code_of_the_server(kind, text, tmp_path) == _WRONG_COMMAND_LINE_OR_FILE


@pytest.mark.parametrize(("kind", "text"), _cases(TAKEN))
def test_both_take(kind: str, text: str, tmp_path: Path) -> None:
    assert _is_valid(kind, text)
    assert _exit_code_of_the_server(kind, text, tmp_path) is None
