# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@com_github_grpc_grpc: Debian's gRPC with all that it needs, as static libraries."""

load("//third_party:system.bzl", "system_repository")

_LIB = "/usr/lib/x86_64-linux-gnu/"

def grpc_repository():
    system_repository(
        name = "com_github_grpc_grpc",
        archives = [_LIB + "libabsl_*.a"],
        build_file = "//third_party/grpc:grpc.BUILD",
        debian_package = "libgrpc++-dev",
        links = [_LIB + name for name in [
            "libaddress_sorting.a",
            "libcares.a",
            "libgpr.a",
            "libgrpc++.a",
            "libgrpc.a",
            "libre2.a",
            "libupb.a",
            "libz.a",
        ]],
        requires = ["/usr/include/grpcpp/grpcpp.h"],
    )
