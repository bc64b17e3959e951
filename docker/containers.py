# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs images in tests: a registry, and containers by podman or, where they cannot run, by chroot.

Everything is in a temporary folder and is removed in the end. Both ways need root.
"""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import fcntl
import io
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import requests
from runfiles import Runfiles
from tensorflow_serving_s3._process import ChildProcess
from tensorflow_serving_s3.testing._ports import pick_free_ports

from docker.archive import Image
from docker.push import skopeo_environment
from tests.e2e.waiting import wait_for

SECONDS = 300.0
_CLONE_NEWNET = 0x40000000
_SIOCSIFFLAGS = 0x8914
_IFF_UP = 1
# Runs chroot where the root has /dev and /proc, which TensorFlow needs. The mounts end with it.
_CHROOT = """for folder in dev proc; do mount --rbind "/$folder" "$0/$folder" || exit 1; done
exec chroot "$@"
"""
# Some sandboxes do not let runc raise its limits, which it does by default.
LIMITS = ("--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024")


def find(program: str) -> Path:
    """Returns the path of a program of @containers, such as usr/bin/podman."""
    runfiles = Runfiles.Create()
    assert runfiles is not None
    path = runfiles.Rlocation(f"containers/{program}")
    assert path is not None
    # Not a link into the runfiles, because the libraries are found from here.
    return Path(path)


def image_archive() -> Path:
    """Returns the path of the image's archive."""
    return Path("docker/image.tar").absolute()


def store_variables(env: Mapping[str, str]) -> dict[str, str]:
    """Returns the variables with which the pages run the image.

    Args:
        env: The variables for a store, of `SeaweedFS.env()`.
    """
    (endpoint,) = {value for name, value in env.items() if "ENDPOINT" in name}
    return {
        "AWS_ACCESS_KEY_ID": env["AWS_ACCESS_KEY_ID"],
        "AWS_SECRET_ACCESS_KEY": env["AWS_SECRET_ACCESS_KEY"],
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": endpoint,
    }


def enter_empty_network() -> str:
    """Moves this thread and its children to a network with only a loopback interface.

    There all ports are free. Returns the reason if the system forbids it, otherwise "".
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET):
        return os.strerror(ctypes.get_errno())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))
    return ""


@contextlib.contextmanager
def registry() -> Iterator[str]:
    """Runs Debian's docker-registry on loopback; yields HOST:PORT."""
    (port,) = pick_free_ports(1)
    address = f"127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="registry-") as folder:
        config = Path(folder, "config.json")  # JSON is YAML.
        storage = {"filesystem": {"rootdirectory": f"{folder}/data"}}
        config.write_text(
            json.dumps({"version": "0.1", "storage": storage, "http": {"addr": address}})
        )
        command = [str(find("usr/bin/docker-registry")), "serve", str(config)]
        with ChildProcess("docker-registry", command, env={}):
            wait_for(
                lambda answer: answer is not None and answer.ok,
                lambda: _get(f"http://{address}/v2/"),
                timeout_seconds=SECONDS,
            )
            yield address


def _get(url: str) -> requests.Response | None:
    try:
        return requests.get(url, timeout=SECONDS)
    except requests.ConnectionError:
        return None


