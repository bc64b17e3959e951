# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Repository rules for packages of registries: `registry_repository` unpacks one package and adds BUILD files.

Pins come as attributes (`pinned()` in packages.bzl makes them): were the table loaded here, a change of one pin would fetch
every package anew.
"""

_PYTHON_CANDIDATES = ["/usr/bin/python3.11", "python3.11", "python3"]

def find_python(repository_ctx):
    """Returns the path of a CPython 3.11, the version that the pinned wheels are for; fails if there is none."""
    for candidate in _PYTHON_CANDIDATES:
        path = repository_ctx.path(candidate) if candidate.startswith("/") else repository_ctx.which(candidate)
        if path == None or not path.exists:
            continue
        said = repository_ctx.execute([path, "-c", "import sys; print(sys.implementation.name, *sys.version_info[:2])"])
        if said.return_code == 0 and said.stdout.strip() == "cpython 3 11":
            return path
    fail("No CPython 3.11 found ({}). Install Debian 12's python3, or put python3.11 on the PATH.".format(
        ", ".join(_PYTHON_CANDIDATES),
    ))

def run_fetch(repository_ctx, arguments, environment = {}):
    """Runs third_party/fetch.py; fails with its error message."""
    script = repository_ctx.path(Label("//third_party:fetch.py"))
    done = repository_ctx.execute(
        [find_python(repository_ctx), script] + arguments,
        timeout = 1800,
        environment = environment,
    )
    if done.return_code:
        fail("\n\n" + (done.stderr or done.stdout).strip() + "\n")

def fetch_package(repository_ctx, output, leave_out = [], environment = {}):
    """Fetches the package of the PACKAGE_ATTRS into the folder `output` of the repository."""
    attr = repository_ctx.attr
    repository_ctx.report_progress("fetching {} {}".format(attr.package, attr.version))
    run_fetch(repository_ctx, [
        "unpack",
        "--registry=" + attr.registry,
        "--package=" + attr.package,
        "--version=" + attr.version,
        "--sha256=" + attr.sha256,
        "--output={}".format(repository_ctx.path(output)),
    ] + ["--leave-out=" + folder for folder in leave_out], environment)

def apply_overlay(repository_ctx):
    """Applies the patches, then links the overlay files; `overlay` maps a label to a path in the repository."""
    for patch in repository_ctx.attr.patches:
        repository_ctx.patch(patch, strip = 1)
    for label, path in repository_ctx.attr.overlay.items():
        repository_ctx.symlink(label, path)

PACKAGE_ATTRS = {
    "overlay": attr.label_keyed_string_dict(
        doc = "Label of a file in this workspace -> its path in the new repository, mostly BUILD files.",
        allow_files = True,
    ),
    "package": attr.string(doc = "The package's name in its registry.", mandatory = True),
    "patches": attr.label_list(doc = "Patches, applied with -p1 after unpacking.", allow_files = True),
    "registry": attr.string(mandatory = True, values = ["npm", "pypi-sdist", "pypi-wheel"]),
    "sha256": attr.string(doc = "SHA-256 of the package's file.", mandatory = True),
    "version": attr.string(mandatory = True),
}

def _registry_repository_impl(repository_ctx):
    environment = {}
    if repository_ctx.attr.node:
        environment["TFS3_NODE"] = str(repository_ctx.path(repository_ctx.attr.node))
    fetch_package(repository_ctx, ".", repository_ctx.attr.leave_out, environment)
    apply_overlay(repository_ctx)

registry_repository = repository_rule(
    implementation = _registry_repository_impl,
    attrs = dict(
        PACKAGE_ATTRS,
        leave_out = attr.string_list(doc = "Folders of the package that are not unpacked."),
        node = attr.label(doc = "Node.js with its npm, for packages of the npm registry.", allow_single_file = True),
    ),
    doc = "A repository with one package of a registry.",
)
