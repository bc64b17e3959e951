# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The commands of tfs3 with SeaweedFS and the model server."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result
from tensorflow_serving_s3.cli import _status
from tensorflow_serving_s3.client import ModelStatus, VersionStatus
from tensorflow_serving_s3.publishing import publish
from tensorflow_serving_s3.testing import saved_models
from tensorflow_serving_s3.testing.model_server import ModelServer
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def storage() -> Iterator[SeaweedFS]:
    """An S3 server with the bucket `models`."""
    with SeaweedFS(buckets=["models"]) as server:
        yield server


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SavedModel that computes x / 2 + 3."""
    return saved_models.save_half_plus_three(tmp_path_factory.mktemp("saved_models") / "half")


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SavedModel with inputs and outputs of several types."""
    return saved_models.save_mixed(tmp_path_factory.mktemp("saved_models") / "mixed")


@pytest.fixture(scope="module")
def server(
    storage: SeaweedFS, model: Path, mixed: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ModelServer]:
    """A server with the models `half` (versions 1 and 2) and `mixed`, and with metrics."""
    publish(model, "s3://models/served", 1, client=storage.client())
    publish(model, "s3://models/served", 2, client=storage.client())
    publish(mixed, "s3://models/mixed", 1, client=storage.client())
    folder = tmp_path_factory.mktemp("config")
    (folder / "models.config").write_text(
        'model_config_list { config { name: "half" base_path: "s3://models/served" '
        "model_version_policy { all {} } "
        'version_labels { key: "old" value: 1 } } '
        'config { name: "mixed" base_path: "s3://models/mixed" } }'
    )
    (folder / "monitoring.config").write_text("prometheus_config { enable: true }")
    with ModelServer(
        model_config_file=folder / "models.config",
        model_name="half",
        env=storage.env(),
        flags=[f"--monitoring_config_file={folder / 'monitoring.config'}"],
    ) as running:
        running.wait_until_available(1)
        running.wait_until_available(2)
        running.wait_until_available(model_name="mixed")
        yield running


