# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests ChildProcess."""

import os
import select
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator

import pytest

from tensorflow_serving_s3._process import ChildProcess, interrupts_deferred
from tensorflow_serving_s3.errors import ProgramError

_IGNORES_SIGTERM = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
signal.pause()
"""
_STARTS_A_CHILD = """
import os, signal
from tensorflow_serving_s3._process import ChildProcess, interrupts_deferred
child = ChildProcess("sleep", ["sleep", "600"], env=dict(os.environ))
print(child.pid, flush=True)
signal.pause()
"""


def _python(code: str) -> ChildProcess:
    return ChildProcess("python", [sys.executable, "-c", code], env=dict(os.environ))


def test_collects_standard_output_and_standard_error_as_lines() -> None:
    with _python("import sys; print('one', flush=True); print('two', file=sys.stderr)") as process:
        process.wait_for_line("two", timeout_seconds=30)
        assert process.lines() == ("one", "two")


def test_lines_since_omits_earlier_lines() -> None:
    with _python("print('one'); print('two')") as process:
        process.wait_for_line("two", timeout_seconds=30)
        assert process.lines(since=1) == ("two",)


def test_wait_for_line_fails_with_the_log_when_the_program_ends_without_it() -> None:
    with (
        _python("print('nothing of interest')") as process,
        pytest.raises(ProgramError, match="its output ended") as failure,
    ):
        process.wait_for_line("ready", timeout_seconds=30)
    assert failure.value.log == ("nothing of interest",)
    assert "nothing of interest" in "".join(traceback.format_exception(failure.value))


def test_wait_for_line_ignores_lines_before_since() -> None:
    with (
        _python("print('ready')") as process,
        pytest.raises(ProgramError, match="its output ended"),
    ):
        process.wait_for_line("ready", timeout_seconds=30, since=1)


def test_stop_returns_the_exit_code_of_a_program_that_ended_by_itself() -> None:
    process = _python("print('over'); raise SystemExit(3)")
    process.wait_for_line("over", timeout_seconds=30)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert process.stop() == 3


def test_stop_returns_minus_the_signal_that_ended_the_program() -> None:
    process = ChildProcess("sleep", ["sleep", "600"], env=dict(os.environ))
    assert process.stop(signal.SIGINT) == -signal.SIGINT


def test_stop_kills_a_program_that_ignores_the_signal() -> None:
    process = _python(_IGNORES_SIGTERM)
    process.wait_for_line("ready", timeout_seconds=30)
    assert process.stop(grace_seconds=0.1) == -signal.SIGKILL


def test_a_missing_program_is_named() -> None:
    with pytest.raises(ProgramError, match="weed: /no/such/weed is not an executable file"):
        ChildProcess("weed", ["/no/such/weed"], env={})


def test_the_environment_is_the_given_one_only() -> None:
    code = "import os; print(sorted(set(os.environ) - {'LC_CTYPE'}))"
    with ChildProcess("python", [sys.executable, "-c", code], env={"ONLY": "this"}) as process:
        process.wait_for_line("ONLY", timeout_seconds=30)
        assert process.lines() == ("['ONLY']",)


def test_a_deferred_interrupt_is_raised_at_the_end_of_the_block() -> None:
    done = False
    with pytest.raises(KeyboardInterrupt), interrupts_deferred():
        signal.raise_signal(signal.SIGINT)
        done = True
    assert done


def test_interrupts_are_raised_immediately_after_the_block() -> None:
    with interrupts_deferred():
        pass
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_child_started_while_interrupts_are_deferred_receives_them() -> None:
    with interrupts_deferred():
        process = ChildProcess("sleep", ["sleep", "600"], env=dict(os.environ))
    assert process.stop(signal.SIGINT) == -signal.SIGINT


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[str]]:
    """A Python process that has started a ChildProcess and printed its process ID."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", _STARTS_A_CHILD]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_the_child_ends_when_its_parent_is_killed(parent: subprocess.Popen[str]) -> None:
    assert parent.stdout is not None
    child = os.pidfd_open(int(parent.stdout.readline()))
    try:
        parent.kill()
        # The descriptor of a process becomes readable when it ends.
        ended, _, _ = select.select([child], [], [], 30)
    finally:
        os.close(child)
    assert ended
