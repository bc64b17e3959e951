# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Parses the durations of the parts of a server start from the log, and computes statistics.

The server logs one line when its first model is available:

    startup milliseconds since process start: main=A ports=C listed=D loaded=E
"""

from __future__ import annotations

import dataclasses
import itertools
import re
import statistics
from collections.abc import Mapping, Sequence

PATTERN = r"startup milliseconds since process start: "
_NUMBER = r"([0-9]+(?:\.[0-9]+)?)"
_LINE = re.compile(
    f"{PATTERN}main={_NUMBER} ports={_NUMBER} listed={_NUMBER} loaded={_NUMBER}(?![0-9.])"
)


@dataclasses.dataclass(frozen=True)
class StartupParts:
    """The consecutive parts of one start, in milliseconds.

    Attributes:
        process: From the start of the process to `main`: the kernel and the dynamic linker, which
            loads the libraries of TensorFlow and runs their initialisers.
        tensorflow: Until both ports are open: flags, devices of TensorFlow, servers.
        s3: Until the first listing of versions is received.
        load: Until the model is available.
        answer: Until a client has the first correct response.
    """

    process: float
    tensorflow: float
    s3: float
    load: float
    answer: float

    @property
    def total(self) -> float:
        """From the start of the process to the first correct response."""
        return self.process + self.tensorflow + self.s3 + self.load + self.answer


def parse_startup(line: str, answered: float) -> StartupParts:
    """Parses the log line of a start.

    Args:
        line: A log line that contains the parts.
        answered: The milliseconds from the start of the process to the first correct response. If
            this is before the time of `loaded`, the time of `loaded` is used.

    Raises:
        ValueError: `line` does not contain the parts, or its times are not in order.
    """
    match = _LINE.search(line)
    if match is None:
        raise ValueError(f"this line does not contain the parts of a start: {line!r}")
    times = [0.0, *map(float, match.groups())]
    if times != sorted(times):
        raise ValueError(f"the times of a start are out of order: {line!r}")
    times.append(max(times[-1], answered))
    parts = [later - earlier for earlier, later in itertools.pairwise(times)]
    return StartupParts(*parts)


def summarise(runs: Sequence[StartupParts]) -> dict[str, dict[str, float]]:
    """Returns the minimum, the median and the maximum of each part and of the total.

    Raises:
        ValueError: `runs` is empty.
    """
    if not runs:
        raise ValueError("no run to summarise")
    columns = {
        field.name: [getattr(run, field.name) for run in runs]
        for field in dataclasses.fields(StartupParts)
    }
    columns["total"] = [run.total for run in runs]
    return {
        name: {
            "min": round(min(values), 1),
            "median": round(statistics.median(values), 1),
            "max": round(max(values), 1),
        }
        for name, values in columns.items()
    }


def as_table(summary: Mapping[str, Mapping[str, float]]) -> str:
    """Returns the result of `summarise` as a text table."""
    rows = [f"{'part':<12}{'min ms':>10}{'median ms':>12}{'max ms':>10}"]
    rows += [
        f"{name:<12}{row['min']:>10.1f}{row['median']:>12.1f}{row['max']:>10.1f}"
        for name, row in summary.items()
    ]
    return "\n".join(rows)
