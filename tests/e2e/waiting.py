# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Waiting for what becomes true by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_PAUSE_SECONDS = 0.02


def wait_for(
    wanted: Callable[[T], bool], observe: Callable[[], T], *, timeout_seconds: float = 30.0
) -> T:
    """Observes again and again until it is as wanted, and returns what was observed.

    Example:
        wait_for(lambda code: code == 200, lambda: clients.get(server, "/readyz").status_code)

    Raises:
        TimeoutError: It never was in that time; the message tells what was observed last.
    """
    deadline = time.monotonic() + timeout_seconds
    while not wanted(observed := observe()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {timeout_seconds:g} s there is still {observed!r}")
        time.sleep(_PAUSE_SECONDS)
    return observed
