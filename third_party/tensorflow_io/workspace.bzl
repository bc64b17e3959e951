# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@tensorflow_io: the filesystems of tensorflow-io for TensorFlow 2.16, for --config=tensorflow_io_wheel and for comparisons."""

load("//third_party:packages.bzl", "pinned")
load("//third_party:registry.bzl", "registry_repository")

def tensorflow_io_repository():
    registry_repository(
        name = "tensorflow_io",
        overlay = {"//third_party/tensorflow_io:tensorflow_io.BUILD": "BUILD"},
        **pinned("tensorflow_io")
    )
