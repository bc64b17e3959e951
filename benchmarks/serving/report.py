# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The measurements of the ways to run a model, and their table."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

BASELINE = "Session::Run"


@dataclasses.dataclass(frozen=True)
class Measurement:
    """The measurements of one run.

    Attributes:
        per_second: The answered requests per second.
        p50_ms: The median of the durations of requests.
        p99_ms: The 99th percentile of the durations of requests.
    """

    per_second: float
    p50_ms: float
    p99_ms: float


@dataclasses.dataclass(frozen=True)
class Row:
    """A row of the table.

    Attributes:
        model: The name of the model.
        way: BASELINE or a protocol.
        measured: The measurements.
        rss_mib: The resident memory of the process after the run.
        ratio: The requests per second, divided by those of the baseline of the same model.
    """

    model: str
    way: str
    measured: Measurement
    rss_mib: float
    ratio: float


def as_table(rows: Sequence[Row]) -> str:
    """Returns the rows as a table in Markdown."""
    lines = [
        "| model | way | requests/s | p50 ms | p99 ms | RSS MiB | ratio |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        measured = row.measured
        lines.append(
            f"| {row.model} | {row.way} | {measured.per_second:,.0f} | {measured.p50_ms:.3f} |"
            f" {measured.p99_ms:.3f} | {row.rss_mib:.0f} | {row.ratio:.2f} |"
        )
    return "\n".join(lines)
