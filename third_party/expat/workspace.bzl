# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@expat: Debian's Expat, static and hidden, so that it does not meet the Expat inside a Python interpreter."""

load("//third_party:system.bzl", "system_repository")

def expat_repository():
    system_repository(
        name = "expat",
        build_file = "//third_party/expat:expat.BUILD",
        debian_package = "libexpat1-dev",
        links = ["/usr/lib/x86_64-linux-gnu/libexpat.a"],
        requires = ["/usr/include/expat.h"],
    )
