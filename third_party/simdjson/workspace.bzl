# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@simdjson: the library's two amalgamated files, as the `pysimdjson` sdist carries them. Debian has only a shared library."""

load("//third_party:packages.bzl", "pinned")
load("//third_party:registry.bzl", "registry_repository")

def simdjson_repository():
    registry_repository(
        name = "simdjson",
        overlay = {"//third_party/simdjson:simdjson.BUILD": "BUILD"},
        **pinned("simdjson")
    )
