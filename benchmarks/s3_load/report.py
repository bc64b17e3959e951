# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The measurements of the ways to load a model, and their table."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Sequence

LOCAL = "local disk"
PLUGIN = "this filesystem"
SERVER = "model server, start to AVAILABLE"
TENSORFLOW_IO = "tensorflow-io 0.37.1"
BOTO3 = "boto3 download, then load"


@dataclasses.dataclass(frozen=True)
class Run:
    """One load.

    Attributes:
        seconds: The duration.
        requests: The number of HTTP requests; None: not counted.
        beyond_mib: The peak memory in MiB without the variables of the model; None: not measured.
            That of a server includes the program.
        cpu_seconds: The processor time of the process. That of a server includes its start.
    """

    seconds: float
    requests: int | None
    beyond_mib: float | None
    cpu_seconds: float


@dataclasses.dataclass(frozen=True)
class Row:
    """A row of the table.

    Attributes:
        link: "loopback" or "S3-like"; "" for the local disk.
        way: The way in which the model was loaded.
        best: The time of the best run, in seconds.
        median: The median of all runs, in seconds.
        mb_per_second: The speed of the best run, in megabytes of the model per second.
        requests: The requests of the last run.
        beyond_mib: The maximum of all runs.
        cpu_seconds: The median of all runs.
        ratio: The best time divided by the best time of the first way over the same link.
    """

    link: str
    way: str
    best: float
    median: float
    mb_per_second: float
    requests: int | None
    beyond_mib: float | None
    cpu_seconds: float
    ratio: float | None


def make_row(
    link: str, way: str, runs: Sequence[Run], model_bytes: int, first: float | None
) -> Row:
    """Returns the row of one way.

    Args:
        link: See `Row`.
        way: See `Row`.
        runs: At least one.
        model_bytes: The size of the model.
        first: The best time of the first way over the same link in seconds; None: not measured.
    """
    best = min(run.seconds for run in runs)
    beyond = [run.beyond_mib for run in runs if run.beyond_mib is not None]
    return Row(
        link,
        way,
        best,
        statistics.median(run.seconds for run in runs),
        model_bytes / 1e6 / best,
        runs[-1].requests,
        max(beyond) if beyond else None,
        statistics.median(run.cpu_seconds for run in runs),
        best / first if first is not None else None,
    )


def as_table(rows: Sequence[Row]) -> str:
    """Returns the rows as a table in Markdown."""
    lines = [
        "| link | way | best s | median s | MB/s | requests | MiB beyond model | CPU s | ratio |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        requests = "" if row.requests is None else f"{row.requests}"
        beyond = "" if row.beyond_mib is None else f"{row.beyond_mib:.0f}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        lines.append(
            f"| {row.link} | {row.way} | {row.best:.2f} | {row.median:.2f} |"
            f" {row.mb_per_second:.0f} | {requests} | {beyond} | {row.cpu_seconds:.2f} | {ratio} |"
        )
    return "\n".join(lines)
