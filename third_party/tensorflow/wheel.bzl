# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The repository rule that unpacks TensorFlow's wheel."""

load("//third_party:registry.bzl", "PACKAGE_ATTRS", "apply_overlay", "fetch_package", "find_python")

def _tensorflow_wheel_impl(repository_ctx):
    fetch_package(repository_ctx, "site-packages")
    apply_overlay(repository_ctx)

    # Compiles TensorFlow's modules once. The sandbox is read-only, so otherwise each program compiles them again.
    repository_ctx.report_progress("compiling TensorFlow's Python modules")
    done = repository_ctx.execute(
        [find_python(repository_ctx), "-m", "compileall", "-q", "-j", "0", "site-packages"],
        timeout = 1800,
    )
    if done.return_code:
        fail("Cannot compile TensorFlow's Python modules: " + done.stdout + done.stderr)

tensorflow_wheel = repository_rule(
    implementation = _tensorflow_wheel_impl,
    attrs = PACKAGE_ATTRS,
)
