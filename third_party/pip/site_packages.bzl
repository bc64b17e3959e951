# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The repository rule that installs Python packages."""

load("//third_party:registry.bzl", "run_fetch")

_HEAD = """load("@rules_python//python:defs.bzl", "py_library")

package(default_visibility = ["//visibility:public"])

# The folder as one input: thousands of files would cost each test seconds to set up.
py_library(
    name = "site_packages",
    data = ["site-packages"],
    imports = ["site-packages"],
)

py_library(
    name = "tensorflow",
    deps = [
        ":site_packages",
        "@org_tensorflow//:tensorflow_py",
    ],
)

py_library(
    name = "tensorflow_serving_api",
    deps = [
        ":tensorflow",
        "@tensorflow_serving_api//:tensorflow_serving_api_py",
    ],
)
"""

_PACKAGE = """
alias(
    name = "{}",
    actual = ":site_packages",
)
"""

def _pip_packages_impl(repository_ctx):
    requirements = repository_ctx.attr.requirements
    repository_ctx.file("requirements.txt", "\n".join(requirements) + "\n")
    repository_ctx.report_progress("installing {} Python packages".format(len(requirements)))
    run_fetch(repository_ctx, ["install", "--requirements=requirements.txt", "--output=site-packages"])
    names = [requirement.partition("==")[0].replace("-", "_") for requirement in requirements]
    repository_ctx.file("BUILD", _HEAD + "".join([_PACKAGE.format(name) for name in names]))

pip_packages = repository_rule(
    implementation = _pip_packages_impl,
    attrs = {"requirements": attr.string_list(doc = "Lines of a requirements file, each pinned by hash.", mandatory = True)},
)