def _json(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    "arguments",
    [["nothing"], ["publish"], ["predict", "half"], ["publish", "absent", "s3://models/m"]],
)
def test_a_wrong_command_line_has_exit_code_2(run: Run, arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize("base_path", ["gs://bucket/m", "s3://"])
def test_a_wrong_base_path_has_exit_code_2(run: Run, model: Path, base_path: str) -> None:
    result = run("publish", model, base_path)
    assert (result.exit_code, "give s3://bucket/path" in result.output) == (2, True)


def test_publish_versions_and_rollback(run: Run, storage: SeaweedFS, model: Path) -> None:
    base, env = "s3://models/published", storage.env()
    first = _json(run("publish", model, base, "--json", env=env))
    assert (first["url"], first["version"]) == (f"{base}/1", 1)
    assert run("publish", model, base, "--version", "2", env=env).exit_code == 0
    again = run("publish", model, base, "--version", "2", env=env)
    assert (again.exit_code, "exists already" in again.stderr) == (3, True)
    back = _json(run("rollback", base, "--json", env=env))
    assert back["version"] == 3
    listed = _json(run("versions", base, "--json", env=env))["versions"]
    assert [(v["version"], v["complete"]) for v in listed] == [(3, True), (2, True), (1, True)]
    assert all(v["bytes"] > 0 and v["modified"].endswith("Z") for v in listed)
    table = run("versions", base, env=env).output.splitlines()
    assert table[0].split() == ["version", "size", "files", "modified", "state"]
    assert table[1].split()[0] == "3"


def test_an_error_with_json_is_a_document(run: Run, storage: SeaweedFS, model: Path) -> None:
    result = run("publish", model, "s3://nowhere/m", "--json", env=storage.env())
    error = json.loads(result.stdout)["error"]
    assert (result.exit_code, error["kind"]) == (3, "StorageError")
    assert "create the bucket" in error["message"]


def test_keep_last_keeps_what_a_server_has_loaded(
    run: Run, storage: SeaweedFS, model: Path, server: ModelServer
) -> None:
    # The server has versions 1 and 2 of "half" loaded, from another base path with the same name.
    base, env = "s3://models/half", storage.env()
    for _ in range(4):
        run("publish", model, base, env=env)
    options = ["--keep-last", "1", "--server", server.rest_url]
    published = _json(run("publish", model, base, *options, "--json", env=env))
    assert (published["version"], published["pruned"]) == (5, [3])


def test_status_shows_versions_and_requests(run: Run, server: ModelServer) -> None:
    run("predict", "half", "[1.0]", "--rest", server.rest_url)
    models = _json(run("status", "--json", "--rest", server.rest_url))["models"]
    assert [m["name"] for m in models] == ["half", "mixed"]
    assert [(v["version"], v["state"]) for v in models[0]["versions"]] == [
        (2, "AVAILABLE"),
        (1, "AVAILABLE"),
    ]
    assert models[0]["requests"]["OK"] >= 1
    lines = run("status", "half", "--rest", server.rest_url).output.splitlines()
    assert lines[0].split()[:3] == ["model", "version", "state"]
    assert lines[1].split()[:3] == ["half", "2", "AVAILABLE"]


def test_status_by_grpc(run: Run, server: ModelServer) -> None:
    (model,) = _json(run("status", "half", "--json", "--grpc", server.grpc_address))["models"]
    assert (model["available"], len(model["versions"])) == (True, 2)


def test_status_of_a_model_that_is_not_available(
    run: Run, storage: SeaweedFS, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    with ModelServer(str(tmp_path / "empty"), model_name="none") as running:
        deadline = time.monotonic() + 30
        while True:  # Until the server has looked for versions.
            result = run("status", "--rest", running.rest_url)
            assert result.exit_code == 1
            if "No versions of none" in result.output:
                break
            assert time.monotonic() < deadline, result.output
        waiting = run("status", "--wait", "--timeout", "0.5", "--rest", running.rest_url)
        assert waiting.exit_code == 1


def _program(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from tensorflow_serving_s3.cli import main; main()", *arguments]


def test_status_is_a_live_table_until_it_is_interrupted(server: ModelServer) -> None:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TERM": "xterm"}
    command = _program("status", "--watch", "--interval", "0.1", "--rest", server.rest_url)
    terminal, other_end = pty.openpty()
    with subprocess.Popen(command, env=env, stdout=other_end, stderr=subprocess.PIPE) as watching:
        os.close(other_end)
        shown = b""
        while shown.count(b"AVAILABLE") < 7:  # The third table begins: each has three versions.
            shown += os.read(terminal, 65_536)
        watching.send_signal(signal.SIGINT)
        # Reading fails when the program has closed its end.
        with contextlib.suppress(OSError):
            while piece := os.read(terminal, 65_536):
                shown += piece
        assert watching.stderr is not None
        assert watching.stderr.read().decode().strip() == "Interrupted."
    os.close(terminal)
    assert watching.returncode == 130
    assert b"\x1b[1A" in shown  # A table replaces the one before.


def test_publish_shows_its_progress_on_a_terminal(storage: SeaweedFS, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "saved_model.pb").write_bytes(b"graph" * 4_000_000)
    terminal, other_end = pty.openpty()
    env = {**os.environ, **storage.env(), "PYTHONPATH": os.pathsep.join(sys.path), "TERM": "xterm"}
    command = _program("publish", str(folder), "s3://models/progress")
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=other_end) as publishing:
        os.close(other_end)
        shown = b""
        # Reading fails when the program has closed its end.
        with contextlib.suppress(OSError):
            while piece := os.read(terminal, 65_536):
                shown += piece
    os.close(terminal)
    assert publishing.returncode == 0
    assert b"Uploading" in shown
    assert b"20.0" in shown


def test_watch_and_json_exclude_each_other(run: Run) -> None:
    assert run("status", "--watch", "--json").exit_code == 2


def test_status_without_a_server_names_the_cure(run: Run) -> None:
    result = run("status", "--rest", "http://127.0.0.1:1")
    assert (result.exit_code, "check the address" in result.stderr) == (3, True)


ANSWER = [3.5, 4.0]


@pytest.mark.parametrize(
    "data",
    [
        "[1.0, 2.0]",
        '{"x": [1.0, 2.0]}',
        '{"inputs": {"x": [1.0, 2.0]}}',
        '{"inputs": [1.0, 2.0]}',
        '{"instances": [1.0, 2.0]}',
        '{"instances": [{"x": 1.0}, {"x": 2.0}]}',
        "@x.npy",
        "@x.json",
        "-",
    ],
)
@pytest.mark.parametrize("api", ["rest", "grpc"])
def test_predict_takes_data_in_every_form(
    run: Run,
    server: ModelServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    data: str,
    api: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    np.save("x.npy", np.array([1.0, 2.0]))
    Path("x.json").write_text("[1.0, 2.0]")
    where = ["--rest", server.rest_url, *(["--grpc", server.grpc_address] if api == "grpc" else [])]
    answer = _json(run("predict", "half", data, *where, stdin="[1.0, 2.0]"))
    if "instances" in data and api == "rest":
        assert answer == {"predictions": ANSWER}
    elif api == "rest":
        assert answer == {"outputs": ANSWER}
    else:
        assert answer == {"outputs": {"y": ANSWER}}


@pytest.mark.parametrize("api", ["rest", "grpc"])
def test_predict_takes_inputs_of_several_types(run: Run, server: ModelServer, api: str) -> None:
    where = ["--rest", server.rest_url, *(["--grpc", server.grpc_address] if api == "grpc" else [])]
    named = ["-i", "point=[[1, 2]]", "-i", "count=[4611686018427387904]", "-i", 'word=["you"]']
    outputs = _json(run("predict", "mixed", *named, *where))["outputs"]
    assert (outputs["weighted"], outputs["next"]) == ([5.0], [2**62 + 1])
    assert outputs["greeting"] == ["hello you"]


@pytest.mark.parametrize("api", ["rest", "grpc"])
def test_predict_sends_an_image_to_an_input_of_strings(
    run: Run, server: ModelServer, tmp_path: Path, api: str
) -> None:
    image = tmp_path / "image.png"
    image.write_bytes(b"\x89PNG\xff")
    where = ["--rest", server.rest_url, *(["--grpc", server.grpc_address] if api == "grpc" else [])]
    named = ["-i", "point=[[1, 2]]", "-i", "count=[1]", "-i", f"word=@{image}"]
    outputs = _json(run("predict", "mixed", *named, *where))["outputs"]
    sent = base64.b64encode(image.read_bytes()).decode()
    assert outputs["word_bytes"] == [{"b64": sent}]


def test_the_table_shows_the_progress_of_a_load() -> None:
    loading = VersionStatus(7, "LOADING", "", 10.2, 430_211_072, 1_074_127_633)
    (row,) = _status.rows((ModelStatus("ranker", False, "", (loading,)),))
    assert row[:3] == ("ranker", "7", "LOADING")
    assert row[3] == "########............ 40% of 1074 MB, 10 s"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--signature", "double"], [7.0]),
        (["--version", "1"], [3.5]),
        (["--label", "old"], [3.5]),
    ],
)
@pytest.mark.parametrize("api", ["rest", "grpc"])
def test_predict_chooses_signature_version_and_label(
    run: Run, server: ModelServer, options: list[str], expected: list[float], api: str
) -> None:
    where = ["--rest", server.rest_url, *(["--grpc", server.grpc_address] if api == "grpc" else [])]
    outputs = _json(run("predict", "half", "[1.0]", *options, *where))["outputs"]
    assert outputs == (expected if api == "rest" else {"y": expected})


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["absent", "[1.0]"], "absent"),
        (["half", "[1.0]", "--version", "9"], "9"),
        (["half", "[1.0]", "--signature", "triple"], "it has: double, serving_default"),
        (["half", '["a"]'], "it is a text"),
        (["half", '{"z": [1]}'], "the signature has x (float[-1])"),
        (["half", "nonsense"], "not JSON"),
        (["half", "@absent.npy"], "absent.npy"),
        (["mixed", "[1]"], "name the inputs"),
    ],
)
def test_a_prediction_that_fails_names_the_reason(
    run: Run, server: ModelServer, arguments: list[str], part: str
) -> None:
    for where in (["--rest", server.rest_url], ["--grpc", server.grpc_address]):
        result = run("predict", *arguments, *where)
        assert (result.exit_code, part in result.stderr) == (3, True), result.stderr


