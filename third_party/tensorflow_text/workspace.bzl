# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@tensorflow_text: the custom ops of the tests. The server neither needs nor contains them."""

load("//third_party:packages.bzl", "pinned")
load("//third_party:registry.bzl", "registry_repository")

def tensorflow_text_repository():
    registry_repository(
        name = "tensorflow_text",
        overlay = {"//third_party/tensorflow_text:tensorflow_text.BUILD": "BUILD"},
        **pinned("tensorflow_text")
    )
