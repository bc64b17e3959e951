# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The repository rules that install Python packages."""

load("//third_party:registry.bzl", "run_fetch")

_HEAD = """load("@rules_python//python:defs.bzl", "py_library")

package(default_visibility = ["//visibility:public"])

# The folder as one input: with thousands of inputs, each test would start seconds later.
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

_OTHER_PACKAGES = """load("@rules_python//python:defs.bzl", "py_library")

# Must be the first of a test's deps, so that it precedes @pip on the path.
py_library(
    name = "{}",
    data = ["site-packages"],
    imports = ["site-packages"],
    visibility = ["//visibility:public"],
)

# The folder, for programs that get its path as an argument.
filegroup(
    name = "files",
    srcs = ["site-packages"],
    visibility = ["//visibility:public"],
)
"""

_PACKAGE = """
alias(
    name = "{}",
    actual = ":site_packages",
)
"""

_REQUIREMENTS = attr.string_list(doc = "Lines of a requirements file, each pinned by hash.", mandatory = True)

def _install(repository_ctx):
    requirements = repository_ctx.attr.requirements
    repository_ctx.file("requirements.txt", "\n".join(requirements) + "\n")
    repository_ctx.report_progress("installing {} Python packages".format(len(requirements)))
    run_fetch(repository_ctx, ["install", "--requirements=requirements.txt", "--output=site-packages"])
    return requirements

def _pip_packages_impl(repository_ctx):
    requirements = _install(repository_ctx)
    names = [requirement.partition("==")[0].replace("-", "_") for requirement in requirements]
    repository_ctx.file("BUILD", _HEAD + "".join([_PACKAGE.format(name) for name in names]))

pip_packages = repository_rule(
    implementation = _pip_packages_impl,
    attrs = {"requirements": _REQUIREMENTS},
)

def _other_packages_impl(repository_ctx):
    _install(repository_ctx)
    repository_ctx.file("BUILD", _OTHER_PACKAGES.format(repository_ctx.attr.library))

other_packages = repository_rule(
    implementation = _other_packages_impl,
    attrs = {
        "library": attr.string(doc = "The name of the one py_library.", mandatory = True),
        "requirements": _REQUIREMENTS,
    },
    doc = "Packages of other versions than @pip has, in a folder of their own.",
)
