# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Repository rule for libraries that the system's package manager has installed."""

def _system_repository_impl(repository_ctx):
    attr = repository_ctx.attr
    missing = [path for path in attr.requires if not repository_ctx.path(path).exists]
    if missing:
        fail("\n\n@{}: {} not found. Install the Debian package {} (./bazelw does that).\n".format(
            repository_ctx.name,
            ", ".join(missing),
            attr.debian_package,
        ))
    for path in attr.links:
        name = path.split("/")[-1]
        repository_ctx.symlink(path, name)
    for pattern in attr.archives:
        folder, _, glob = pattern.rpartition("/")
        prefix, _, suffix = glob.partition("*")
        for file in repository_ctx.path(folder).readdir():
            if file.basename.startswith(prefix) and file.basename.endswith(suffix):
                repository_ctx.symlink(file, file.basename)
    repository_ctx.symlink(attr.build_file, "BUILD")

system_repository = repository_rule(
    implementation = _system_repository_impl,
    attrs = {
        "archives": attr.string_list(doc = "Paths with one `*` in the file name: each match is linked into the repository."),
        "build_file": attr.label(doc = "The repository's BUILD file.", allow_single_file = True, mandatory = True),
        "debian_package": attr.string(doc = "The Debian package with these files, for the error message.", mandatory = True),
        "links": attr.string_list(doc = "Absolute paths of files to link into the repository."),
        "requires": attr.string_list(doc = "Absolute paths that must exist."),
    },
    doc = "A repository for an installed Debian package: links to its static libraries; the compiler finds the headers.",
    local = True,
)
