# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@umoci: makes the container image. Debian's package, unpacked."""

load("//third_party:debian.bzl", "debian_programs")

def umoci_repository():
    debian_programs(
        name = "umoci",
        build = """exports_files(["usr/bin/umoci"])""",
        packages = ["umoci"],
    )
