# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs every command of the pages on tfs3, in the order of each page."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tensorflow_serving_s3._programs import MODEL_SERVER, find_program
from tensorflow_serving_s3.publishing import publish
from tensorflow_serving_s3.testing import saved_models
from tensorflow_serving_s3.testing._ports import pick_free_ports
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from tensorflow_serving_s3 import config

_BLOCK = re.compile(r"^```(sh|yaml|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PAGES = ("cli", "config", "doctor", "publish")
_SECONDS = 300.0
_DOCS = Path("docs").absolute()


def _blocks(page: str, *languages: str) -> list[str]:
    text = (_DOCS / f"{page}.md").read_text(encoding="utf-8")
    return [code for language, code in _BLOCK.findall(text) if language in languages]


@pytest.fixture(scope="module")
def storage() -> Iterator[SeaweedFS]:
    """An S3 server with the bucket of the pages."""
    with SeaweedFS(buckets=["my-models"]) as server:
        yield server


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `export/half`."""
    folder = tmp_path_factory.mktemp("work")
    saved_models.save_half_plus_three(folder / "export" / "half")
    return folder


@pytest.fixture
def env(
    storage: SeaweedFS, exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """The environment of a page: an S3 server, models.yaml, and the program `tfs3`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "export").symlink_to(exported / "export")
    (tmp_path / "models.yaml").write_text(_blocks_of_config())
    document = config.parse(_blocks_of_config(), format=config.Format.YAML)
    config.write(document, tmp_path / "models.config")
    client = storage.client()
    for page in client.get_paginator("list_objects_v2").paginate(Bucket="my-models"):
        for entry in page.get("Contents", []):
            client.delete_object(Bucket="my-models", Key=entry["Key"])
    content = (tmp_path / "models.config").read_bytes()
    client.put_object(Bucket="my-models", Key="models.config", Body=content)
    tools = tmp_path / "tools"
    tools.mkdir()
    script = tools / "tfs3"
    program = "from tensorflow_serving_s3.cli import main; main()"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{program}" "$@"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return {
        **os.environ,
        **storage.env(),
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _publish_two_versions(storage: SeaweedFS) -> None:
    for _ in range(2):
        publish("export/half", "s3://my-models/half", client=storage.client())


def _blocks_of_config() -> str:
    (block,) = _blocks("config", "yaml")
    return block


def _run(script: str, env: dict[str, str]) -> tuple[int, str]:
    """Runs a script and ends all processes that it started."""
    process = subprocess.Popen(
        ["bash", "-ex", "-c", script],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
    return process.returncode, output


@pytest.mark.parametrize("page", _PAGES)
def test_the_commands_of_a_page_work(page: str, env: dict[str, str], storage: SeaweedFS) -> None:
    find_program(MODEL_SERVER)
    blocks = _blocks(page, "sh")
    assert blocks
    grpc, rest = pick_free_ports(2)
    if page != "cli":  # That page begins with an empty bucket.
        _publish_two_versions(storage)
    script = "\n".join(blocks).replace("8500", str(grpc)).replace("8501", str(rest))
    env = {**env, "TFS3_REST": f"http://127.0.0.1:{rest}"}
    # A page with a server in the background stops it at the end.
    ending = "trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT\n"
    code, output = _run(ending + script, env)
    assert code == 0, output


@pytest.mark.parametrize("page", ["config", "publish"])
def test_the_python_of_a_page_works(page: str, env: dict[str, str], storage: SeaweedFS) -> None:
    _publish_two_versions(storage)
    for block in _blocks(page, "python"):
        done = subprocess.run(
            [sys.executable, "-c", block], env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_every_command_of_tfs3_is_on_a_page() -> None:
    from tensorflow_serving_s3.cli._main import _COMMANDS

    text = "\n".join("\n".join(_blocks(page, "sh")) for page in _PAGES)
    missing = [name for name in _COMMANDS if not re.search(rf"^tfs3 {name}\b|\| tfs3", text, re.M)]
    assert missing == []
