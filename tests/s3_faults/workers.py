# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs numbered operations on several workers.

Example:
    outcomes = run_all(lambda number: Reader(storage, number), 100, seed=7)
"""

from __future__ import annotations

import collections
import contextlib
import queue
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Protocol, Self

from tests.s3_faults.driver import DriverError
from tests.s3_faults.expectations import SILENCE, WrongOutcomeError

_WORKERS = 4
_MOST_SHOWN = 10


class Worker(Protocol):
    """Runs operations sequentially.

    Attributes:
        outcomes: A short result of each operation.
    """

    outcomes: list[str]

    def __enter__(self) -> Self:
        """Starts the worker."""

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stops the worker."""

    def run(self, seed: int, number: int) -> None:
        """Runs the operation that the seed and the number define.

        Raises:
            WrongOutcomeError: The result is wrong.
            DriverError: There is no result.
        """


def run_all(
    new_worker: Callable[[int], Worker], numbers: Sequence[int], *, seed: int
) -> dict[str, int]:
    """Runs the operations with these numbers, in any order, and returns the count of each result.

    Raises:
        AssertionError: A result was wrong; the message has the reason and the command to repeat it.
    """
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in numbers:
        waiting.put(number)
    wrong: list[str] = []

    def work(worker: Worker) -> None:
        with contextlib.suppress(queue.Empty):
            while len(wrong) < _MOST_SHOWN:
                number = waiting.get_nowait()
                again = f"--test_env=FAULT_SEED={seed} --test_env=FAULT_ONE={number}"
                try:
                    _run_once_or_twice(worker, seed, number)
                except WrongOutcomeError as error:
                    wrong.append(f"{error}\n  again: {again}")
                except DriverError as error:
                    wrong.append(f"{error}\n  again: {again}")
                    return

    with contextlib.ExitStack() as stack:
        workers = [
            stack.enter_context(new_worker(number)) for number in range(min(_WORKERS, len(numbers)))
        ]
        threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if wrong:
        raise AssertionError("\n".join(wrong))
    return dict(sorted(collections.Counter(_all(workers)).items()))


def _run_once_or_twice(worker: Worker, seed: int, number: int) -> None:
    # On a busy machine, a timeout may have no fault; two in a row are rare.
    try:
        worker.run(seed, number)
    except WrongOutcomeError as error:
        if SILENCE not in str(error):
            raise
        worker.outcomes.pop()
        worker.run(seed, number)


def _all(workers: Sequence[Worker]) -> list[str]:
    return [outcome for worker in workers for outcome in worker.outcomes]
