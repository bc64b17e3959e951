# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Repository rules whose result depends on the release of TensorFlow: --repo_env=TF_VERSION=... selects it."""

load("//third_party:registry.bzl", "apply_overlay", "run_fetch")

def selected_release(repository_ctx, releases):
    """Returns the selected version of TensorFlow; fails if it is not a key of `releases`."""
    version = repository_ctx.os.environ.get("TF_VERSION") or repository_ctx.attr.default_version
    if version not in releases:
        fail("\n\nTF_VERSION is {}. This server builds with TensorFlow {}: --repo_env=TF_VERSION={}\n".format(
            version,
            ", ".join(releases),
            repository_ctx.attr.default_version,
        ))
    return version

def fetch_release(repository_ctx, output):
    """Unpacks the wheel in `pins` that matches the selected TensorFlow into the folder `output` of the repository."""
    pins = repository_ctx.attr.pins
    package, version, sha256 = pins[selected_release(repository_ctx, pins)].split(" ")
    repository_ctx.report_progress("fetching {} {}".format(package, version))
    run_fetch(repository_ctx, [
        "unpack",
        "--registry=pypi-wheel",
        "--package=" + package,
        "--version=" + version,
        "--sha256=" + sha256,
        "--output={}".format(repository_ctx.path(output)),
    ])

RELEASE_ATTRS = {
    "default_version": attr.string(doc = "The version of TensorFlow without TF_VERSION.", mandatory = True),
    "overlay": attr.label_keyed_string_dict(
        doc = "Files of this repository, keyed by label, and where each stands in the new one.",
        allow_files = True,
    ),
    "patches": attr.label_list(doc = "Patches, applied with -p1 after unpacking.", allow_files = True),
    "pins": attr.string_dict(
        doc = "Version of TensorFlow -> the package that matches it: name, version and SHA-256, with blanks between them.",
        mandatory = True,
    ),
}

RELEASE_ENVIRON = ["TF_VERSION"]

def _release_repository_impl(repository_ctx):
    fetch_release(repository_ctx, ".")
    apply_overlay(repository_ctx)

release_repository = repository_rule(
    implementation = _release_repository_impl,
    attrs = RELEASE_ATTRS,
    doc = "A repository made of one wheel.",
    environ = RELEASE_ENVIRON,
)
