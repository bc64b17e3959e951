# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@sbom_packages: CycloneDX's library for Python."""

load("//third_party:packages.bzl", "SBOM_PACKAGES", "python_requirements")
load("//third_party/pip:site_packages.bzl", "other_packages")

def sbom_packages_repository():
    other_packages(
        name = "sbom_packages",
        library = "sbom_packages",
        requirements = python_requirements(SBOM_PACKAGES),
    )
