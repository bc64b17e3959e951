# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the libraries that the binary needs, and that it exports none of its own."""

from __future__ import annotations

import re
import subprocess

import pytest
from tensorflow_serving_s3._programs import MODEL_SERVER, find_program

from tests.e2e.flavours import linked_flavour

_NEEDED = re.compile(
    r"(libtensorflow_cc|libtensorflow_framework|libc|libm|libdl|librt|libpthread|libgcc_s|libstdc\+\+"
    r"|ld-linux-[a-z0-9_-]+|linux-vdso)\.so(\.[0-9]+)*"
)
_LIBRARIES = {
    "OpenSSL": r"(SSL|TLS|DTLS|EVP|CRYPTO|OPENSSL|OSSL|BIO|BN|X509|ASN1|PEM|PKCS[0-9]+|RSA|DSA|DH"
    r"|EC|ECDSA|ECDH|HMAC|CMAC|MD5|SHA[0-9]*|AES|RAND|ERR|OBJ|CONF|ENGINE|UI|i2d|d2i|o2i)_\w+",
    "zlib": r"(inflate|deflate|compress|uncompress|crc32|adler32|zlib|zError|gz[a-z])\w*",
    "curl": r"curl_\w+",
    "nghttp2": r"nghttp2_\w+",
    "absl": r".*\babsl::.*",
    "protobuf": r".*\bgoogle::protobuf::.*",
}


def _output(*command: str) -> list[str]:
    binary = find_program(MODEL_SERVER)
    done = subprocess.run([*command, binary], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_the_binary_needs_only_tensorflow_and_the_c_and_cpp_runtimes() -> None:
    needed = [line.split()[0].rpartition("/")[2] for line in _output("ldd")]
    assert "libtensorflow_cc.so.2" in needed
    library = ["libtensorflow_io_plugins.so"] if linked_flavour() == "tensorflow_io_wheel" else []
    assert [name for name in needed if not _NEEDED.fullmatch(name)] == library


def test_every_needed_library_is_found() -> None:
    assert [line for line in _output("ldd") if "not found" in line] == []


def _exported_functions() -> list[str]:
    symbols = (line.split(maxsplit=2) for line in _output("nm", "-DC", "--defined-only"))
    return [name for _, kind, name in symbols if kind in "TWi"]


@pytest.mark.parametrize("library", _LIBRARIES)
def test_the_binary_exports_no_function_of_its_static_libraries(library: str) -> None:
    pattern = re.compile(_LIBRARIES[library])
    assert [name for name in _exported_functions() if pattern.fullmatch(name)] == []
