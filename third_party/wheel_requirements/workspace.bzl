# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@wheel_requirements: what TensorFlow's wheel requires and @pip does not have, for the test of `pip install`."""

load("//third_party:packages.bzl", "WHEEL_REQUIREMENTS_PACKAGES", "python_requirements")
load("//third_party/pip:site_packages.bzl", "other_packages")

def wheel_requirements_repository():
    other_packages(
        name = "wheel_requirements",
        library = "wheel_requirements",
        requirements = python_requirements(WHEEL_REQUIREMENTS_PACKAGES),
    )
