# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@guesslang: a SavedModel that its authors trained and exported with TensorFlow 2.5, for tests."""

load("//third_party:packages.bzl", "pinned")
load("//third_party:registry.bzl", "registry_repository")

def guesslang_repository():
    registry_repository(
        name = "guesslang",
        overlay = {"//third_party/guesslang:guesslang.BUILD": "BUILD"},
        **pinned("guesslang")
    )
