# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Measurements of the ways to run a model, and their table."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

BASELINE = "Session::Run"


@dataclasses.dataclass(frozen=True)
class Measurement:
    """Measurements of one run.

    Attributes:
        per_second: The requests that were answered in a second.
        p50_ms: The median of the times from a request to its answer.
        p99_ms: What 99 of 100 requests took at most.
    """

    per_second: float
    p50_ms: float
    p99_ms: float


@dataclasses.dataclass(frozen=True)
class Row:
    """A row of the table.

    Attributes:
        model: The name of the model.
        way: How it was run: BASELINE, or a protocol.
        measured: The numbers.
        rss_mib: The resident memory of the process that ran the model, afterwards.
        ratio: The requests a second as a share of the baseline's of the same model.
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
