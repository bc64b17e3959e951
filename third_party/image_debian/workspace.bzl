# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@image_debian: Debian's packages in the container image, as docker/debian.lock.json pins them."""

load("//third_party/image_debian:locked.bzl", "locked_debian_packages")

def image_debian_repository():
    locked_debian_packages(
        name = "image_debian",
        lock = "//docker:debian.lock.json",
    )
