# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Machines with addresses of their own, which a bridge connects with this process.

Each machine is a network namespace. This process must be in a private network; see
private_network.py.

Example:
    with Network(["10.0.0.11", "10.0.0.12"]) as network:
        subprocess.run([*network.machines[0].enter, "some-server"])
        network.machines[0].cut_off()
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from runfiles import Runfiles
from tensorflow_serving_s3._process import ChildProcess

from tests.e2e.waiting import wait_for

_GATEWAY = "10.0.0.1"
_BITS = 24


@dataclasses.dataclass(frozen=True)
class Machine:
    """A network namespace.

    Attributes:
        address: Its address.
        enter: The start of a command that runs a program in it.
        link: The name of its cable at the bridge.
    """

    address: str
    enter: tuple[str, ...]
    link: str

    def cut_off(self) -> None:
        """Disconnects the machine: packets are lost in both directions."""
        _ip("link", "set", self.link, "down")

    def reconnect(self) -> None:
        """Connects the machine again."""
        _ip("link", "set", self.link, "up")


class Network:
    """A bridge and machines; a `with` block sets them up.

    Attributes:
        gateway: The address of this process for the machines.
        machines: The machines, in the order of their addresses.
    """

    gateway = _GATEWAY

    def __init__(self, addresses: Sequence[str]) -> None:
        """Plans a machine for each address, which must be in 10.0.0.0/24."""
        self.machines: list[Machine] = []
        self._addresses = addresses
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        """Makes the network."""
        _ip("link", "add", "bridge", "type", "bridge")
        _ip("address", "add", f"{_GATEWAY}/{_BITS}", "dev", "bridge")
        _ip("link", "set", "bridge", "up")
        with self._stack:
            for number, address in enumerate(self._addresses, 1):
                self.machines.append(self._make_machine(f"machine{number}", address))
            self._stack = self._stack.pop_all()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Removes the network."""
        self._stack.close()
        _ip("link", "delete", "bridge")

    def _make_machine(self, link: str, address: str) -> Machine:
        # The namespace exists as long as this process.
        keeper = self._stack.enter_context(
            ChildProcess(link, ["unshare", "--net", "sleep", "infinity"], env=dict(os.environ))
        )
        own = os.readlink("/proc/self/ns/net")
        wait_for(lambda name: name != own, lambda: os.readlink(f"/proc/{keeper.pid}/ns/net"))
        enter = ("nsenter", f"--net=/proc/{keeper.pid}/ns/net", "--")
        _ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", str(keeper.pid))
        _ip("link", "set", link, "master", "bridge", "up")
        _ip("link", "set", "lo", "up", enter=enter)
        _ip("address", "add", f"{address}/{_BITS}", "dev", "eth0", enter=enter)
        _ip("link", "set", "eth0", "up", enter=enter)
        return Machine(address, enter, link)


def enable_loopback() -> None:
    """Makes 127.0.0.1 usable in a new network namespace."""
    _ip("link", "set", "lo", "up")


def _ip(*arguments: str, enter: Sequence[str] = ()) -> None:
    """Runs `ip` of iproute2."""
    runfiles = Runfiles.Create()
    program = runfiles.Rlocation("iproute2/bin/ip") if runfiles else None
    if program is None:
        raise RuntimeError("iproute2/bin/ip: not found in Bazel's runfiles")
    root = Path(program).parents[1]
    libraries = [root / "lib/x86_64-linux-gnu", root / "usr/lib/x86_64-linux-gnu"]
    environment = {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, libraries))}
    done = subprocess.run(
        [*enter, program, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
