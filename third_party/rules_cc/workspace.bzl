# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@rules_cc: Debian's, patched for the Bazel that Debian ships; without Debian's folder, nothing is declared here."""

def _patched_folder_impl(repository_ctx):
    attr = repository_ctx.attr
    source = repository_ctx.path(attr.path)
    if not source.exists:
        fail("\n\n@{}: {} not found. Install the Debian package {} (./bazelw does that).\n".format(
            repository_ctx.name,
            attr.path,
            attr.debian_package,
        ))
    done = repository_ctx.execute(["cp", "-rL", "--no-preserve=mode", str(source) + "/.", "."])
    if done.return_code:
        fail("Cannot copy {}: {}".format(source, done.stderr))
    for patch in attr.patches:
        repository_ctx.patch(patch, strip = 1)

patched_folder = repository_rule(
    implementation = _patched_folder_impl,
    attrs = {
        "debian_package": attr.string(mandatory = True),
        "patches": attr.label_list(allow_files = True),
        "path": attr.string(mandatory = True),
    },
    doc = "A copy of a folder that the system has installed, with patches applied.",
)

def rules_cc_repository():
    patched_folder(
        name = "rules_cc",
        debian_package = "bazel-rules-cc",
        patches = ["//patches:rules_cc-toolchain-type.patch"],
        path = "/usr/share/bazel/rules/cc",
    )
