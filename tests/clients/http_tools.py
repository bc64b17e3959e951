# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Reads the output of h2load."""

from __future__ import annotations

import re


def h2load_failures(output: str) -> int:
    """Returns how many requests failed, got no answer, or another HTTP status than 2xx.

    Raises:
        ValueError: The output has no numbers, or no request succeeded.
    """
    codes = re.search(
        r"^status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", output, re.MULTILINE
    )
    if codes is None or h2load_successes(output) == 0:
        raise ValueError(output)
    # `failed` includes those that errored and timed out.
    return _requests(output)[1] + sum(int(number) for number in codes.groups()[1:])


def h2load_successes(output: str) -> int:
    """Returns how many requests have an HTTP status of 2xx.

    Raises:
        ValueError: The output has no numbers.
    """
    return _requests(output)[0]


def h2load_data_bytes(output: str) -> int:
    """Returns the bytes of the bodies of all responses.

    Raises:
        ValueError: The output has no numbers.
    """
    traffic = re.search(r"^traffic: .* \((\d+)\) data$", output, re.MULTILINE)
    if traffic is None:
        raise ValueError(output)
    return int(traffic[1])


def _requests(output: str) -> tuple[int, int]:
    found = re.search(r"^requests: .* (\d+) succeeded, (\d+) failed, ", output, re.MULTILINE)
    if found is None:
        raise ValueError(output)
    return int(found[1]), int(found[2])
