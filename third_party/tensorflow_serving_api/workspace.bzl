# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The protocol of TensorFlow Serving, from its published Python package.

@tensorflow_serving_api is for C++ and matches the selected TensorFlow. @tensorflow_serving_api_py is for Python, where the version
of TensorFlow is always the default one.
"""

load("//third_party:packages.bzl", "TENSORFLOW_RELEASES", "TENSORFLOW_VERSION", "release_pins")
load("//third_party:registry.bzl", "registry_repository")
load("//third_party/tensorflow_serving_api:wheel.bzl", "tensorflow_serving_api")

def tensorflow_serving_api_repositories():
    tensorflow_serving_api(
        name = "tensorflow_serving_api",
        default_version = TENSORFLOW_VERSION,
        overlay = {"//third_party/tensorflow_serving_api:tensorflow_serving_api.BUILD": "BUILD"},
        pins = release_pins("serving_api"),
    )
    pin = TENSORFLOW_RELEASES[TENSORFLOW_VERSION].serving_api
    registry_repository(
        name = "tensorflow_serving_api_py",
        overlay = {"//third_party/tensorflow_serving_api:tensorflow_serving_api_py.BUILD": "BUILD"},
        package = pin.package,
        registry = "pypi-wheel",
        sha256 = pin.sha256,
        version = pin.version,
    )
