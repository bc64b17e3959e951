# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of docs/custom_servable.md, and the program with tables in an S3 server."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

_PROGRAM = Path("examples/custom_servable/serve_hashmap").absolute()
_RUN = "./bazelw run //examples/custom_servable:serve_hashmap --"
_PAGE = Path("docs/custom_servable.md").read_text(encoding="utf-8")
_SECONDS = 120.0


@pytest.fixture(scope="module")
def storage() -> Iterator[SeaweedFS]:
    """An S3 server with the bucket of the page."""
    with SeaweedFS(buckets=["my-tables"]) as server:
        yield server


@pytest.fixture
def env(storage: SeaweedFS) -> dict[str, str]:
    """The variables of the program."""
    return {**os.environ, **storage.env(), "AWS_EC2_METADATA_DISABLED": "true"}


def _upload(storage: SeaweedFS, version: int, text: str) -> None:
    key = f"capitals/{version}/table.tsv"
    storage.client().put_object(Bucket="my-tables", Key=key, Body=text.encode())


def test_the_commands_of_the_page_print_what_it_says(
    env: dict[str, str], storage: SeaweedFS, tmp_path: Path
) -> None:
    _upload(storage, 1, "fr\tParis\nde\tBerlin\n")
    local, remote = re.findall(r"^```sh\n(.*?)^```$", _PAGE, re.MULTILINE | re.DOTALL)
    (expected,) = re.findall(r"^```\n(capitals version .*?)^```$", _PAGE, re.MULTILINE | re.DOTALL)
    assert _RUN in local
    assert _RUN in remote
    for script in (local, f"printf 'de\\nit\\n' | {remote}"):
        script = script.replace("/tmp/", f"{tmp_path}/").replace(_RUN, str(_PROGRAM))
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            env=env,
            stdout=subprocess.PIPE,
            text=True,
            timeout=_SECONDS,
            check=True,
        )
        assert done.stdout == expected


def test_a_new_version_in_s3_replaces_the_old_one(env: dict[str, str], storage: SeaweedFS) -> None:
    _upload(storage, 1, "de\tBonn\n")
    command = [str(_PROGRAM), "s3://my-tables/capitals"]
    with subprocess.Popen(
        command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        try:
            assert _ask(program, "de") == "capitals version 1: Bonn\n"
            _upload(storage, 2, "de\tBerlin\n")
            deadline = time.monotonic() + _SECONDS
            while (line := _ask(program, "de")) != "capitals version 2: Berlin\n":
                assert line == "capitals version 1: Bonn\n"
                assert time.monotonic() < deadline
                time.sleep(0.05)
            assert program.stdin is not None
            program.stdin.close()
            assert program.wait(_SECONDS) == 0
        finally:
            program.kill()


def _ask(program: subprocess.Popen[str], key: str) -> str:
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write(f"{key}\n")
    program.stdin.flush()
    return program.stdout.readline()


def test_a_line_that_is_not_a_pair_is_named(env: dict[str, str], storage: SeaweedFS) -> None:
    key = "broken/3/table.tsv"
    storage.client().put_object(Bucket="my-tables", Key=key, Body=b"fr\tParis\nde Berlin\n")
    with subprocess.Popen(
        [str(_PROGRAM), "s3://my-tables/broken"],
        env=env,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        try:
            assert program.stderr is not None
            expected = 's3://my-tables/broken/3/table.tsv: line 2: "de Berlin" is not a key'
            assert any(expected in line for line in program.stderr)
        finally:
            program.kill()


def test_without_a_base_path_the_program_prints_its_usage() -> None:
    done = subprocess.run([str(_PROGRAM)], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Usage: " in done.stderr
