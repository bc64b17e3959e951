# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@iproute2: `ip` of Debian's package, unpacked: small systems do not have it."""

load("//third_party:debian.bzl", "debian_programs")

_BUILD = """package(default_visibility = ["//visibility:public"])

# `ip` and its libraries.
filegroup(
    name = "iproute2",
    srcs = glob([
        "lib/x86_64-linux-gnu/*.so*",
        "usr/lib/x86_64-linux-gnu/*.so*",
    ]) + ["bin/ip"],
)
"""

def iproute2_repository():
    debian_programs(
        name = "iproute2",
        build = _BUILD,
        packages = [
            "iproute2",
            "libbpf1",
            "libbsd0",
            "libcap2",
            "libelf1",
            "libmd0",
            "libmnl0",
        ],
    )
