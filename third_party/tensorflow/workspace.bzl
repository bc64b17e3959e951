# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@org_tensorflow: the published wheel under upstream's labels."""

load("//third_party:packages.bzl", "pinned")
load("//third_party/tensorflow:wheel.bzl", "tensorflow_wheel")

def tensorflow_repository():
    tensorflow_wheel(
        name = "org_tensorflow",
        overlay = {
            "//third_party/tensorflow:c.BUILD": "tensorflow/c/BUILD",
            "//third_party/tensorflow:c_logging.cc": "tensorflow/c/logging.cc",
            "//third_party/tensorflow:c_logging.h": "tensorflow/c/logging.h",
            "//third_party/tensorflow:core.BUILD": "tensorflow/core/BUILD",
            "//third_party/tensorflow:filesystem.BUILD": "tensorflow/c/experimental/filesystem/BUILD",
            "//third_party/tensorflow:root.BUILD": "BUILD",
            "//third_party/tensorflow:saved_model.BUILD": "tensorflow/cc/saved_model/BUILD",
        },
        **pinned("tensorflow")
    )
