# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Pushes the image to a registry, pulls it, and runs it as the post about S3 does.

The post: Enabling S3 Filesystem Support for TensorFlow Serving.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from tensorflow_serving_s3.publishing import publish
from tensorflow_serving_s3.testing import saved_models
from tensorflow_serving_s3.testing._ports import pick_free_ports
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from docker import containers, push
from docker.archive import Image
from docker.containers import SECONDS, ChrootEngine, Engine, PodmanEngine, Run
from tests.e2e.waiting import wait_for

_BUCKET = "serving-models"
_MODEL = "saved_model_half_plus_three"
_NONROOT = 65532


@pytest.fixture(scope="module", autouse=True)
def ports() -> tuple[str, ...]:
    """Arguments for other ports than those of the image, if those may be in use."""
    if os.geteuid() != 0:
        pytest.skip("needs root: containers without root need a configuration of the system")
    if reason := containers.enter_empty_network():
        print(f"The network is shared with other programs, and so the ports differ: {reason}")
        grpc, rest = pick_free_ports(2)
        return (f"--port={grpc}", f"--rest_api_port={rest}")
    return ()


@pytest.fixture(scope="module")
def url(ports: tuple[str, ...]) -> str:
    """The address of the REST port."""
    return f"http://localhost:{ports[1].partition('=')[2] if ports else 8501}"


@pytest.fixture(scope="module")
def storage(
    ports: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SeaweedFS]:
    """An S3 server with the model of the post."""
    with SeaweedFS(buckets=[_BUCKET]) as server:
        folder = tmp_path_factory.mktemp("export") / "half"
        saved_models.save_half_plus_three(folder)
        publish(folder, f"s3://{_BUCKET}/{_MODEL}", client=server.client())
        yield server


@pytest.fixture(scope="module")
def engines(ports: tuple[str, ...]) -> Iterator[dict[str, Engine]]:
    """Ways to run the image that was pushed by skopeo and pulled by podman."""
    archive = containers.image_archive()
    with contextlib.ExitStack() as stack:
        address = stack.enter_context(containers.registry())
        skopeo = containers.find("usr/bin/skopeo")
        options = ["--dest-tls-verify=false"]
        assert push.push(skopeo, archive, f"{address}/tf-serving-s3", [], options) == 0
        podman = stack.enter_context(containers.podman())
        name = f"{address}/{Image(archive).name}"
        podman.check("pull", "--quiet", "--tls-verify=false", name)
        digest = podman.check("inspect", "--format={{.Digest}}", name)
        assert digest == Image(archive).digest
        engine = PodmanEngine(podman, name)
        root = stack.enter_context(tempfile.TemporaryDirectory(prefix="root-"))
        Path(root).chmod(0o755)
        chroot = ChrootEngine(archive, Path(root))
        if reason := engine.why_not():
            print(f"Containers cannot run here; the tests use chroot instead: {reason}")
            yield {"podman": chroot, "chroot": chroot}
        else:
            yield {"podman": engine, "chroot": chroot}


def _wait_until_ready(run: Run, url: str) -> None:
    def answer() -> requests.Response | None:
        try:
            return requests.get(f"{url}/readyz", timeout=SECONDS)
        except requests.ConnectionError:
            assert _runs(run.pid), run.logs()
            return None

    wait_for(lambda got: got is not None and got.ok, answer, timeout_seconds=SECONDS)


def _runs(pid: int) -> bool:
    try:
        return _status(pid)["State"][0] != "Z"
    except OSError:
        return False


