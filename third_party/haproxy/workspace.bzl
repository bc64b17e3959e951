# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@haproxy: the program of Debian's package, unpacked and not installed: installing it starts a service."""

load("//third_party:debian.bzl", "debian_programs")

_BUILD = """package(default_visibility = ["//visibility:public"])

# HAProxy and the libraries that Debian does not always have.
filegroup(
    name = "haproxy",
    srcs = glob(["usr/lib/x86_64-linux-gnu/*.so*"]) + ["usr/sbin/haproxy"],
)
"""

def haproxy_repository():
    debian_programs(
        name = "haproxy",
        build = _BUILD,
        packages = [
            "haproxy",
            "liblua5.3-0",
            "libopentracing-c-wrapper0",
            "libopentracing1",
        ],
    )
