# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests register and its errors."""

from __future__ import annotations

import concurrent.futures
import importlib
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from tensorflow_serving_s3 import filesystem
from tensorflow_serving_s3.errors import FilesystemError
from tensorflow_serving_s3.filesystem import _plugin
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

if TYPE_CHECKING:
    from tensorflow_serving_s3.filesystem.conftest import RunPython


def test_there_are_no_counts_before_register() -> None:
    with pytest.raises(FilesystemError, match="before register"):
        filesystem.stats()


def test_an_older_tensorflow_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow", SimpleNamespace(__version__="2.15.1"))
    with pytest.raises(FilesystemError, match=r"TensorFlow 2\.15\.1.* needs 2\.16 or newer"):
        filesystem.register()


def test_without_tensorflow_the_error_names_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(FilesystemError, match="install tensorflow"):
        filesystem.register()


def test_a_missing_shared_object_is_named_with_the_cure(
    storage: SeaweedFS, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_plugin, "LIBRARY", Path("/nowhere/libs3_filesystem.so"))
    with pytest.raises(FilesystemError, match=r"/nowhere/libs3_filesystem\.so is missing; .*build"):
        filesystem.register()


def test_a_shared_object_that_does_not_load_is_named_with_the_cause(
    storage: SeaweedFS, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "libs3_filesystem.so"
    broken.write_bytes(b"no ELF")
    monkeypatch.setattr(_plugin, "LIBRARY", broken)
    with pytest.raises(FilesystemError, match=r"does not load .*libs3_filesystem.*file too short"):
        filesystem.register()


def test_many_threads_register_once(storage: SeaweedFS) -> None:
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(filesystem.register) for _ in range(8)]:
            done.result()
    import tensorflow as tf

    assert tf.io.gfile.get_registered_schemes().count("s3") == 1
    assert tf.io.gfile.GFile("s3://models/half/greeting").read() == "hello, s3"


def test_a_second_register_does_nothing_even_in_a_reloaded_module(storage: SeaweedFS) -> None:
    filesystem.register()
    importlib.reload(_plugin)
    importlib.reload(filesystem)
    filesystem.register()


def test_a_scheme_of_another_plugin_is_an_error(run_python: RunPython, tmp_path: Path) -> None:
    other = shutil.copy(_plugin.LIBRARY, tmp_path / "libother_plugin.so")
    done = run_python(
        f"""
import tensorflow as tf
from tensorflow_serving_s3 import errors, filesystem
tf.experimental.register_filesystem_plugin({str(other)!r})
try:
    filesystem.register()
except errors.FilesystemError as error:
    print(error)
"""
    )
    assert done.returncode == 0, done.stderr
    assert "s3://: another plugin has registered it" in done.stdout
    assert "tensorflow-io" in done.stdout


def test_no_error_shows_credentials(run_python: RunPython, storage: SeaweedFS) -> None:
    done = run_python(
        """
import os
os.environ["AWS_SECRET_ACCESS_KEY"] = "this-is-not-the-secret"
os.environ["AWS_SESSION_TOKEN"] = "nor-this-the-token"
import tensorflow as tf
from tensorflow_serving_s3 import filesystem
filesystem.register()
for call in (tf.io.gfile.exists, tf.io.gfile.stat, lambda path: tf.io.gfile.GFile(path).read()):
    try:
        call("s3://models/half/greeting")
    except tf.errors.OpError as error:
        print(type(error).__name__, error)
"""
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("PermissionDeniedError") == 3, done.stdout
    for secret in ("this-is-not-the-secret", "nor-this-the-token", storage.secret_key):
        assert secret not in done.stdout + done.stderr
