# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The processor time and the memory of a process with its children, from /proc."""

from __future__ import annotations

import os
from pathlib import Path

from tensorflow_serving_s3.errors import ProgramError

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Returns the processor time that a process and its running children have used."""
    ticks = 0
    for process in _with_children(pid):
        fields = _stat(process)
        ticks += int(fields[11]) + int(fields[12])  # utime and stime
    return ticks / _TICKS_PER_SECOND


def rss_mib(pid: int) -> float:
    """Returns the resident memory of a process and its children in MiB.

    Raises:
        ProgramError: The process has ended.
    """
    total = 0
    for process in _with_children(pid):
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
        resident = [line for line in lines if line.startswith("VmRSS:")]
        if not resident:
            raise ProgramError(f"/proc/{process}/status has no VmRSS; the process has ended")
        total += int(resident[0].split()[1])
    return total / 1024.0


def _with_children(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(process for child in children for process in _with_children(int(child)))]


def _stat(pid: int) -> list[str]:
    """Returns the fields of /proc/PID/stat after the name, from the state on."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
