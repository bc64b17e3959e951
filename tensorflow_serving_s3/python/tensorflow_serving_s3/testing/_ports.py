# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Finds free loopback ports for servers that need a port number at their start."""

import random
import socket
from pathlib import Path

_LOWEST = 10_240
_EPHEMERAL_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_ATTEMPTS = 1_000


def pick_free_ports(count: int, *, companion_offset: int = 0) -> tuple[int, ...]:
    """Picks different free TCP ports of 127.0.0.1.

    The ports are below the range from which the kernel assigns ports to outgoing connections. So no
    connection takes a port before the server starts. Another program could take it: then start
    the server again.

    Args:
        count: The number of ports.
        companion_offset: If not 0, every port plus this offset is free, too.

    Raises:
        RuntimeError: There are not enough free ports.
    """
    highest = _lowest_ephemeral_port() - 1 - companion_offset
    picked: list[int] = []
    for _ in range(_ATTEMPTS):
        if len(picked) == count:
            return tuple(picked)
        port = random.randint(_LOWEST, highest)
        wanted = {port, port + companion_offset}
        taken = {*picked, *(other + companion_offset for other in picked)}
        if not wanted & taken and all(map(_is_free, wanted)):
            picked.append(port)
    raise RuntimeError(
        f"found only {len(picked)} of {count} free ports from {_LOWEST} to {highest}"
    )


def _lowest_ephemeral_port() -> int:
    try:
        return int(_EPHEMERAL_RANGE.read_text().split()[0])
    except FileNotFoundError:
        return 32_768


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # Same as servers: ignore closed connections of an earlier server.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
