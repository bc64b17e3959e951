# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@openssl: Debian's OpenSSL 3.0, static, so that none of its symbols meets the BoringSSL that TensorFlow exports."""

load("//third_party:system.bzl", "system_repository")

def openssl_repository():
    system_repository(
        name = "openssl",
        build_file = "//third_party/openssl:openssl.BUILD",
        debian_package = "libssl-dev",
        links = [
            "/usr/lib/x86_64-linux-gnu/libcrypto.a",
            "/usr/lib/x86_64-linux-gnu/libssl.a",
        ],
        requires = ["/usr/include/openssl/ssl.h"],
    )
