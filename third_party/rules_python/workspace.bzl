# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@rules_python: the part of upstream's interface that is used here (//python:defs.bzl) over Bazel's native rules, and the
interpreter to run Python programs with. Upstream's repository can be put in its place."""

load("//third_party:registry.bzl", "find_python")

_DEFS = """
load("@bazel_tools//tools/python:toolchain.bzl", _py_runtime_pair = "py_runtime_pair")

py_binary = native.py_binary
py_library = native.py_library
py_runtime = native.py_runtime
py_runtime_pair = _py_runtime_pair
py_test = native.py_test
"""

_RUNTIME = """
load(":defs.bzl", "py_runtime", "py_runtime_pair")

py_runtime(
    name = "python3",
    interpreter_path = "{interpreter}",
    python_version = "PY3",
    stub_shebang = "#!{interpreter}",
)

py_runtime_pair(
    name = "runtime_pair",
    py2_runtime = None,
    py3_runtime = ":python3",
)

toolchain(
    name = "toolchain",
    toolchain = ":runtime_pair",
    toolchain_type = "@bazel_tools//tools/python:toolchain_type",
)
"""

def _rules_python_impl(repository_ctx):
    repository_ctx.file("BUILD", "")
    repository_ctx.file("python/defs.bzl", _DEFS)
    repository_ctx.file("python/BUILD", _RUNTIME.format(interpreter = find_python(repository_ctx)))

rules_python = repository_rule(
    implementation = _rules_python_impl,
    local = True,
)

def rules_python_repository():
    rules_python(name = "rules_python")
    native.register_toolchains("@rules_python//python:toolchain")
