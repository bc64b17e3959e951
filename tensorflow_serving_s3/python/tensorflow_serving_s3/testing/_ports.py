# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Free loopback ports for servers that must be told theirs before they start."""

import random
import socket
from pathlib import Path

_LOWEST = 10_240
_EPHEMERAL_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_ATTEMPTS = 1_000


def pick_free_ports(count: int, *, companion_offset: int = 0) -> tuple[int, ...]:
    """Picks different TCP ports that nothing on 127.0.0.1 uses at this moment.

    They lie below the range from which the kernel serves outgoing connections, so that none of
    those takes a port between this call and the server's start. Another program that picks ports
    still could: start again then.

    Args:
        count: How many ports.
        companion_offset: When not 0, every port plus this number is free, too.

    Raises:
        RuntimeError: There are not that many.
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
        # As servers do: connections of an earlier server that linger do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
