# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the model server with an S3 server."""

load("//build_defs:pytest.bzl", "pytest_test")

def e2e_test(name, deps = [], soak_env = None, target_compatible_with = []):
    """A pytest_test of NAME.py with the fixtures of conftest.py.

    Args:
        name: name of the target, which ends in "_test".
        deps: what the test imports besides conftest.py, world.py, clients.py and the model server.
        soak_env: environment of a longer, manual test with the same source; its name ends in "_soak_test".
        target_compatible_with: passed to both tests.
    """
    all_deps = deps + [
        ":clients",
        ":conftest",
        ":world",
        "//tensorflow_serving_s3/python/tensorflow_serving_s3/testing:model_server",
    ]
    pytest_test(
        name = name,
        size = "medium",
        srcs = [name + ".py"],
        target_compatible_with = target_compatible_with,
        deps = all_deps,
    )
    if soak_env != None:
        pytest_test(
            name = name[:-len("_test")] + "_soak_test",
            size = "large",
            srcs = [name + ".py"],
            env = soak_env,
            tags = ["manual"],
            target_compatible_with = target_compatible_with,
            deps = all_deps,
        )
