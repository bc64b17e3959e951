# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@nghttpd: the HTTP/2 server of nghttp2 out of Debian's packages, unpacked."""

load("//third_party:debian.bzl", "debian_programs")

_BUILD = """package(default_visibility = ["//visibility:public"])

# nghttpd and the libraries that it needs.
filegroup(
    name = "nghttpd",
    srcs = glob([
        "usr/sbin/nghttpd",
        "usr/lib/x86_64-linux-gnu/*.so*",
    ]),
)
"""

def nghttpd_repository():
    debian_programs(
        name = "nghttpd",
        build = _BUILD,
        packages = [
            "libev4",
            "libjemalloc2",
            "libnghttp2-14",
            "nghttp2-server",
        ],
    )
