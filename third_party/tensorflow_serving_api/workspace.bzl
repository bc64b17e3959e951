# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@tensorflow_serving_api: the protocol of TensorFlow Serving, from its published Python package, for Python and for C++."""

load("//third_party:packages.bzl", "pinned")
load("//third_party/tensorflow_serving_api:wheel.bzl", "tensorflow_serving_api")

def tensorflow_serving_api_repository():
    tensorflow_serving_api(
        name = "tensorflow_serving_api",
        overlay = {"//third_party/tensorflow_serving_api:tensorflow_serving_api.BUILD": "BUILD"},
        **pinned("tensorflow_serving_api")
    )
