# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The repository rule that unpacks Debian's packages without installing them."""

def _debian_programs_impl(repository_ctx):
    packages = repository_ctx.attr.packages
    repository_ctx.report_progress("downloading Debian's packages {}".format(", ".join(packages)))
    download = ["apt-get", "download"] + packages
    if repository_ctx.execute(download).return_code != 0:
        # The package lists may be missing or old. Without the permission to update them, the download below fails.
        repository_ctx.execute(["apt-get", "update"])
    for command in [
        download,
        ["sh", "-c", "for deb in *.deb; do dpkg-deb --extract $deb . || exit 1; done; rm *.deb"],
    ]:
        result = repository_ctx.execute(command)
        if result.return_code != 0:
            fail("\n\n@{}: {} failed: {}\nIs the network there? If a package's version is not found: sudo apt-get update\n".format(
                repository_ctx.name,
                " ".join(command),
                result.stderr,
            ))
    repository_ctx.file("BUILD", repository_ctx.attr.build)

debian_programs = repository_rule(
    implementation = _debian_programs_impl,
    attrs = {
        "build": attr.string(doc = "The BUILD file of the repository.", mandatory = True),
        "packages": attr.string_list(mandatory = True),
    },
)
