# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The base class of the servers: one program that runs until it is stopped."""

from __future__ import annotations

import abc
from types import TracebackType
from typing import Self

from tensorflow_serving_s3._process import ChildProcess
from tensorflow_serving_s3.errors import ProgramError

_START_ATTEMPTS = 3


class Server(abc.ABC):
    """A server program; `start` or a `with` block runs it.

    A subclass implements the start and the stop. If the program prints "address already in use",
    another program has taken its port, and it is started again with other ports.
    """

    def __init__(self) -> None:
        self._process: ChildProcess | None = None

    def __enter__(self) -> Self:
        """Starts the server."""
        self.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stops the server."""
        self._end()

    def start(self) -> None:
        """Starts the server and waits until it is ready for requests.

        Raises:
            ProgramError: The program is missing, ended, or did not become ready. The `log` of the
                error contains its last lines.
            RuntimeError: The server is already running.
        """
        if self._process is not None and self._process.exit_code is None:
            raise RuntimeError(f"this {self._process.name} is already running")
        self._end()  # Cleans up after a program that ended by itself.
        for attempt in range(1, _START_ATTEMPTS + 1):
            try:
                self._start_once()
                return
            except ProgramError as error:
                self._end()
                port_taken = any("address already in use" in line.lower() for line in error.log)
                if attempt == _START_ATTEMPTS or not port_taken:
                    raise
            except BaseException:
                self._end()
                raise

    def log_tail(self, count: int = 20) -> tuple[str, ...]:
        """Returns the last lines that the server printed, at most `count`, oldest first."""
        return () if self._process is None else self._process.tail(count)

    @abc.abstractmethod
    def _start_once(self) -> None:
        """Picks free ports, sets `_process`, and waits until the program is ready.

        Raises:
            ProgramError: It did not become ready. `log` contains its last lines.
        """

    @abc.abstractmethod
    def _end(self) -> None:
        """Stops the program and removes its files. Does nothing if it has ended."""
