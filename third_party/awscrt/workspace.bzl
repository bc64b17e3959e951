# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@awscrt: the C libraries of the AWS Common Runtime."""

load("//third_party:packages.bzl", "pinned")
load("//third_party:registry.bzl", "registry_repository")

def awscrt_repository():
    registry_repository(
        name = "awscrt",
        leave_out = ["crt/aws-lc"],
        overlay = {
            "//third_party/awscrt:awscrt.BUILD": "BUILD",
            "//third_party/awscrt:config.h": "crt/aws-c-common/include/aws/common/config.h",
        },
        **pinned("awscrt")
    )
