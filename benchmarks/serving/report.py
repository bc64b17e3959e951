# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The measurements of the ways to run a model, and their table."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Sequence

BASELINE = "Session::Run"


@dataclasses.dataclass(frozen=True)
class Measurement:
    """The measurements of one run, or their medians over several runs.

    Attributes:
        per_second: The answered requests per second.
        p50_ms: The median of the durations of requests.
        p99_ms: The 99th percentile of the durations of requests.
        cpu_us: The processor time of the program for a request, in microseconds.
    """

    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float = 0.0


def median(runs: Sequence[Measurement]) -> Measurement:
    """Returns the median of each number."""
    return Measurement(
        *(
            statistics.median(getattr(run, field.name) for run in runs)
            for field in dataclasses.fields(Measurement)
        )
    )


@dataclasses.dataclass(frozen=True)
class Row:
    """A row of the table.

    Attributes:
        model: The name of the model.
        way: BASELINE, another way without a server, or a protocol.
        program: The name of the program that answered.
        measured: The measurements.
        rss_mib: The resident memory of the program after the runs.
        ratio: The requests per second, divided by those of the baseline of the same model.
        ours: The requests per second of this project's server by the same protocol, divided by
            those of this row. None without a server.
    """

    model: str
    way: str
    program: str
    measured: Measurement
    rss_mib: float
    ratio: float
    ours: float | None


def as_table(rows: Sequence[Row]) -> str:
    """Returns the rows as a table in Markdown."""
    lines = [
        "| model | way | program | requests/s | p50 ms | p99 ms | CPU us | RSS MiB |"
        f" to {BASELINE} | ours to this |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        measured = row.measured
        ours = "" if row.ours is None else f"{row.ours:.2f}"
        lines.append(
            f"| {row.model} | {row.way} | {row.program} | {measured.per_second:,.0f} |"
            f" {measured.p50_ms:.3f} | {measured.p99_ms:.3f} | {measured.cpu_us:.1f} |"
            f" {row.rss_mib:.0f} | {row.ratio:.2f} | {ours} |"
        )
    return "\n".join(lines)
