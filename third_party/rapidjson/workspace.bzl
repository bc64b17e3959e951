# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@rapidjson: the JSON parser of TensorFlow Serving, for tests. Headers out of Debian's package, unpacked and not installed."""

load("//third_party:debian.bzl", "debian_programs")

_BUILD = """load("@rules_cc//cc:defs.bzl", "cc_library")

cc_library(
    name = "rapidjson",
    testonly = True,
    hdrs = glob(["usr/include/rapidjson/**/*.h"]),
    includes = ["usr/include"],
    visibility = ["//visibility:public"],
)
"""

def rapidjson_repository():
    debian_programs(
        name = "rapidjson",
        build = _BUILD,
        packages = ["rapidjson-dev"],
    )
