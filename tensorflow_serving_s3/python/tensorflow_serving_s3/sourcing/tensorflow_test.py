# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests Python's own TensorFlow in the same process, and the ends of processes."""

from __future__ import annotations

import pytest

from tensorflow_serving_s3.errors import LibraryError
from tensorflow_serving_s3.sourcing import _library
from tensorflow_serving_s3.sourcing.conftest import RunPython

_IMPORT = "import tensorflow as tf\n"
_SERVE = """
from tensorflow_serving_s3 import ModelServer, ServerOptions
from tensorflow_serving_s3.sourcing import Source
from tensorflow_serving_s3.testing._ports import pick_free_ports
class Half(Source[str]):
    def run(self):
        self.aspired("half", [(7, "s3://models/half/7")])
(port,) = pick_free_ports(1)
server = ModelServer(ServerOptions(rest_api_port=port), source=Half())
server.wait_until_available("half")
print(server.predict("half", {"instances": [1.0, 2.0, 5.0]}))
"""
_USE = """
print((tf.constant([1.0, 2.0, 5.0]) / 2 + 3).numpy().tolist())
"""
_MAPPED = """
for name in ("libtensorflow_framework.so.2", "libtensorflow_cc.so.2"):
    with open("/proc/self/maps") as maps:
        print(name, len({line.split()[4] for line in maps if name in line}))
"""
_ANSWER = "{'predictions': [3.5, 4.0, 5.5]}"
_NUMBERS = "[3.5, 4.0, 5.5]"
_ONE_EACH = "libtensorflow_framework.so.2 1\nlibtensorflow_cc.so.2 1\n"


@pytest.mark.parametrize("program", [_IMPORT + _SERVE, _SERVE + _IMPORT], ids=["before", "after"])
def test_tensorflow_imported_before_or_after_uses_the_same_libraries(
    run_python: RunPython, program: str
) -> None:
    done = run_python(program + _USE + _MAPPED + "server.stop()\n" + _USE)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{_ANSWER}\n{_NUMBERS}\n{_ONE_EACH}{_NUMBERS}\n"


def test_the_core_works_without_importing_tensorflow(run_python: RunPython) -> None:
    done = run_python(_SERVE + "import sys\nprint('tensorflow' in sys.modules)\n")
    assert (done.returncode, done.stdout) == (0, f"{_ANSWER}\nFalse\n"), done.stderr


@pytest.mark.parametrize("order", [0, 1], ids=["registered first", "server first"])
def test_the_filesystem_of_the_package_works_beside_the_server(
    run_python: RunPython, order: int
) -> None:
    register = _IMPORT + "from tensorflow_serving_s3 import filesystem\nfilesystem.register()\n"
    parts = [register, _SERVE]
    program = parts[order] + parts[1 - order]
    done = run_python(
        program
        + """
print(tf.io.gfile.exists('s3://models/half/7/saved_model.pb'))
print(filesystem.stats().received_bytes > 0)
"""
    )
    assert (done.returncode, done.stdout) == (0, f"{_ANSWER}\nTrue\nTrue\n"), done.stderr


@pytest.mark.parametrize(
    ("end", "code"),
    [("", 0), ("raise SystemExit(3)", 3), ("raise ValueError('x')", 1), ("del server", 0)],
)
def test_a_process_ends_well_with_a_running_server(
    run_python: RunPython, end: str, code: int
) -> None:
    done = run_python(_SERVE + end)
    assert (done.returncode, done.stdout) == (code, f"{_ANSWER}\n"), done.stderr


def test_a_process_ends_without_a_traceback_while_a_source_reports(run_python: RunPython) -> None:
    busy = _SERVE.replace(
        "    def run(self):\n        self.aspired",
        "    def run(self):\n      while True:\n        self.aspired",
    )
    assert busy != _SERVE
    done = run_python(busy)
    assert (done.returncode, done.stdout) == (0, f"{_ANSWER}\n"), done.stderr
    assert "Traceback" not in done.stderr


def test_without_tensorflow_the_error_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(LibraryError, match=r"pip install tensorflow-cpu==2\.21"):
        _library.tensorflow_folder()


def test_another_tensorflow_is_named_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_library, "TENSORFLOW_RELEASE", "2.99")
    with pytest.raises(LibraryError, match=r"is TensorFlow 2\.21.*, and this package is built for"):
        _library._load()


def test_a_missing_library_is_named_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_library, "LIBRARY", _library.LIBRARY.with_name("nothing.so"))
    with pytest.raises(LibraryError, match=r"nothing\.so is missing; install the wheel"):
        _library._load()
