# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@ray: Ray Data and what it needs, for examples/bulk_inference only: 150 MB to fetch, 500 MB unpacked."""

load("//third_party:packages.bzl", "DEPLOYMENT_PACKAGES", "RAY_PACKAGES", "python_requirements")
load("//third_party/pip:site_packages.bzl", "other_packages")

# Ray imports jsonschema.
_SHARED = ["attrs", "jsonschema", "jsonschema-specifications", "referencing", "rpds-py"]

def ray_repository():
    other_packages(
        name = "ray",
        library = "ray",
        requirements = python_requirements(RAY_PACKAGES) +
                       python_requirements({name: DEPLOYMENT_PACKAGES[name] for name in _SHARED}),
    )
