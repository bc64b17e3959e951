# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Debian's packages in the programs."""

# The packages of the static libraries that the server links.
STATIC_LIBRARIES = [
    "libabsl-dev",
    "libboost-dev",
    "libc-ares-dev",
    "libexpat1-dev",
    "libgrpc++-dev",
    "libjemalloc-dev",
    "libre2-dev",
    "libssl-dev",
    "zlib1g-dev",
]
