# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Checks the symbols that libs3_filesystem.so exports and imports.

TensorFlow exports symbols of its own BoringSSL, curl and zlib. If this library exported the same
symbols, the dynamic linker would bind all calls to one of the two copies.
"""

from __future__ import annotations

import os
import re
import subprocess

_LIBRARY = os.environ["TFS3_SHARED_OBJECT"]
_C_AND_CPP = re.compile(r"lib(c|m|dl|rt|pthread|gcc_s|stdc\+\+)\.so\.\d+|ld-linux-.*\.so\.\d+")
_TENSORFLOW = "libtensorflow_framework.so.2"
# Functions that OpenSSL 1.1 removed. The AWS libraries have weak references to them, for builds
# with an older OpenSSL.
_REMOVED_FROM_OPENSSL = [
    "EVP_MD_CTX_create",
    "EVP_MD_CTX_destroy",
    "HMAC_CTX_cleanup",
    "HMAC_CTX_init",
]
# Symbols of the C++ runtime, and symbols that compilers and the C library add to each shared
# object.
_RUNTIME_SYMBOL = re.compile(r"_Z.*|__.*|_ITM_.*|_Unwind_.*")


def _output(*command: str) -> list[str]:
    done = subprocess.run([*command, _LIBRARY], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_exports_only_the_two_functions_that_tensorflow_and_python_use() -> None:
    lines = _output("nm", "--dynamic", "--defined-only", "--extern-only")
    assert sorted(line.split()[2] for line in lines) == ["TFS3_StatsJson", "TF_InitPlugin"]


def test_needs_only_the_c_and_cpp_runtimes_and_tensorflow_and_has_no_rpath() -> None:
    entries = "\n".join(_output("readelf", "--dynamic", "--wide"))
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", entries)
    assert [name for name in needed if not _C_AND_CPP.fullmatch(name)] == [_TENSORFLOW]
    assert re.findall(r"\((RPATH|RUNPATH)\)", entries) == []


def test_uses_only_the_c_interface_of_tensorflow() -> None:
    # Symbols of the C library have a version.
    undefined = [line.split() for line in _output("nm", "--dynamic", "--undefined-only")]
    others = [
        (kind, name)
        for kind, name in undefined
        if "@" not in name and not _RUNTIME_SYMBOL.match(name)
    ]
    assert [name for kind, name in others if kind == "U"] == ["TF_SetStatus"]
    assert sorted(name for kind, name in others if kind != "U") == _REMOVED_FROM_OPENSSL
