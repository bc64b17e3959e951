# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@org_tensorflow: the published wheel under upstream's labels."""

load("//third_party:registry.bzl", "OVERLAY_ATTRS", "apply_overlay", "fetch_package", "find_python")

def _tensorflow_wheel_impl(repository_ctx):
    fetch_package(repository_ctx, "tensorflow", "site-packages")
    apply_overlay(repository_ctx)

    # Compiled once here: the sandbox is read-only, so that without this each program would compile TensorFlow's modules anew.
    repository_ctx.report_progress("compiling TensorFlow's Python modules")
    done = repository_ctx.execute(
        [find_python(repository_ctx), "-m", "compileall", "-q", "-j", "0", "site-packages"],
        timeout = 1800,
    )
    if done.return_code:
        fail("Cannot compile TensorFlow's Python modules: " + done.stdout + done.stderr)

tensorflow_wheel = repository_rule(
    implementation = _tensorflow_wheel_impl,
    attrs = OVERLAY_ATTRS,
)

def tensorflow_repository():
    tensorflow_wheel(
        name = "org_tensorflow",
        overlay = {
            "//third_party/tensorflow:c.BUILD": "tensorflow/c/BUILD",
            "//third_party/tensorflow:core.BUILD": "tensorflow/core/BUILD",
            "//third_party/tensorflow:filesystem.BUILD": "tensorflow/c/experimental/filesystem/BUILD",
            "//third_party/tensorflow:root.BUILD": "BUILD",
            "//third_party/tensorflow:saved_model.BUILD": "tensorflow/cc/saved_model/BUILD",
        },
    )
