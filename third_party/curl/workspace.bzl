# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@curl: the curl in TensorFlow's library, with Debian's headers. Only @aws-sdk-cpp uses it.

docs/dependencies.md has the reason. //third_party/curl:exports_test checks that TensorFlow exports what is needed.
"""

load("//third_party:debian.bzl", "debian_programs")

_BUILD = """load("@rules_cc//cc:defs.bzl", "cc_library")

cc_library(
    name = "curl",
    hdrs = glob(["usr/include/x86_64-linux-gnu/curl/*.h"]),
    includes = ["usr/include/x86_64-linux-gnu"],
    visibility = ["//visibility:public"],
    deps = ["@org_tensorflow//:framework"],
)
"""

def curl_repository():
    debian_programs(
        name = "curl",
        build = _BUILD,
        packages = ["libcurl4-openssl-dev"],
    )
