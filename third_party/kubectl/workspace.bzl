# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@kubectl: Kubernetes's command line with kustomize in it, for tests."""

load("//third_party:packages.bzl", "pinned")
load("//third_party:registry.bzl", "registry_repository")

def kubectl_repository():
    registry_repository(
        name = "kubectl",
        overlay = {"//third_party/kubectl:kubectl.BUILD": "BUILD"},
        **pinned("kubectl")
    )
