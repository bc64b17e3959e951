# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@kubernetes_packages: Kubernetes's schemas and the models of KServe's resources, for tests."""

load("//third_party:packages.bzl", "KUBERNETES_PACKAGES", "python_requirements")
load("//third_party/pip:site_packages.bzl", "other_packages")

def kubernetes_packages_repository():
    other_packages(
        name = "kubernetes_packages",
        library = "kubernetes_packages",
        requirements = python_requirements(KUBERNETES_PACKAGES),
    )
