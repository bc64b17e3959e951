# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs HAProxy and reads its statistics.

Example:
    with Balancer([Path("haproxy.cfg")]) as balancer:
        balancer.servers()["rest", "replica-1"].status  # "UP"
"""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import requests
from runfiles import Runfiles
from tensorflow_serving_s3._process import ChildProcess

_SECONDS = 30.0


@dataclasses.dataclass(frozen=True)
class Server:
    """What HAProxy says of one server of a backend.

    Attributes:
        status: UP; NOLB: gets no new requests; DOWN. A change may be pending: "UP 1/2".
        answered: The responses with the HTTP status 200.
        running: The requests in progress.
    """

    status: str
    answered: int
    running: int


class Balancer:
    """HAProxy. A `with` block runs it.

    Attributes:
        statistics_url: The URL of its page of statistics.
    """

    def __init__(
        self, configs: Sequence[Path], *, statistics_url: str = "http://127.0.0.1:8404/stats"
    ) -> None:
        """Takes configuration files, which HAProxy reads in this order."""
        self.statistics_url = statistics_url
        self._configs = configs
        self._process: ChildProcess | None = None

    def __enter__(self) -> Self:
        """Starts HAProxy.

        Raises:
            ProgramError: HAProxy does not start.
        """
        files = [part for config in self._configs for part in ("-f", str(config))]
        self._process = ChildProcess("haproxy", [*program(), "-db", *files], env=environment())
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stops HAProxy."""
        if self._process is not None:
            self._process.stop()

    def log_tail(self, count: int = 60) -> tuple[str, ...]:
        """Returns the last lines of the log: changes of servers, and requests that failed."""
        return self._process.tail(count) if self._process is not None else ()

    def servers(self) -> dict[tuple[str, str], Server]:
        """Returns the statistics by the names of the backend and of the server.

        Returns:
            Empty while HAProxy starts.
        """
        try:
            page = requests.get(f"{self.statistics_url};csv", timeout=_SECONDS)
        except requests.ConnectionError:
            return {}
        rows = csv.DictReader(page.text.removeprefix("# ").splitlines())
        return {
            (row["pxname"], row["svname"]): Server(
                row["status"], int(row["hrsp_2xx"] or 0), int(row["scur"])
            )
            for row in rows
            if row["svname"] not in ("FRONTEND", "BACKEND")
        }


def users_config() -> Path:
    """Returns the path of docker/haproxy/haproxy.cfg."""
    return _runfile("tf_serving_s3/docker/haproxy/haproxy.cfg")


def program() -> list[str]:
    """Returns the path of HAProxy."""
    return [str(_root() / "usr/sbin/haproxy")]


def environment() -> dict[str, str]:
    """Returns the environment with HAProxy's libraries."""
    return {"LD_LIBRARY_PATH": str(_root() / "usr/lib/x86_64-linux-gnu")}


def _root() -> Path:
    return _runfile("haproxy/usr/sbin/haproxy").parents[2]


def _runfile(path: str) -> Path:
    runfiles = Runfiles.Create()
    found = runfiles.Rlocation(path) if runfiles else None
    if found is None:
        raise RuntimeError(f"{path}: not found in Bazel's runfiles")
    return Path(found)
