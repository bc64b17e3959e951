# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@aws-c-event-stream: 0.1.4, for @aws-sdk-cpp alone."""

load("//third_party:archive.bzl", "archive_repository")

def aws_c_event_stream_repository():
    archive_repository(
        name = "aws-c-event-stream",
        overlay = {"//third_party/aws_c_event_stream:aws_c_event_stream.BUILD": "BUILD.bazel"},
    )
