# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Waits for conditions."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_PAUSE_SECONDS = 0.02


def wait_for(
    wanted: Callable[[T], bool], observe: Callable[[], T], *, timeout_seconds: float = 30.0
) -> T:
    """Calls `observe` until `wanted` is true of the result, and returns the result.

    Example:
        wait_for(lambda code: code == 200, lambda: clients.get(server, "/readyz").status_code)

    Raises:
        TimeoutError: `wanted` was not true in time. The message contains the last result.
    """
    deadline = time.monotonic() + timeout_seconds
    while not wanted(observed := observe()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {timeout_seconds:g} s there is still {observed!r}")
        time.sleep(_PAUSE_SECONDS)
    return observed
