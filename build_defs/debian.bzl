# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Debian's packages in the programs."""

# The packages of the static libraries that the server links.
STATIC_LIBRARIES = [
    "libboost-dev",
    "libexpat1-dev",
    "libjemalloc-dev",
    "libnghttp2-dev",
    "libssl-dev",
    "zlib1g-dev",
]
