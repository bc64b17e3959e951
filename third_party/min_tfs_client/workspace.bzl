# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@min_tfs_client: a client of TensorFlow Serving with an older protobuf than @pip's, for tests."""

load("//third_party:packages.bzl", "MIN_TFS_CLIENT_PACKAGES", "python_requirements")
load("//third_party/pip:site_packages.bzl", "other_packages")

def min_tfs_client_repository():
    other_packages(
        name = "min_tfs_client",
        library = "min_tfs_client",
        requirements = python_requirements(MIN_TFS_CLIENT_PACKAGES),
    )
