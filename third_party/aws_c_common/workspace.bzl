# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@aws-c-common: 0.4.29, for @aws-sdk-cpp alone. @awscrt has the same symbols: no program links both."""

load("//third_party:archive.bzl", "archive_repository")

def aws_c_common_repository():
    archive_repository(
        name = "aws-c-common",
        overlay = {
            "//third_party/aws_c_common:aws_c_common.BUILD": "BUILD.bazel",
            "//third_party/aws_c_common:config.h": "include/aws/common/config.h",
        },
    )
