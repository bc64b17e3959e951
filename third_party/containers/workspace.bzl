# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@containers: skopeo, and for tests podman, runc and a registry. Debian's packages, unpacked.

Installing docker-registry starts a service.
"""

load("//third_party:debian.bzl", "debian_programs")

_BUILD = """package(default_visibility = ["//visibility:public"])

exports_files(["usr/bin/skopeo"])

filegroup(
    name = "libraries",
    srcs = glob([
        "lib/x86_64-linux-gnu/*.so*",
        "usr/lib/x86_64-linux-gnu/*.so*",
    ]),
)

filegroup(
    name = "skopeo",
    srcs = [
        "usr/bin/skopeo",
        ":libraries",
    ],
)

filegroup(
    name = "programs",
    srcs = [
        "usr/bin/conmon",
        "usr/bin/docker-registry",
        "usr/bin/podman",
        "usr/lib/podman/rootlessport",
        "usr/sbin/runc",
        ":skopeo",
    ],
)
"""

def containers_repository():
    debian_programs(
        name = "containers",
        build = _BUILD,
        packages = [
            "conmon",
            "docker-registry",
            "libassuan0",
            "libdevmapper1.02.1",
            "libglib2.0-0",
            "libgpgme11",
            "libseccomp2",
            "libsubid4",
            "podman",
            "runc",
            "skopeo",
        ],
    )
