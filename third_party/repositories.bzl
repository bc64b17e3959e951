# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Declares every external repository. third_party/<dependency>/workspace.bzl says how each is fetched."""

load("//third_party/absl:workspace.bzl", "absl_repository")
load("//third_party/bazel:workspace.bzl", "bazel_repositories")
load("//third_party/googletest:workspace.bzl", "googletest_repository")
load("//third_party/rules_cc:workspace.bzl", "rules_cc_repository")
load("//third_party/rules_python:workspace.bzl", "rules_python_repository")
load("//third_party/tensorflow:workspace.bzl", "tensorflow_repository")

def tf_serving_s3_repositories():
    """Makes every repository that this workspace refers to."""
    bazel_repositories()
    rules_cc_repository()
    rules_python_repository()
    tensorflow_repository()
    absl_repository()
    googletest_repository()
