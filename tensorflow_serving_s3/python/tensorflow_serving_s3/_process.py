# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs a program as a child process, collects its output and ends it reliably.

Example:
    with ChildProcess("weed", [binary, "mini"], env={}) as process:
        process.wait_for_line("ready", timeout_seconds=5)

Promises:
    * The kernel kills the child when the thread that started it ends, even by SIGKILL (on Linux,
      through setpriv of util-linux). So start a child from a thread that lives as long as the child
      should.
    * The child is in a separate session. So Ctrl-C at a terminal reaches only this process, which
      then ends its children in order.
    * All output is collected as lines. The methods that read them are thread-safe.
"""

import collections
import contextlib
import functools
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tensorflow_serving_s3.errors import ProgramError

_MAX_LINES = 20_000
_EXEC_POLL_SECONDS = 0.0005


class ChildProcess:
    """One run of one program. Ends with the `with` block, or by `stop`.

    Attributes:
        name: The name of the program in messages.
        pid: The process ID of the child.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | os.PathLike[str]],
        *,
        env: Mapping[str, str],
        cwd: Path | None = None,
    ) -> None:
        """Starts the program.

        Args:
            name: The name of the program in messages.
            command: The executable and its arguments.
            env: The complete environment of the child; it inherits nothing.
            cwd: The working directory; None: the one of this process.

        Raises:
            ProgramError: The executable cannot be started.
        """
        self.name = name
        self._changed = threading.Condition()
        self._lines: collections.deque[str] = collections.deque(maxlen=_MAX_LINES)
        self._line_count = 0
        self._output_ended = False
        if shutil.which(command[0]) is None:
            raise ProgramError(f"{name}: {os.fspath(command[0])} is not an executable file")
        try:
            self._popen = subprocess.Popen(
                [*_end_with_parent(), *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as error:
            raise ProgramError(f"{name}: cannot start {os.fspath(command[0])}: {error}") from error
        self.pid = self._popen.pid
        self._wait_until_executed()
        self._reader = threading.Thread(target=self._collect, name=f"output of {name}", daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        """Returns the running process."""
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stops the process."""
        self.stop()

    @property
    def exit_code(self) -> int | None:
        """The exit code; minus the signal number if a signal ended it; None while it runs."""
        return self._popen.poll()

    @property
    def line_count(self) -> int:
        """The number of lines printed so far; an argument for `lines`."""
        with self._changed:
            return self._line_count

    def lines(self, since: int = 0) -> tuple[str, ...]:
        """Returns the printed lines, without line ends, oldest first.

        Args:
            since: The number of lines to omit from the start. Only the last 20,000 lines are kept.
        """
        with self._changed:
            kept_from = self._line_count - len(self._lines)
            return tuple(self._lines)[max(0, since - kept_from) :]

    def tail(self, count: int = 20) -> tuple[str, ...]:
        """Returns the last lines printed, at most `count`."""
        return self.lines()[-count:]

    def wait_for_line(self, pattern: str, *, timeout_seconds: float, since: int = 0) -> str:
        """Blocks until the program prints a line that matches `pattern`.

        Args:
            pattern: A regular expression, searched for in each line.
            timeout_seconds: How long to wait.
            since: The number of lines to ignore from the start; see `line_count`.

        Returns:
            The first such line.

        Raises:
            ProgramError: The timeout passed, or the program ended, without such a line.
        """
        expression = re.compile(pattern)
        deadline = time.monotonic() + timeout_seconds
        seen = since
        with self._changed:
            while True:
                for line in self.lines(seen):
                    if expression.search(line):
                        return line
                seen = max(seen, self._line_count)
                remaining = deadline - time.monotonic()
                if self._output_ended or remaining <= 0:
                    break
                self._changed.wait(remaining)
            why = "its output ended" if self._output_ended else f"{timeout_seconds:g} s passed"
        raise ProgramError(
            f"{self.name}: {why} without a line that matches {pattern!r}", self.tail()
        )

    def stop(
        self, signal_number: signal.Signals = signal.SIGTERM, *, grace_seconds: float = 10.0
    ) -> int:
        """Ends the program and waits for its end. Does nothing if it has already ended.

        Args:
            signal_number: The signal to send.
            grace_seconds: The time until SIGKILL.

        Returns:
            The exit code, or minus the number of the signal that ended the program.
        """
        try:
            if self._popen.poll() is None:
                self._popen.send_signal(signal_number)
                try:
                    self._popen.wait(grace_seconds)
                except subprocess.TimeoutExpired:
                    self._kill()
            # The output ends when all processes have closed the pipe.
            self._reader.join(timeout=5.0)
        except BaseException:  # A second Ctrl-C must end the child, too.
            self._kill()
            raise
        return self._popen.wait()

    def _wait_until_executed(self) -> None:
        # When setpriv has executed the program, the kernel kills the child with this thread.
        launcher = _end_with_parent()[:1]
        with contextlib.suppress(OSError):  # The program has already ended.
            while launcher == (os.readlink(f"/proc/{self.pid}/exe"),):
                time.sleep(_EXEC_POLL_SECONDS)

    def _kill(self) -> None:
        self._popen.kill()
        self._popen.wait()

    def _collect(self) -> None:
        assert self._popen.stdout is not None
        with self._popen.stdout as output:
            for line in output:
                with self._changed:
                    self._lines.append(line.rstrip("\n"))
                    self._line_count += 1
                    self._changed.notify_all()
        with self._changed:
            self._output_ended = True
            self._changed.notify_all()


@contextlib.contextmanager
def interrupts_deferred() -> Iterator[None]:
    """Delays the Python handlers of SIGINT and SIGTERM until the end of the block.

    For a short block that starts a program and stores its object: an exception between the two
    would leave the program running. Only the main thread receives such exceptions.
    """
    handlers = {
        number: handler
        for number in (signal.SIGINT, signal.SIGTERM)
        if callable(handler := signal.getsignal(number))
    }
    if threading.current_thread() is not threading.main_thread() or not handlers:
        yield
        return
    arrived: list[int] = []
    try:
        for number in handlers:
            signal.signal(number, lambda number, _: arrived.append(number))
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for arrived_number in arrived:
            signal.raise_signal(arrived_number)


@functools.cache
def _end_with_parent() -> tuple[str, ...]:
    """Returns a command prefix that ends the program with its parent; empty without setpriv."""
    setpriv = shutil.which("setpriv")
    return () if setpriv is None else (os.path.realpath(setpriv), "--pdeathsig", "KILL", "--")
