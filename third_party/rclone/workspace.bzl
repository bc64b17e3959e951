# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@rclone: an S3 server that stores objects as files, for tests."""

load("//third_party:packages.bzl", "pinned")
load("//third_party:registry.bzl", "registry_repository")

def rclone_repository():
    registry_repository(
        name = "rclone",
        overlay = {"//third_party/rclone:rclone.BUILD": "BUILD"},
        **pinned("rclone")
    )
