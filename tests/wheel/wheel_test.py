# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the wheel in a clean virtual environment.

The packages that the wheel needs come from the folders that Bazel has installed, so the test needs
no network.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from tensorflow_serving_s3.publish import publish_version
from tensorflow_serving_s3.testing import saved_models
from tensorflow_serving_s3.testing._ports import pick_free_ports
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

_FOLDER = Path("tensorflow_serving_s3/python/wheel")
_SECONDS = 240
_REQUEST = {"instances": [1.0, 2.0, 5.0]}
_ANSWER = {"predictions": [3.5, 4.0, 5.5]}
# Not part of what `pip install` of the wheel brings.
_LEFT_OUT = re.compile(r"tensorflow_serving|runfiles|pytest|_pytest|pip$|__pycache__")


def wheel() -> Path:
    """Returns the path of the wheel."""
    (found,) = _FOLDER.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedFS]:
    """An S3 server with half_plus_three."""
    model = saved_models.save_half_plus_three(tmp_path_factory.mktemp("models") / "half")
    with SeaweedFS(buckets=["models"]) as server:
        publish_version(model, "s3://models/half", 7, client=server.client())
        yield server


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel, and the packages that it needs."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    (site,) = folder.glob("lib/python3.*/site-packages")
    for source in map(Path, sys.path):
        if source.name != "site-packages" or os.fspath(source).startswith("/usr"):
            continue
        for entry in source.iterdir():
            if not _LEFT_OUT.search(entry.name) and not (site / entry.name).exists():
                (site / entry.name).symlink_to(entry.resolve())
    pip = folder / "bin" / "pip"
    subprocess.run([pip, "install", "--no-index", "--no-deps", wheel()], check=True)
    return folder


@pytest.fixture(scope="module")
def variables(storage: SeaweedFS, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment variables of a new shell, with S3's."""
    return {
        **storage.env(),
        "AWS_EC2_METADATA_DISABLED": "true",
        "HOME": os.fspath(tmp_path_factory.mktemp("home")),
        "PATH": "/usr/bin:/bin",
    }


def run_python(
    environment: Path, variables: dict[str, str], program: str
) -> subprocess.CompletedProcess[str]:
    """Runs a program with the Python of the environment."""
    return subprocess.run(
        [environment / "bin" / "python", "-c", program],
        env=variables,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )


def test_tfs3_serve_serves_a_model_from_s3(environment: Path, variables: dict[str, str]) -> None:
    (port,) = pick_free_ports(1)
    command: list[str | Path] = [
        environment / "bin" / "tfs3",
        "serve",
        f"--rest_api_port={port}",
        "--port=0",
        "--model_name=half",
        "--model_base_path=s3://models/half",
    ]
    with subprocess.Popen(command, env=variables) as server:
        try:
            deadline = time.monotonic() + 60
            while True:
                try:
                    url = f"http://127.0.0.1:{port}/v1/models/half:predict"
                    answer = requests.post(url, json=_REQUEST, timeout=10)
                    if answer.ok:
                        break
                except OSError:
                    assert server.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
            assert answer.json() == _ANSWER
            server.send_signal(signal.SIGTERM)
            assert server.wait(60) == 0
        finally:
            server.kill()


def test_the_server_runs_in_process(environment: Path, variables: dict[str, str]) -> None:
    (port,) = pick_free_ports(1)
    done = run_python(
        environment,
        variables,
        f"""
import json
from tensorflow_serving_s3 import ModelServer, ServerOptions
from tensorflow_serving_s3.sourcing import Source
class Half(Source[str]):
    def run(self):
        self.aspired("half", [(7, "s3://models/half/7")])
with ModelServer(ServerOptions(rest_api_port={port}), source=Half()) as server:
    server.wait_until_available("half")
    print(json.dumps(server.predict("half", {_REQUEST})))
""",
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == _ANSWER


def test_the_filesystem_registers(environment: Path, variables: dict[str, str]) -> None:
    done = run_python(
        environment,
        variables,
        """
import tensorflow as tf
from tensorflow_serving_s3 import filesystem
filesystem.register()
print(tf.io.gfile.exists("s3://models/half/7/saved_model.pb"))
""",
    )
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr


def test_the_wheel_is_for_every_python_and_one_glibc() -> None:
    assert re.fullmatch(
        r"tensorflow_serving_s3-[0-9.]+-py3-none-manylinux_2_[0-9]+_x86_64\.whl", wheel().name
    )


def test_the_wheel_contains_only_what_it_should() -> None:
    with zipfile.ZipFile(wheel()) as archive:
        names = archive.namelist()
    binaries = [name for name in names if name.endswith(".so") or "/bin/" in name]
    libraries = [name for name in names if "/libs/" in name]
    assert all(name.startswith("tensorflow_serving_s3/libs/libabsl_") for name in libraries)
    assert sorted(binaries) == [
        "tensorflow_serving_s3/bin/tensorflow_model_server",
        "tensorflow_serving_s3/filesystem/libs3_filesystem.so",
        "tensorflow_serving_s3/libtensorflow_serving_s3.so",
    ]
    assert not [name for name in names if name.endswith(("_test.py", "conftest.py"))]
    for licence in ("LICENSE", "awscrt/NOTICE", "debian/libgrpc++-dev/copyright"):
        assert any(name.endswith(f".dist-info/licenses/{licence}") for name in names), licence


def test_the_shared_library_exports_only_the_c_interface(environment: Path) -> None:
    (library,) = environment.glob(
        "lib/python3.*/site-packages/tensorflow_serving_s3/libtensorflow_serving_s3.so"
    )
    table = subprocess.run(
        ["nm", "--dynamic", "--defined-only", library], check=True, capture_output=True, text=True
    ).stdout
    symbols = [line.split()[1:] for line in table.splitlines()]
    exported = {name for kind, name in symbols if kind.isupper()}
    assert {name for name in exported if not name.lower().startswith("tfs3_")} == set()
    assert "tfs3_server_start" in exported
