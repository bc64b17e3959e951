# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@jemalloc: Debian's jemalloc, static: the allocator of the server, which returns memory to the system after a burst of requests."""

load("//third_party:system.bzl", "system_repository")

def jemalloc_repository():
    system_repository(
        name = "jemalloc",
        build_file = "//third_party/jemalloc:jemalloc.BUILD",
        debian_package = "libjemalloc-dev",
        links = ["/usr/lib/x86_64-linux-gnu/libjemalloc_pic.a"],
        requires = ["/usr/include/jemalloc/jemalloc.h"],
    )
