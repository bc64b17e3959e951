# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@aws-sdk-cpp: the S3 client of tensorflow-io."""

load("//third_party:archive.bzl", "archive_repository")

# The original recipe for tensorflow-io in TensorFlow Serving has these two. g++ 12 and a program that exports no symbol need
# neither. They are kept so that other compilers and other link options build the same sources. Each checks its result.
_PATCH_CMDS = [
    # Some compilers find another UUID in scope.
    """
    file=aws-cpp-sdk-core/source/client/AWSClient.cpp
    sed -i.bak 's/UUID::RandomUUID/Aws::Utils::UUID::RandomUUID/g' "${file}"
    test "$(grep -c ' Aws::Utils::UUID::RandomUUID' "${file}")" = 2
    """,
    # tinyxml2 would be exported although the program hides its symbols.
    """
    file=aws-cpp-sdk-core/include/aws/core/external/tinyxml2/tinyxml2.h
    sed -i.bak 's/__attribute__((visibility("default")))//g' "${file}"
    ! grep visibility "${file}"
    """,
]

def aws_sdk_cpp_repository():
    archive_repository(
        name = "aws-sdk-cpp",
        overlay = {
            "//third_party/aws_sdk_cpp:aws_sdk_cpp.BUILD": "BUILD.bazel",
            "//third_party/aws_sdk_cpp:SDKConfig.h": "aws-cpp-sdk-core/include/aws/core/SDKConfig.h",
        },
        patch_cmds = _PATCH_CMDS,
    )
