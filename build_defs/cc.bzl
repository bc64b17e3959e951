# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""C++ programs that link TensorFlow's shared libraries beside static libraries of other releases of the same code."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_test")

_HIDE_SYMBOLS = "//build_defs:hide_symbols.lds"

# The last of the deps comes last in the link: so static libraries' OpenSSL and zlib are found before those that TensorFlow's
# library exports.
_LINKED_LAST = "@org_tensorflow//tensorflow/core:framework"

def _link(kwargs, version_script = _HIDE_SYMBOLS):
    return dict(
        kwargs,
        linkopts = kwargs.get("linkopts", []) + ["-Wl,--version-script=$(location {})".format(version_script)],
        deps = [dep for dep in kwargs.get("deps", []) if dep != _LINKED_LAST] + [version_script, _LINKED_LAST],
    )

def tfs3_cc_binary(name, version_script = _HIDE_SYMBOLS, **kwargs):
    """A cc_binary that exports no symbol, so that neither it nor TensorFlow's libraries call into the other's OpenSSL.

    Args:
      name: the target.
      version_script: the linker's list of the symbols that the program exports after all.
      **kwargs: as of cc_binary.
    """
    cc_binary(name = name, **_link(kwargs, version_script))

def tfs3_cc_test(name, **kwargs):
    """A cc_test linked as tfs3_cc_binary links."""
    cc_test(name = name, **_link(kwargs))
