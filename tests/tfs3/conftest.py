# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Fixtures: the command line in this process, and a clean environment."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tensorflow_serving_s3.cli._main import tfs3


@pytest.fixture
def clean_env(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment without S3 settings, in an empty home folder."""
    for name in list(os.environ):
        if name.upper().startswith(("AWS_", "S3_", "TFS3_", "HTTP_", "HTTPS_", "NO_PROXY")):
            monkeypatch.delenv(name)
    monkeypatch.delenv("awsAnonymousCredential", raising=False)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(home / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(home / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch


@pytest.fixture
def run(clean_env: pytest.MonkeyPatch) -> Callable[..., Result]:
    """A function that runs `tfs3` with some arguments, and `env=` on top of the clean one."""

    def run_tfs3(*arguments: Any, env: dict[str, str] | None = None, stdin: str = "") -> Result:
        result = CliRunner().invoke(
            tfs3, [str(argument) for argument in arguments], env=env or {}, input=stdin
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run_tfs3
