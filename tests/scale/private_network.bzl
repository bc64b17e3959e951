# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests in a network of their own."""

load("@rules_python//python:defs.bzl", "py_test")

def private_network_test(name, srcs, deps, **kwargs):
    """Declares a test that runs pytest on `srcs` in a network namespace; see private_network.py.

    Args:
        name: name of the target.
        srcs: test modules.
        deps: libraries that the test modules import.
        **kwargs: passed to py_test.
    """
    py_test(
        name = name,
        srcs = srcs + [
            "private_network.py",
            "//build_defs:pytest_main.py",
        ],
        args = ["$(location {})".format(src) for src in srcs],
        main = "private_network.py",
        deps = deps + [
            ":network",
            "@pip//:pytest",
        ],
        **kwargs
    )
