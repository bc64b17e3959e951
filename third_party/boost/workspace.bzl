# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@boost: Debian's headers of Boost.Asio and Boost.Beast."""

load("//third_party:system.bzl", "system_repository")

def boost_repository():
    system_repository(
        name = "boost",
        build_file = "//third_party/boost:boost.BUILD",
        debian_package = "libboost-dev",
        requires = ["/usr/include/boost/beast.hpp"],
    )
