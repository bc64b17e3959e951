# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that check the sources, one for each tool."""

load("@rules_python//python:defs.bzl", "py_test")

_RUNNER = "//build_defs:lint.py"

# Tool -> the dependencies of its test.
_TOOLS = {
    "buildifier": struct(data = ["@buildifier"], deps = []),
    "clang_format": struct(data = [], deps = ["@pip//:clang_format"]),
    "mypy": struct(data = [], deps = ["@pip//:mypy"]),
    "ruff": struct(data = [], deps = ["@pip//:ruff"]),
}

def lint_tests(name):
    """Declares the tests TOOL_test, and a suite of them.

    Args:
        name: name of the suite.
    """
    for tool, needs in _TOOLS.items():
        py_test(
            name = tool + "_test",
            size = "medium",
            srcs = [_RUNNER],
            main = _RUNNER,
            args = [tool] + ["$(rootpath {})".format(label) for label in needs.data],
            data = needs.data + ["//:pyproject.toml"],
            # It reads the whole source tree, which is not declared as its input, so its result must not be cached.
            tags = ["external"],
            deps = needs.deps,
        )
    native.test_suite(
        name = name,
        tests = [tool + "_test" for tool in _TOOLS],
    )
