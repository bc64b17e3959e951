# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Clients that send requests without a pause during a test."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self


@dataclasses.dataclass
class Record:
    """The results of one client, in order.

    Attributes:
        answers: The responses that differ from the one before.
        count: The number of answers.
        failures: The exceptions.
    """

    answers: list[object] = dataclasses.field(default_factory=list)
    count: int = 0
    failures: list[BaseException] = dataclasses.field(default_factory=list)


class Load:
    """Clients that send requests one after the other, each in its own thread.

    Example:
        with Load([ask, ask]) as load:
            load.wait_for_answers(10)
        assert load.failures() == []
    """

    def __init__(
        self, clients: list[Callable[[], object]], *, stop_at_failure: bool = True
    ) -> None:
        """Creates a thread for each client.

        Args:
            clients: Each sends a request and returns the response.
            stop_at_failure: Whether a client ends at its first exception.
        """
        self.records = [Record() for _ in clients]
        self._changed = threading.Condition()
        self._ending = False
        self._stop_at_failure = stop_at_failure
        self._threads = [
            threading.Thread(target=self._ask, args=(client, record), daemon=True)
            for client, record in zip(clients, self.records, strict=True)
        ]

    def __enter__(self) -> Self:
        """Starts the clients."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stops the clients."""
        with self._changed:
            self._ending = True
        for thread in self._threads:
            thread.join()

    def wait_for_answers(self, count: int, *, timeout_seconds: float = 30.0) -> None:
        """Blocks until every client has `count` more answers or has ended by a failure.

        Raises:
            TimeoutError: A client has fewer answers after the timeout.
        """
        with self._changed:
            goals = [record.count + count for record in self.records]

            def reached() -> bool:
                return all(
                    record.count >= goal or (self._stop_at_failure and record.failures)
                    for record, goal in zip(self.records, goals, strict=True)
                )

            if not self._changed.wait_for(reached, timeout_seconds):
                raise TimeoutError(f"not {count} answers to every client in {timeout_seconds:g} s")

    def failures(self) -> list[BaseException]:
        """Returns the exceptions of all clients."""
        return [failure for record in self.records for failure in record.failures]

    def _ask(self, client: Callable[[], object], record: Record) -> None:
        while not self._ending:
            try:
                answer = client()
            except Exception as error:
                with self._changed:
                    record.failures.append(error)
                    self._changed.notify_all()
                if self._stop_at_failure:
                    return
                continue
            with self._changed:
                record.count += 1
                if record.answers[-1:] != [answer]:
                    record.answers.append(answer)
                self._changed.notify_all()