class Run(Protocol):
    """A running container."""

    @property
    def pid(self) -> int:
        """The process ID of the server, in this process's namespace."""

    def folder(self, place: str) -> Path:
        """Returns the path here of a volume."""

    def execute(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Runs a command in the container."""

    def terminate(self) -> None:
        """Sends SIGTERM to the server."""

    def wait(self) -> int:
        """Waits for the end of the server and returns its exit code."""

    def logs(self) -> str:
        """Returns the output of the server."""


class Engine(Protocol):
    """Runs containers of one image."""

    def run(
        self,
        options: Sequence[str],
        env: Mapping[str, str],
        arguments: Sequence[str],
        volumes: Mapping[str, Path],
    ) -> contextlib.AbstractContextManager[Run]:
        """Starts a container.

        Args:
            options: Options of `podman run` that only restrict the container.
            env: More variables.
            arguments: What follows the name of the image.
            volumes: Place in the container -> folder with the content.
        """


class Podman:
    """Podman with its storage and its configuration in a folder.

    Attributes:
        command: The program with the options that name the folder.
        env: The environment for it.
        folder: That folder.
    """

    def __init__(self, folder: Path) -> None:
        podman = find("usr/bin/podman")
        storage = [f"--{name}={folder / name}" for name in ("root", "runroot", "tmpdir")]
        self.command = [str(podman), *storage]
        top = podman.absolute().parents[2]
        self.folder = folder
        (folder / "registries.conf").write_text("unqualified-search-registries = []\n")
        policy = folder / ".config/containers/policy.json"
        policy.parent.mkdir(parents=True)
        policy.write_text(json.dumps({"default": [{"type": "insecureAcceptAnything"}]}))
        libraries = skopeo_environment(podman)["LD_LIBRARY_PATH"]
        # conmon runs podman when a container ends.
        (folder / "containers.conf").write_text(
            f"""[engine]
conmon_env_vars = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LD_LIBRARY_PATH={libraries}"]
conmon_path = ["{top}/usr/bin/conmon"]
helper_binaries_dir = ["{top}/usr/lib/podman"]
runtime = "runc"
events_logger = "none"
cgroup_manager = "cgroupfs"
[engine.runtimes]
runc = ["{top}/usr/sbin/runc"]
"""
        )
        self.env = {
            **skopeo_environment(podman),
            "HOME": str(folder),
            "CONTAINERS_CONF": str(folder / "containers.conf"),
            "CONTAINERS_REGISTRIES_CONF": str(folder / "registries.conf"),
            "TMPDIR": str(folder),
        }
        self.env.pop("XDG_RUNTIME_DIR", None)

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs podman to its end."""
        return subprocess.run(
            [*self.command, *arguments],
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )

    def check(self, *arguments: str) -> str:
        """Runs podman and returns its output; fails the test if podman fails."""
        done = self.call(*arguments)
        assert done.returncode == 0, f"podman {arguments}: {done.stderr}"
        return done.stdout.strip()

    def close(self) -> None:
        """Ends all containers and unmounts their storage."""
        self.call("rm", "--all", "--force", "--time=0")
        self.call("umount", "--all", "--force")
        self.call("rmi", "--all", "--force")
        subprocess.run(["umount", self.folder / "root/overlay"], capture_output=True, check=False)


@contextlib.contextmanager
def podman() -> Iterator[Podman]:
    """Yields a podman; removes its storage in the end."""
    # A short path: podman limits the length.
    folder = Path(tempfile.mkdtemp(prefix="podman-", dir="/tmp"))
    engine = Podman(folder)
    try:
        yield engine
    finally:
        engine.close()
        shutil.rmtree(folder)


@dataclasses.dataclass(frozen=True)
class PodmanRun:
    """A running container; see Run."""

    podman: Podman
    name: str
    volumes: Mapping[str, Path]

    @property
    def pid(self) -> int:
        """The process ID of the server, in this process's namespace."""
        return int(self.inspect("{{.State.Pid}}"))

    def inspect(self, format: str) -> str:
        """Returns what podman knows of the container, by a Go template."""
        return self.podman.check("inspect", f"--format={format}", self.name)

    def folder(self, place: str) -> Path:
        """Returns the path here of a volume."""
        return self.volumes[place]

    def execute(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Runs a command in the container."""
        return self.podman.call("exec", self.name, *command)

    def terminate(self) -> None:
        """Sends SIGTERM to the server."""
        self.podman.check("kill", "--signal=TERM", self.name)

    def wait(self) -> int:
        """Waits for the end of the server and returns its exit code."""
        return int(self.podman.check("wait", self.name))

    def logs(self) -> str:
        """Returns the output of the server."""
        done = self.podman.call("logs", self.name)
        return done.stdout + done.stderr


class PodmanEngine:
    """Runs an image that podman has."""

    def __init__(self, podman: Podman, image: str) -> None:
        self._podman = podman
        self._image = image

    def why_not(self) -> str:
        """Returns why containers cannot run here, or ""."""
        done = self._podman.call("run", "--rm", "--network=host", *LIMITS, self._image, "--version")
        return done.stderr.strip() if done.returncode else ""

    @contextlib.contextmanager
    def run(
        self,
        options: Sequence[str],
        env: Mapping[str, str],
        arguments: Sequence[str],
        volumes: Mapping[str, Path],
    ) -> Iterator[PodmanRun]:
        """Starts a container; see Engine."""
        name = self._podman.check(
            "run",
            "--detach",
            "--log-driver=k8s-file",
            "--network=host",
            *LIMITS,
            *options,
            *(f"--env={variable}={value}" for variable, value in env.items()),
            *(f"--volume={path}:{place}" for place, path in volumes.items()),
            self._image,
            *arguments,
        )
        try:
            yield PodmanRun(self._podman, name, volumes)
        finally:
            self._podman.check("rm", "--force", "--time=0", name)


@dataclasses.dataclass(frozen=True)
class _ChrootRun:
    process: ChildProcess
    root: Path
    start: Callable[[Sequence[str]], subprocess.CompletedProcess[str]]

    @property
    def pid(self) -> int:
        return self.process.pid

    def folder(self, place: str) -> Path:
        return self.root / place.lstrip("/")

    def execute(self, *command: str) -> subprocess.CompletedProcess[str]:
        return self.start(command)

    def terminate(self) -> None:
        os.kill(self.pid, signal.SIGTERM)

    def wait(self) -> int:
        code = wait_for(
            lambda code: code is not None,
            lambda: self.process.exit_code,
            timeout_seconds=SECONDS,
        )
        assert code is not None
        return code

    def logs(self) -> str:
        return "\n".join(self.process.lines())


class ChrootEngine:
    """Runs the program of an image in its unpacked root, without the isolation of a container."""

    def __init__(self, archive: Path, root: Path) -> None:
        image = Image(archive)
        self._config = image.config["config"]
        self._root = root
        for blob in image.manifest["layers"]:
            data = io.BytesIO(image.read(image.blob(blob["digest"])))
            with tarfile.open(fileobj=data) as layer:
                layer.extractall(root, numeric_owner=True)

    def _command(self, command: Sequence[str]) -> list[str]:
        user, _, group = self._config["User"].partition(":")
        root = str(self._root)
        mounted = ["unshare", "--mount", "sh", "-c", _CHROOT, root]
        return [*mounted, f"--userspec={user}:{group}", root, *command]

    def _env(self, env: Mapping[str, str]) -> dict[str, str]:
        variables = dict(variable.split("=", 1) for variable in self._config["Env"])
        return {**variables, **env}

    @contextlib.contextmanager
    def run(
        self,
        options: Sequence[str],
        env: Mapping[str, str],
        arguments: Sequence[str],
        volumes: Mapping[str, Path],
    ) -> Iterator[Run]:
        """Starts the program; see Engine. Ignores the options."""
        for place, path in volumes.items():
            target = self._root / place.lstrip("/")
            shutil.copytree(path, target)
            target.chmod(path.stat().st_mode)
        # Where chroot itself is.
        variables = self._env({**env, "PATH": f"{os.environ['PATH']}:/usr/sbin"})

        def start(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                self._command(command),
                env=variables,
                capture_output=True,
                text=True,
                check=False,
            )

        command = self._command([*self._config["Entrypoint"], *arguments])
        try:
            with ChildProcess("server", command, env=variables) as process:
                yield _ChrootRun(process, self._root, start)
        finally:
            for place in volumes:
                shutil.rmtree(self._root / place.lstrip("/"))
