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
    requests = re.search(
        r"^requests: .* (\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout",
        output,
        re.MULTILINE,
    )
    codes = re.search(
        r"^status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", output, re.MULTILINE
    )
    if requests is None or codes is None or not int(requests[1]):
        raise ValueError(output)
    # `failed` includes those that errored and timed out.
    return int(requests[2]) + sum(int(number) for number in codes.groups()[1:])


def h2load_data_bytes(output: str) -> int:
    """Returns the bytes of the bodies of all responses.

    Raises:
        ValueError: The output has no numbers.
    """
    traffic = re.search(r"^traffic: .* \((\d+)\) data$", output, re.MULTILINE)
    if traffic is None:
        raise ValueError(output)
    return int(traffic[1])
