# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Declares every external repository. third_party/<dependency>/workspace.bzl says how each is fetched."""

load("//third_party/absl:workspace.bzl", "absl_repository")
load("//third_party/awscrt:workspace.bzl", "awscrt_repository")
load("//third_party/bazel:workspace.bzl", "bazel_repositories")
load("//third_party/boost:workspace.bzl", "boost_repository")
load("//third_party/buildifier:workspace.bzl", "buildifier_repository")
load("//third_party/googletest:workspace.bzl", "googletest_repository")
load("//third_party/grpc:workspace.bzl", "grpc_repository")
load("//third_party/openssl:workspace.bzl", "openssl_repository")
load("//third_party/pip:workspace.bzl", "pip_repository")
load("//third_party/protobuf:workspace.bzl", "protobuf_repository")
load("//third_party/rules_cc:workspace.bzl", "rules_cc_repository")
load("//third_party/rules_python:workspace.bzl", "rules_python_repository")
load("//third_party/seaweedfs:workspace.bzl", "seaweedfs_repository")
load("//third_party/simdjson:workspace.bzl", "simdjson_repository")
load("//third_party/tensorflow:workspace.bzl", "tensorflow_repository")
load("//third_party/tensorflow_serving_api:workspace.bzl", "tensorflow_serving_api_repository")

def tf_serving_s3_repositories():
    """Makes every repository that this workspace refers to."""
    bazel_repositories()
    rules_cc_repository()
    rules_python_repository()
    absl_repository()
    awscrt_repository()
    boost_repository()
    buildifier_repository()
    googletest_repository()
    grpc_repository()
    openssl_repository()
    pip_repository()
    protobuf_repository()
    seaweedfs_repository()
    simdjson_repository()
    tensorflow_repository()
    tensorflow_serving_api_repository()
