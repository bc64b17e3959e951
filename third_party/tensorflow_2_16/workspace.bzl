# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@tensorflow_2_16: the oldest TensorFlow whose Python the S3 filesystem is tested under. No C++ is compiled against it."""

load("//third_party:packages.bzl", "TENSORFLOW_2_16_PACKAGES", "python_requirements")
load("//third_party/pip:site_packages.bzl", "other_packages")

def tensorflow_2_16_repository():
    other_packages(
        name = "tensorflow_2_16",
        library = "tensorflow",
        requirements = python_requirements(TENSORFLOW_2_16_PACKAGES),
    )
