# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@pip: the Python packages of packages.bzl in one folder, `site-packages`. @pip//:NAME names one, with _ for -."""

load("//third_party:packages.bzl", "python_requirements")
load("//third_party/pip:site_packages.bzl", "pip_packages")

def pip_repository():
    pip_packages(
        name = "pip",
        requirements = python_requirements(),
    )