def _status(pid: int) -> dict[str, list[str]]:
    """Returns the fields of /proc/PID/status."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return {field: value.split() for field, _, value in (line.partition(":") for line in lines)}


@pytest.fixture(scope="module", params=["podman", "chroot"])
def posts_run(
    request: pytest.FixtureRequest,
    engines: dict[str, Engine],
    storage: SeaweedFS,
    ports: tuple[str, ...],
    url: str,
) -> Iterator[Run]:
    """The container of the post: its variables, its argument, and the address of the store."""
    given = storage.env()
    (endpoint,) = {value for name, value in given.items() if "ENDPOINT" in name}
    env = {
        "AWS_ACCESS_KEY_ID": given["AWS_ACCESS_KEY_ID"],
        "AWS_SECRET_ACCESS_KEY": given["AWS_SECRET_ACCESS_KEY"],
        "AWS_DEFAULT_REGION": "us-east-1",
        "MODEL_BASE_PATH": f"s3://{_BUCKET}",
        "MODEL_NAME": _MODEL,
        "AWS_ENDPOINT_URL": endpoint,
    }
    engine = engines[request.param]
    with engine.run([], env, ["--file_system_poll_wait_seconds=0", *ports], {}) as run:
        _wait_until_ready(run, url)
        yield run


def test_the_curl_of_the_post_gets_the_answer_of_the_post(posts_run: Run, url: str) -> None:
    command = ["curl", "--silent", "--show-error", "-d", '{"instances": [1.0, 2.0, 5.0]}']
    done = subprocess.run(
        [*command, "-X", "POST", f"{url}/v1/models/{_MODEL}:predict"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"predictions": [3.5, 4.0, 5.5]}


def test_the_server_does_not_run_as_root_and_has_no_capabilities(posts_run: Run) -> None:
    status = _status(posts_run.pid)
    assert status["Uid"] == status["Gid"] == [str(_NONROOT)] * 4
    assert int(status["CapEff"][0], 16) == 0
    assert status["Name"] == ["tensorflow_mode"]  # No shell before it; the kernel's limit is 15.


def test_the_probe_finds_the_server_in_its_container(posts_run: Run, url: str) -> None:
    address = url.replace("localhost", "127.0.0.1") + "/readyz"
    program = "/usr/bin/tensorflow_model_server"
    done = posts_run.execute(program, f"--probe={address}")
    assert (done.returncode, done.stderr.startswith(f"{address}: 200")) == (0, True), done
    missing = posts_run.execute(program, "--probe=http://127.0.0.1:1/readyz")
    assert missing.returncode == 1
    assert "Connection refused" in missing.stderr


def test_sigterm_ends_it_with_0(posts_run: Run) -> None:
    # The last test of this container.
    posts_run.terminate()
    assert posts_run.wait() == 0
    assert "stopped" in posts_run.logs()


def test_sigterm_drains_a_restricted_container_with_the_default_model(
    engines: dict[str, Engine], ports: tuple[str, ...], url: str, tmp_path: Path
) -> None:
    model, shared = tmp_path / "model", tmp_path / "shared"
    saved_models.save_waiting(model / "1")
    shared.mkdir()
    shared.chmod(0o777)
    options = [
        "--read-only",
        "--read-only-tmpfs=false",
        "--cap-drop=all",
        "--security-opt=no-new-privileges",
    ]
    volumes = {"/models/model": model, "/shared": shared}
    with (
        engines["podman"].run(options, {}, ports, volumes) as run,
        concurrent.futures.ThreadPoolExecutor(1) as pool,
    ):
        _wait_until_ready(run, url)
        inputs = {"x": [7.0], "started": ["/shared/started"], "awaited": ["/shared/awaited"]}
        request = pool.submit(
            requests.post,
            f"{url}/v1/models/model:predict",
            json={"inputs": inputs},
            timeout=SECONDS,
        )
        folder = run.folder("/shared")
        wait_for(bool, (folder / "started").exists, timeout_seconds=SECONDS)
        run.terminate()
        wait_for(
            lambda code: code == 503,
            lambda: requests.get(f"{url}/readyz", timeout=SECONDS).status_code,
            timeout_seconds=SECONDS,
        )
        (folder / "awaited").touch()
        response = request.result(SECONDS)
        assert (response.status_code, response.json()) == (200, {"outputs": [7.0]})
        assert run.wait() == 0
