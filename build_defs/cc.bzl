# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""C++ libraries with their tests, and programs that link TensorFlow's libraries.

The programs link TensorFlow's shared libraries beside static libraries of other releases of the same code.
"""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library", "cc_test")
load("//tensorflow_serving_s3/filesystem:flavours.bzl", "CRT_ONLY")

_GTEST_MAIN = "@com_google_googletest//:gtest_main"

# Tests in this folder test our own S3 client.
_CRT_FOLDER = "tensorflow_serving_s3/filesystem/s3/"

_HIDE_SYMBOLS = "//build_defs:hide_symbols.lds"

# Linked last, so that the linker uses the static OpenSSL and zlib, and not the symbols that TensorFlow's library exports.
_LINKED_LAST = "@org_tensorflow//tensorflow/core:framework"

def _link(kwargs, version_script = _HIDE_SYMBOLS):
    return dict(
        kwargs,
        linkopts = kwargs.get("linkopts", []) + ["-Wl,--version-script=$(location {})".format(version_script)],
        deps = [dep for dep in kwargs.get("deps", []) if dep != _LINKED_LAST] + [version_script, _LINKED_LAST],
    )

def tfs3_cc_binary(name, version_script = _HIDE_SYMBOLS, **kwargs):
    """Declares a cc_binary that exports no symbols, so that it and TensorFlow's libraries use their own copies of OpenSSL.

    Args:
      name: the target.
      version_script: the linker's list of exported symbols.
      **kwargs: passed to cc_binary.
    """
    cc_binary(name = name, **_link(kwargs, version_script))

def tfs3_cc_test(name, **kwargs):
    """Declares a cc_test that is linked like tfs3_cc_binary."""
    cc_test(name = name, **_link(kwargs))

def tfs3_cc_library(name, srcs = None, hdrs = None, test_deps = None, test_size = "small", deps = [], **kwargs):
    """Declares a cc_library of NAME.h and, if it exists, NAME.cc; with `test_deps`, also the cc_test NAME_test.

    Args:
        name: name of the library.
        srcs: the sources, if not NAME.cc.
        hdrs: the headers, if not NAME.h.
        test_deps: deps of the test in addition to the library, the deps of the library and GoogleTest's main; None for no test.
        test_size: size of the test.
        deps: deps of the library.
        **kwargs: passed to cc_library.
    """
    cc_library(
        name = name,
        srcs = native.glob([name + ".cc"], allow_empty = True) if srcs == None else srcs,
        hdrs = [name + ".h"] if hdrs == None else hdrs,
        deps = deps,
        **kwargs
    )
    if test_deps != None:
        cc_test(
            name = name + "_test",
            size = test_size,
            srcs = [name + "_test.cc"],
            target_compatible_with = CRT_ONLY if native.package_name().startswith(_CRT_FOLDER) else [],
            deps = [":" + name, _GTEST_MAIN] + deps + test_deps,
        )
