# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@zlib: Debian's zlib, static, so that none of its symbols meets the zlib that TensorFlow exports."""

load("//third_party:system.bzl", "system_repository")

def zlib_repository():
    system_repository(
        name = "zlib",
        build_file = "//third_party/zlib:zlib.BUILD",
        debian_package = "zlib1g-dev",
        links = ["/usr/lib/x86_64-linux-gnu/libz.a"],
        requires = ["/usr/include/zlib.h"],
    )
