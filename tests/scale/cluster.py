# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Three model servers behind HAProxy, with the configuration of docker/haproxy.

Each server is on a machine of its own (network.py), with an S3 server that all of them can reach.
Without network namespaces, the servers use ports of 127.0.0.1, and a server that is cut off is
paused.
"""

from __future__ import annotations

import contextlib
import os
import signal
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import requests
from tensorflow_serving_s3._process import ChildProcess
from tensorflow_serving_s3._programs import MODEL_SERVER, find_program
from tensorflow_serving_s3.errors import ProgramError
from tensorflow_serving_s3.testing._ports import pick_free_ports
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from tests.e2e.waiting import wait_for
from tests.scale.balancer import Balancer, users_config
from tests.scale.network import Machine, Network

SECONDS = 120.0
_REST, _GRPC, _STATISTICS, _STORE = 8501, 8500, 8404, 9000
_ADDRESSES = ("10.0.0.11", "10.0.0.12", "10.0.0.13")
_BACKENDS = ("rest", "grpc")
_STORE_CONFIG = """\
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s

listen store
  bind {gateway}:{port}
  server store {store}
"""


class Replica:
    """A model server that can be started, ended and cut off several times.

    Attributes:
        name: Its name in the configuration of HAProxy.
        rest: The address and the port for REST.
        grpc: The address and the port for gRPC.
    """

    def __init__(
        self,
        name: str,
        rest: str,
        grpc: str,
        *,
        flags: Sequence[str],
        env: dict[str, str],
        machine: Machine | None,
    ) -> None:
        """Takes the flags besides those of the ports. Without a machine: on this one."""
        self.name = name
        self.rest = rest
        self.grpc = grpc
        self._flags = tuple(flags)
        self._env = env
        self._machine = machine
        self._process: ChildProcess | None = None

    def start(self) -> None:
        """Starts the server, which is not running."""
        ports = [
            f"--{flag}={address.rpartition(':')[2]}"
            for flag, address in (("rest_api_port", self.rest), ("port", self.grpc))
        ]
        enter = self._machine.enter if self._machine is not None else ()
        command = [*enter, str(find_program(MODEL_SERVER)), *ports, *self._flags]
        self._process = ChildProcess(self.name, command, env=self._env)

    def wait_until_ready(self) -> None:
        """Blocks until the server has loaded its models.

        Raises:
            ProgramError: It has ended.
        """
        wait_for(bool, self._is_ready, timeout_seconds=SECONDS)

    def _is_ready(self) -> bool:
        code = self._running.exit_code
        if code is not None:
            raise ProgramError(f"{self.name} ended with exit code {code}", self.log_tail())
        try:
            return requests.get(f"http://{self.rest}/readyz", timeout=SECONDS).status_code == 200
        except requests.ConnectionError:
            return False

    def stop(self) -> int:
        """Ends the server as an operator does, and returns its exit code."""
        return self._running.stop(grace_seconds=SECONDS)

    def kill(self) -> None:
        """Ends the server at once."""
        self._running.stop(signal.SIGKILL)

    def cut_off(self) -> None:
        """Disconnects the server from HAProxy and from the store."""
        if self._machine is not None:
            self._machine.cut_off()
        else:
            os.kill(self._running.pid, signal.SIGSTOP)

    def reconnect(self) -> None:
        """Undoes `cut_off`."""
        if self._machine is not None:
            self._machine.reconnect()
        else:
            os.kill(self._running.pid, signal.SIGCONT)

    def versions(self, model: str) -> set[int]:
        """Returns the available versions of a model."""
        status = requests.get(f"http://{self.rest}/v1/models/{model}", timeout=SECONDS).json()
        return {
            int(entry["version"])
            for entry in status.get("model_version_status", [])
            if entry["state"] == "AVAILABLE"
        }

    def wait_for_versions(self, model: str, versions: set[int]) -> None:
        """Blocks until exactly these versions of a model are available."""
        wait_for(
            lambda available: available == versions,
            lambda: self.versions(model),
            timeout_seconds=SECONDS,
        )

    def log_tail(self, count: int = 30) -> tuple[str, ...]:
        """Returns the last lines of its log."""
        return self._process.tail(count) if self._process is not None else ()

    @property
    def _running(self) -> ChildProcess:
        if self._process is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._process


class Cluster:
    """The replicas and their balancer.

    Attributes:
        balancer: HAProxy.
        replicas: The three servers.
        rest_url: The URL of HAProxy for REST.
        grpc_address: The address of HAProxy for gRPC.
    """

    def __init__(
        self, balancer: Balancer, replicas: list[Replica], rest_url: str, grpc_address: str
    ) -> None:
        """Takes the parts, which run."""
        self.balancer = balancer
        self.replicas = replicas
        self.rest_url = rest_url
        self.grpc_address = grpc_address

    def wait_until(self, replica: Replica, status: str) -> None:
        """Blocks until both backends of HAProxy have this status of a replica: UP, NOLB, DOWN."""
        wait_for(
            lambda found: found == {backend: status for backend in _BACKENDS},
            lambda: self._statuses(replica),
            timeout_seconds=SECONDS,
        )

    def wait_until_used(self, *, requests_each: int) -> None:
        """Blocks until each replica has answered this many more requests by REST and by gRPC."""
        before = self.balancer.servers()
        wait_for(
            lambda answered: min(answered.values()) >= requests_each,
            lambda: {
                key: server.answered - before[key].answered
                for key, server in self.balancer.servers().items()
                if key[0] in _BACKENDS
            },
            timeout_seconds=SECONDS,
        )

    def _statuses(self, replica: Replica) -> dict[str, str]:
        servers = self.balancer.servers()
        return {
            backend: servers[backend, replica.name].status
            for backend in _BACKENDS
            if (backend, replica.name) in servers
        }


@contextlib.contextmanager
def running_cluster(storage: SeaweedFS, folder: Path, flags: Sequence[str]) -> Iterator[Cluster]:
    """Runs HAProxy and the replicas, and waits until HAProxy uses all of them.

    Args:
        storage: The S3 server.
        folder: A folder for files.
        flags: The flags of the replicas besides those of their ports.
    """
    reason = os.environ.get("TFS3_NO_NAMESPACES")
    with contextlib.ExitStack() as stack:
        if reason:
            warnings.warn(f"the replicas share one address: {reason}", stacklevel=2)
            cluster = _on_ports(storage, folder, flags)
        else:
            network = stack.enter_context(Network(_ADDRESSES))
            cluster = _on_machines(network, storage, folder, flags)
        stack.enter_context(cluster.balancer)
        for replica in cluster.replicas:
            replica.start()
            stack.callback(replica.kill)
        try:
            for replica in cluster.replicas:
                replica.wait_until_ready()
                cluster.wait_until(replica, "UP")
            yield cluster
        finally:
            # pytest prints this if the test fails.
            print("HAProxy", *cluster.balancer.log_tail(), sep="\n  ")
            for replica in cluster.replicas:
                print(replica.name, *replica.log_tail(), sep="\n  ")


def _on_machines(
    network: Network, storage: SeaweedFS, folder: Path, flags: Sequence[str]
) -> Cluster:
    # The S3 server listens at 127.0.0.1 only.
    store = storage.endpoint.removeprefix("http://")
    store_config = folder / "store.cfg"
    store_config.write_text(_STORE_CONFIG.format(gateway=network.gateway, port=_STORE, store=store))
    env = _environment(storage, f"http://{network.gateway}:{_STORE}")
    replicas = [
        Replica(
            f"replica-{number}",
            f"{machine.address}:{_REST}",
            f"{machine.address}:{_GRPC}",
            flags=flags,
            env=env,
            machine=machine,
        )
        for number, machine in enumerate(network.machines, 1)
    ]
    balancer = Balancer([users_config(), store_config])
    return Cluster(balancer, replicas, f"http://127.0.0.1:{_REST}", f"127.0.0.1:{_GRPC}")


def _on_ports(storage: SeaweedFS, folder: Path, flags: Sequence[str]) -> Cluster:
    rest, grpc, statistics, *others = pick_free_ports(3 + 2 * len(_ADDRESSES))
    text = users_config().read_text()
    for port, free in ((_REST, rest), (_GRPC, grpc)):
        text = text.replace(f"bind :{port}", f"bind 127.0.0.1:{free}")
    text = text.replace(f"127.0.0.1:{_STATISTICS}", f"127.0.0.1:{statistics}")
    # The checks go to the REST port of each server.
    text = text.replace(f" port {_REST}\n", "\n")
    replicas = []
    for number, address in enumerate(_ADDRESSES, 1):
        ports = [others.pop(), others.pop()]
        text = text.replace(f"{address}:{_REST}", f"127.0.0.1:{ports[0]}")
        text = text.replace(f"{address}:{_GRPC}", f"127.0.0.1:{ports[1]} port {ports[0]}")
        replicas.append(
            Replica(
                f"replica-{number}",
                f"127.0.0.1:{ports[0]}",
                f"127.0.0.1:{ports[1]}",
                flags=flags,
                env=_environment(storage, storage.endpoint),
                machine=None,
            )
        )
    config = folder / "haproxy.cfg"
    config.write_text(text)
    balancer = Balancer([config], statistics_url=f"http://127.0.0.1:{statistics}/stats")
    return Cluster(balancer, replicas, f"http://127.0.0.1:{rest}", f"127.0.0.1:{grpc}")


def _environment(storage: SeaweedFS, endpoint: str) -> dict[str, str]:
    return {
        **storage.env(),
        "AWS_ENDPOINT_URL_S3": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PATH": os.environ["PATH"],
    }
