# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@absl_of_grpc: Debian's absl as shared libraries, for a shared library that contains gRPC.

Debian's static libraries of absl are not position-independent code. The namespace of this absl is `absl::debian3`, so it does not meet
TensorFlow's.
"""

load("//third_party:system.bzl", "system_repository")

_PARTS = [
    "bad_optional_access",
    "bad_variant_access",
    "base",
    "city",
    "cord",
    "cord_internal",
    "cordz_functions",
    "cordz_handle",
    "cordz_info",
    "debugging_internal",
    "demangle_internal",
    "exponential_biased",
    "graphcycles_internal",
    "hash",
    "int128",
    "low_level_hash",
    "malloc_internal",
    "random_internal_platform",
    "random_internal_pool_urbg",
    "random_internal_randen",
    "random_internal_randen_hwaes",
    "random_internal_randen_hwaes_impl",
    "random_internal_randen_slow",
    "random_internal_seed_material",
    "random_seed_gen_exception",
    "raw_hash_set",
    "raw_logging_internal",
    "spinlock_wait",
    "stacktrace",
    "status",
    "statusor",
    "str_format_internal",
    "strerror",
    "strings",
    "strings_internal",
    "symbolize",
    "synchronization",
    "throw_delegate",
    "time",
    "time_zone",
]

def absl_of_grpc_repository():
    libraries = ["/usr/lib/x86_64-linux-gnu/libabsl_{}.so.20220623".format(part) for part in _PARTS]
    system_repository(
        name = "absl_of_grpc",
        build_file = "//third_party/absl_of_grpc:absl_of_grpc.BUILD",
        debian_package = "libabsl-dev",
        links = libraries,
        requires = libraries,
    )
