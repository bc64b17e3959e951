# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@com_google_protobuf: the C++ runtime is the one in TensorFlow's libraries; protoc is the same release, by itself."""

load("//third_party:packages.bzl", "pinned")
load("//third_party:registry.bzl", "registry_repository")

def protobuf_repository():
    registry_repository(
        name = "com_google_protobuf",
        overlay = {"//third_party/protobuf:protobuf.BUILD": "BUILD"},
        **pinned("protoc")
    )