def _executed(command: list[str], **env: str) -> str:
    done = subprocess.run(
        command, env={**os.environ, **env}, capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout


def test_the_printed_curl_command_works(run: Run, server: ModelServer) -> None:
    command = run("predict", "half", "[1.0]", "--print", "curl", "--rest", server.rest_url).stdout
    assert command.startswith("curl ")
    assert json.loads(_executed(["bash", "-c", command])) == {"outputs": [3.5]}


@pytest.mark.parametrize("api", ["rest", "grpc"])
def test_the_printed_program_works(run: Run, server: ModelServer, api: str) -> None:
    where = ["--rest", server.rest_url, *(["--grpc", server.grpc_address] if api == "grpc" else [])]
    program = run("predict", "half", "[1.0]", "--signature=double", "--print=python", *where).stdout
    printed = _executed([sys.executable, "-c", program], PYTHONPATH=os.pathsep.join(sys.path))
    assert "7." in printed


def test_bench_reports_percentiles(run: Run, server: ModelServer) -> None:
    for where in (["--rest", server.rest_url], ["--grpc", server.grpc_address]):
        report = _json(run("bench", "half", "--requests", 50, "--clients", 2, "--json", *where))
        assert (report["requests"], report["failed"]) == (50, 0)
        assert 0 < report["percentiles_ms"]["p50"] <= report["percentiles_ms"]["p99"]
        assert report["percentiles_ms"]["p99"] <= report["max_ms"]


def test_bench_of_a_model_that_does_not_exist(run: Run, server: ModelServer) -> None:
    assert run("bench", "absent", "--requests", 5, "--rest", server.rest_url).exit_code == 3


def test_reload_replaces_the_configuration(
    run: Run, storage: SeaweedFS, model: Path, tmp_path: Path
) -> None:
    publish(model, "s3://models/first", 1, client=storage.client())
    publish(model, "s3://models/second", 1, client=storage.client())
    with ModelServer("s3://models/first", model_name="first", env=storage.env()) as running:
        running.wait_until_available()
        file = tmp_path / "models.yaml"
        file.write_text(
            "model_config_list:\n  config:\n  - {name: second, base_path: s3://models/second}\n"
        )
        where = ["--grpc", running.grpc_address]
        assert _json(run("reload", file, "--json", *where))["models"] == ["second"]
        models = _json(run("status", "second", "--json", "--rest", running.rest_url))["models"]
        assert models[0]["available"]
        file.write_text("model_config_list:\n  config:\n  - {name: second, base_path: absent}\n")
        refused = run("reload", file, *where)
        assert (refused.exit_code, "models.yaml:3:20: " in refused.stderr) == (3, True)
        file.write_text(
            "model_config_list:\n  config:\n  - {name: third, base_path: s3://models/absent}\n"
        )
        failed = run("reload", file, *where, "--timeout", "20")
        assert (failed.exit_code, "third" in failed.stderr) == (3, True)


def test_config_check_convert_and_diff(run: Run, storage: SeaweedFS, server: ModelServer) -> None:
    yaml = "model_config_list:\n  config:\n  - {name: half, base_path: s3://models/served}\n"
    url = "s3://models/config/models.config"
    env = storage.env()
    with open("models.yaml", "w") as file:
        file.write(yaml)
    assert run("config", "convert", "models.yaml", url, env=env).exit_code == 0
    (report,) = _json(run("config", "check", url, "--json", env=env))["models"]
    assert (report["served"], report["problems"]) == ([2], [])
    signature = report["versions"][0]["signatures"]["serving_default"]
    assert signature["inputs"] == {"x": "float32[-1]"}
    people = run("config", "check", url, env=env).output
    assert "2 serving_default(x: float32[-1]) -> y: float32[-1]" in people
    assert run("config", "diff", url, "models.yaml", env=env).exit_code == 0
    with open("models.yaml", "w") as file:
        file.write(yaml.replace("served", "elsewhere"))
    changed = run("config", "diff", url, "models.yaml", env=env)
    assert changed.exit_code == 1
    assert "~ half.base_path: s3://models/served -> s3://models/elsewhere" in changed.output
    unserved = run("config", "check", "models.yaml", env=env)
    assert (unserved.exit_code, "models.yaml:3: s3://models/elsewhere does" in unserved.output) == (
        1,
        True,
    )
    assert run("config", "check", "models.yaml", "--offline").exit_code == 0


def test_yaml_is_read_from_stdin(run: Run) -> None:
    converted = run("config", "convert", "-", "--from", "yaml", stdin="max_batch_size: 8\n")
    assert (converted.exit_code, converted.stdout) == (0, "max_batch_size {\n  value: 8\n}\n")
    checked = run("config", "check", "-", "--from", "yaml", stdin="max_batch_size: 0\n")
    assert (checked.exit_code, checked.stderr.startswith("<stdin>:1:1: ")) == (3, True)


def test_an_invalid_file_has_exit_code_3_and_its_place(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "m.config"
    file.write_text('model_config_list {\n  config { nme: "a" }\n}')
    result = run("config", "check", file)
    assert (result.exit_code, result.stderr.startswith(f"{file}:2:12: ")) == (3, True)
    document = json.loads(run("config", "check", file, "--json").stdout)
    assert document["error"]["problems"][0]["line"] == 2


def test_serve_becomes_the_server_and_keeps_its_exit_code(tmp_path: Path) -> None:
    code = "from tensorflow_serving_s3.cli import main; main()"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    def serve(*flags: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", code, "serve", *flags],
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    assert serve("--version").returncode == 0
    assert "--model_base_path" in "".join([(done := serve("--", "--help")).stdout, done.stderr])
    assert serve("--model_config_file=/absent", "--rest_api_port=0").returncode == 2
