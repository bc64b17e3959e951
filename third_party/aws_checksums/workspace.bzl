# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@aws-checksums: 0.1.5, for @aws-sdk-cpp alone."""

load("//third_party:archive.bzl", "archive_repository")

def aws_checksums_repository():
    archive_repository(
        name = "aws-checksums",
        overlay = {
            "//third_party/aws_checksums:aws_checksums.BUILD": "BUILD.bazel",
            "//third_party/aws_checksums:no_hardware.c": "source/no_hardware.c",
        },
    )
