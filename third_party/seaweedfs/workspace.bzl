# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@seaweedfs: the S3 server of the tests and of the quickstart."""

load("//third_party:packages.bzl", "pinned")
load("//third_party:registry.bzl", "registry_repository")

def seaweedfs_repository():
    registry_repository(
        name = "seaweedfs",
        overlay = {"//third_party/seaweedfs:seaweedfs.BUILD": "BUILD"},
        **pinned("seaweedfs")
    )
