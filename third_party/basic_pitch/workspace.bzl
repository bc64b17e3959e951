# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@basic_pitch: a SavedModel that its authors trained and exported, for tests."""

load("//third_party:packages.bzl", "pinned")
load("//third_party:registry.bzl", "registry_repository")

def basic_pitch_repository():
    registry_repository(
        name = "basic_pitch",
        overlay = {"//third_party/basic_pitch:basic_pitch.BUILD": "BUILD"},
        **pinned("basic_pitch")
    )
