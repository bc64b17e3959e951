# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The repositories that Bazel itself loads, from where Debian installs them, so that nothing is fetched for them."""

# Name of the repository -> folder of the Debian package.
_DEBIAN_FOLDERS = {
    "bazel_skylib": "/usr/share/bazel/tools/skylib",
    "platforms": "/usr/share/bazel/tools/platforms",
    "rules_java": "/usr/share/bazel/rules/java",
    "rules_proto": "/usr/share/bazel/rules/proto",
}

_COVERAGE_TOOLS_BUILD = """
filegroup(
    name = "coverage_report_generator",
    srcs = [],
    visibility = ["//visibility:public"],
)
"""

def _no_coverage_tools_impl(repository_ctx):
    repository_ctx.file("BUILD", _COVERAGE_TOOLS_BUILD)

_no_coverage_tools = repository_rule(
    implementation = _no_coverage_tools_impl,
    doc = "Every test refers to @remote_coverage_tools when it is analysed, also without --collect_code_coverage.",
)

def bazel_repositories():
    for name, path in _DEBIAN_FOLDERS.items():
        native.local_repository(name = name, path = path)
    _no_coverage_tools(name = "remote_coverage_tools")
