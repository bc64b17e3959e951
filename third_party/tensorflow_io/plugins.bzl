# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The library of tensorflow-io for C++ programs."""

load("@org_tensorflow//:release.bzl", "TENSORFLOW_VERSION")
load("@rules_cc//cc:defs.bzl", "cc_library")
load("//third_party:missing.bzl", "missing_library")

_MESSAGE = """The library of tensorflow-io 0.37.1 does not load under TensorFlow {}, only under 2.16.
Build with --config=tensorflow_io_wheel, which selects TensorFlow 2.16.2 (docs/build.md).
"""

def tensorflow_io_plugins(name, library):
    """Declares a cc_library of the published library; in builds with another TensorFlow, a target that fails.

    Args:
        name: the target.
        library: the file.
    """
    if TENSORFLOW_VERSION.startswith("2.16."):
        cc_library(
            name = name,
            srcs = [library],
            visibility = ["//visibility:public"],
            deps = ["@org_tensorflow//:framework"],
        )
    else:
        missing_library(
            name = name,
            message = _MESSAGE.format(TENSORFLOW_VERSION),
            tags = ["manual"],
            visibility = ["//visibility:public"],
        )
