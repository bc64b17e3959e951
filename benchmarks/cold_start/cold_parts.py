# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The parts of a cold start, from the server's log and its page of metrics, and their table."""

from __future__ import annotations

import dataclasses
import re
import statistics
from collections.abc import Mapping, Sequence

from benchmarks.startup.startup_parts import parse_startup

_SAMPLE = re.compile(r"^(\S+?)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
_STAGE = ":tensorflow:cc:saved_model:load_latency_by_stage_sum"


@dataclasses.dataclass(frozen=True)
class ColdStart:
    """One start until /readyz answers 200, in milliseconds.

    It begins with the start of the process or, in a container, with the command that creates it.

    Attributes:
        process: Until `main`: the system reads the program and TensorFlow's libraries.
        ports: Until both ports are open.
        listing: Until the versions are listed.
        graph: TensorFlow reads the graph.
        variables: TensorFlow restores the variables while the S3 client downloads them.
        initialise: TensorFlow runs the initialisers of the model.
        warmup: The server sends the requests of the model's warmup file.
        rest: All others: the check that the version is complete, the last poll of /readyz.
        gets: The GET requests to S3.
        lists: The LIST requests to S3.
        mebibytes: What S3 sent.
        container: Until the container exists and starts the process; 0 without a container.
    """

    process: float
    ports: float
    listing: float
    graph: float
    variables: float
    initialise: float
    warmup: float
    rest: float
    gets: int
    lists: int
    mebibytes: float
    container: float = 0.0

    @property
    def total(self) -> float:
        """The sum of the times."""
        return (
            self.container
            + self.process
            + self.ports
            + self.listing
            + self.graph
            + self.variables
            + self.initialise
            + self.warmup
            + self.rest
        )


def parse_cold_start(startup_line: str, metrics: str, ready: float) -> ColdStart:
    """Computes the parts of a start.

    Args:
        startup_line: The server's log line of its start.
        metrics: The server's page of metrics.
        ready: The milliseconds from the start of the process until /readyz answered 200.

    Raises:
        ValueError: The line or the page does not have the values.
    """
    start = parse_startup(startup_line, ready)
    restore = _sum(metrics, _STAGE, stage="restore_graph") / 1000.0
    initialise = _sum(metrics, _STAGE, stage="init_graph") / 1000.0
    load = _sum(metrics, ":tensorflow:cc:saved_model:load_latency") / 1000.0
    warmup = _sum(metrics, ":tensorflow:serving:model_warmup_latency_sum") / 1000.0
    before = start.process + start.tensorflow + start.s3
    return ColdStart(
        process=start.process,
        ports=start.tensorflow,
        listing=start.s3,
        graph=load - restore - initialise,
        variables=restore,
        initialise=initialise,
        warmup=warmup,
        rest=ready - before - load - warmup,
        gets=int(_sum(metrics, "tf_serving_s3_requests_total", operation="GetObject")),
        lists=int(_sum(metrics, "tf_serving_s3_requests_total", operation="ListObjectsV2")),
        mebibytes=_sum(metrics, "tf_serving_s3_received_bytes_total") / (1 << 20),
    )


def in_container(start: ColdStart, *, forked: float, running: float) -> ColdStart:
    """Adds the time that a container needs.

    Args:
        start: The parts since the kernel's start of the process. That is earlier than the start of
            the program: the runtime of the container prepares the process first.
        forked: The milliseconds from the command until the kernel's start of the process.
        running: The milliseconds from the command until the start of the program.
    """
    return dataclasses.replace(start, container=running, process=start.process - (running - forked))


def as_table(columns: Mapping[str, Sequence[ColdStart]]) -> str:
    """Returns a table in Markdown with the median of each part.

    Args:
        columns: The runs by the heading of their column. The table has a row `container` if one of
            them ran in a container.
    """
    contained = any(run.container for runs in columns.values() for run in runs)
    lines = [
        f"| part | {' | '.join(columns)} |",
        f"| --- |{' ---: |' * len(columns)}",
    ]
    for name, unit in (
        *([("container", "ms")] if contained else []),
        *((name, "ms") for name in ("process", "ports", "listing", "graph", "variables")),
        *((name, "ms") for name in ("initialise", "warmup", "rest", "total")),
        ("gets", "requests"),
        ("lists", "requests"),
        ("mebibytes", "MiB"),
    ):
        medians = [
            statistics.median(getattr(run, name) for run in runs) for runs in columns.values()
        ]
        lines.append(f"| {name}, {unit} | {' | '.join(f'{median:,.0f}' for median in medians)} |")
    return "\n".join(lines)


def _sum(metrics: str, metric: str, **labels: str) -> float:
    """Returns the sum of a metric over all samples with these labels."""
    wanted = [f'{name}="{value}"' for name, value in labels.items()]
    found = [
        float(match[3])
        for match in _SAMPLE.finditer(metrics)
        if match[1] == metric and all(label in (match[2] or "") for label in wanted)
    ]
    if not found:
        raise ValueError(f"the page of metrics has no {metric} with {labels}")
    return sum(found)
