# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The age of a process."""

import os
import time
from pathlib import Path


def age_seconds(pid: int) -> float:
    """Returns the age of a process, with the kernel's precision of 10 ms, same as the server."""
    # Field 22 of proc(5). Field 2, the name of the program in parentheses, may contain spaces.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    started = int(fields[22 - 3]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started
