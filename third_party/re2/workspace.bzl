# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@re2: the sources of RE2 in gRPC's sdist. re2.h there equals Debian's, with which Debian's gRPC was compiled."""

load("//third_party:packages.bzl", "pinned")
load("//third_party:registry.bzl", "registry_repository")

def re2_repository():
    registry_repository(
        name = "re2",
        leave_out = [
            "include",
            "src",
            "third_party/abseil-cpp",
            "third_party/boringssl-with-bazel",
            "third_party/cares",
            "third_party/upb",
            "third_party/zlib",
        ],
        overlay = {"//third_party/re2:re2.BUILD": "BUILD"},
        **pinned("re2")
    )
