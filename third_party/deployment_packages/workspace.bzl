# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@deployment_packages: the schemas of Kubernetes, KServe and Grafana, for tests."""

load("//third_party:packages.bzl", "DEPLOYMENT_PACKAGES", "python_requirements")
load("//third_party/pip:site_packages.bzl", "other_packages")

def deployment_packages_repository():
    other_packages(
        name = "deployment_packages",
        library = "deployment_packages",
        requirements = python_requirements(DEPLOYMENT_PACKAGES),
    )
