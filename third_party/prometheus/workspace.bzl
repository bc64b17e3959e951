# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@prometheus: the programs of Debian's package, unpacked and not installed: installing it starts a service."""

_BUILD = """package(default_visibility = ["//visibility:public"])

filegroup(
    name = "programs",
    srcs = [
        "usr/bin/prometheus",
        "usr/bin/promtool",
    ],
)
"""

def _debian_programs_impl(repository_ctx):
    package = repository_ctx.attr.debian_package
    repository_ctx.report_progress("downloading Debian's package {}".format(package))
    download = ["apt-get", "download", package]
    if repository_ctx.execute(download).return_code != 0:
        # The lists of packages may be missing or old. Whoever may not renew them is told below.
        repository_ctx.execute(["apt-get", "update"])
    for command in [
        download,
        ["sh", "-c", "dpkg-deb --extract {}_*.deb . && rm {}_*.deb".format(package, package)],
    ]:
        result = repository_ctx.execute(command)
        if result.return_code != 0:
            fail("\n\n@{}: {} failed: {}\nIs the network there? If the package's version is not found: sudo apt-get update\n".format(
                repository_ctx.name,
                " ".join(command),
                result.stderr,
            ))
    repository_ctx.file("BUILD", _BUILD)

_debian_programs = repository_rule(
    implementation = _debian_programs_impl,
    attrs = {"debian_package": attr.string(mandatory = True)},
)

def prometheus_repository():
    _debian_programs(
        name = "prometheus",
        debian_package = "prometheus",
    )
