# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that run under pytest."""

load("@rules_python//python:defs.bzl", "py_test")

_MAIN = "//build_defs:pytest_main.py"

def pytest_test(name, srcs = None, args = [], deps = [], **kwargs):
    """Declares a test that runs pytest on `srcs`.

    Args:
        name: name of the target.
        srcs: test modules, and a conftest.py if there is one; by default NAME.py.
        args: more arguments of pytest.
        deps: libraries that the test modules import.
        **kwargs: passed to py_test.
    """
    srcs = srcs or [name + ".py"]
    py_test(
        name = name,
        srcs = srcs + [_MAIN],
        main = _MAIN,
        args = ["$(location {})".format(src) for src in srcs if not src.endswith("conftest.py")] + args,
        deps = deps + ["@pip//:pytest"],
        **kwargs
    )
