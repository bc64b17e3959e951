# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The parts of a start of the model server, from its log, and statistics.

The server prints one line when its first model has become available:

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
    """One start in milliseconds, divided into consecutive parts.

    Attributes:
        process: From the process's start to `main`: the kernel and the dynamic linker, which loads
            TensorFlow's libraries and runs their initialisers.
        tensorflow: From `main` until both ports are open: flags, TensorFlow's devices, servers.
        s3: From there until the first answer to "which versions are there?".
        load: From there until the model is available.
        answer: From there until a client has the first correct answer.
    """

    process: float
    tensorflow: float
    s3: float
    load: float
    answer: float

    @property
    def total(self) -> float:
        """From the process's start to the first correct answer."""
        return self.process + self.tensorflow + self.s3 + self.load + self.answer


def parse_startup(line: str, answered: float) -> StartupParts:
    """Divides a start into its parts.

    Args:
        line: The server's log line, with whatever stands before and after.
        answered: The milliseconds from the process's start to the first correct answer. An answer
            can overtake the log line; it then counts as given when the model was available.

    Raises:
        ValueError: `line` is not that line, or its moments are not in their order.
    """
    match = _LINE.search(line)
    if match is None:
        raise ValueError(f"this line does not tell the parts of a start: {line!r}")
    moments = [0.0, *map(float, match.groups())]
    if moments != sorted(moments):
        raise ValueError(f"the moments of a start are out of order: {line!r}")
    moments.append(max(moments[-1], answered))
    parts = [later - earlier for earlier, later in itertools.pairwise(moments)]
    return StartupParts(*parts)


def summarise(runs: Sequence[StartupParts]) -> dict[str, dict[str, float]]:
    """Returns minimum, median and maximum in milliseconds, for each part and for the total.

    Raises:
        ValueError: There is no run.
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
    """Returns the table of the result of `summarise`."""
    rows = [f"{'part':<12}{'min ms':>10}{'median ms':>12}{'max ms':>10}"]
    rows += [
        f"{name:<12}{row['min']:>10.1f}{row['median']:>12.1f}{row['max']:>10.1f}"
        for name, row in summary.items()
    ]
    return "\n".join(rows)
