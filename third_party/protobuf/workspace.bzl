# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@com_google_protobuf: the C++ runtime is the one in TensorFlow's libraries; protoc is the same release, in a package of its own."""

load("//third_party:packages.bzl", "TENSORFLOW_VERSION", "release_pins")
load("//third_party/tensorflow:release.bzl", "release_repository")

def protobuf_repository():
    release_repository(
        name = "com_google_protobuf",
        default_version = TENSORFLOW_VERSION,
        overlay = {"//third_party/protobuf:protobuf.BUILD": "BUILD"},
        pins = release_pins("protoc"),
    )
