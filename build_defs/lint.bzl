# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that the sources are formatted and clean, one for each tool that checks them."""

load("@rules_python//python:defs.bzl", "py_test")

_RUNNER = "//build_defs:lint.py"

# Tool -> what the test needs to run it.
_TOOLS = {
    "buildifier": struct(data = ["@buildifier"], deps = []),
    "clang_format": struct(data = [], deps = []),
    "mypy": struct(data = [], deps = ["@pip//:mypy"]),
    "ruff": struct(data = [], deps = ["@pip//:ruff"]),
}

def lint_tests(name):
    """Makes the test targets TOOL_test, and a test suite `name` of them all.

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
            # It looks at the whole source tree, which is not among its inputs: so its result is never cached.
            tags = ["external"],
            deps = needs.deps,
        )
    native.test_suite(
        name = name,
        tests = [tool + "_test" for tool in _TOOLS],
    )
