# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The help of tfs3 and the completion of shells."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from click.testing import Result

Run = Callable[..., Result]


def test_help_is_fast_because_nothing_heavy_is_imported() -> None:
    code = (
        "import sys; from tensorflow_serving_s3.cli import _main\n"
        "try: _main.tfs3(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'tensorflow', 'boto3', 'botocore', 'grpc', 'numpy', 'rich', 'google', 'yaml'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)\n"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "doctor" in done.stdout


@pytest.mark.parametrize(
    "command",
    [
        *("serve", "publish", "versions", "rollback", "status", "predict", "reload", "bench"),
        *("doctor", "config check", "config convert", "config diff"),
    ],
)
def test_every_command_has_help_with_examples(run: Run, command: str) -> None:
    result = run(*command.split(), "--help")
    assert result.exit_code == 0
    assert f"tfs3 {command}" in result.output.partition("Examples:")[2]
    if command != "serve":
        assert "--json" in result.output


def test_the_exit_codes_and_completion_are_in_the_help(run: Run) -> None:
    text = run("--help").output
    for line in ("0    success", "3    the command failed", "_TFS3_COMPLETE=bash_source tfs3"):
        assert line in text


def _completed(**variables: str) -> str:
    code = "from tensorflow_serving_s3.cli import main; main()"
    environment = {**os.environ, **variables, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("tfs3 pu", ["publish"]),
        ("tfs3 config c", ["check", "convert"]),
        ("tfs3 status --wat", ["--watch"]),
        ("tfs3 predict half --print c", ["curl"]),
    ],
)
def test_completion_offers_commands_options_and_values(words: str, offered: list[str]) -> None:
    output = _completed(
        _TFS3_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(words.count(" "))
    )
    assert output.split() == [f"plain,{word}" for word in offered]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_a_completion_script(shell: str) -> None:
    assert f"_TFS3_COMPLETE={shell}_complete" in _completed(_TFS3_COMPLETE=f"{shell}_source")
