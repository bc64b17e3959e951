# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@nghttp2: Debian's nghttp2, static: Debian fixes its security issues."""

load("//third_party:system.bzl", "system_repository")

def nghttp2_repository():
    system_repository(
        name = "nghttp2",
        build_file = "//third_party/nghttp2:nghttp2.BUILD",
        debian_package = "libnghttp2-dev",
        links = ["/usr/lib/x86_64-linux-gnu/libnghttp2.a"],
        requires = ["/usr/include/nghttp2/nghttp2.h"],
    )
