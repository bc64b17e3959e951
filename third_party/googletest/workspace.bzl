# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@com_google_googletest: Debian's GoogleTest."""

load("//third_party:system.bzl", "system_repository")

def googletest_repository():
    system_repository(
        name = "com_google_googletest",
        build_file = "//third_party/googletest:googletest.BUILD",
        debian_package = "libgmock-dev",
        links = [
            "/usr/lib/x86_64-linux-gnu/libgmock.a",
            "/usr/lib/x86_64-linux-gnu/libgmock_main.a",
            "/usr/lib/x86_64-linux-gnu/libgtest.a",
        ],
        requires = ["/usr/include/gmock/gmock.h"],
    )
