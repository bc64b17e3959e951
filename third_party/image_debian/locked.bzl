# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The repository rule that fetches the packages of a lock file from Debian's archive."""

_NO_LONGER_THERE = """

@{repository}: Debian's archive has no {name} {version} (it has: {candidate}).
{lock} pins that version. Debian removes a version when a security update or a point release replaces it.
Pin the current versions, look at the changes and commit them:

  ./bazelw run //docker:lock

To build an old image again, let apt use a snapshot of Debian's archive of that time.
If the machine is offline or behind a proxy, this is the cause instead. apt-get said:
{stderr}"""

_OTHER_CONTENT = """

@{repository}: {name} {version} has SHA-256 {found}, but {lock} pins {wanted}.
If a mirror of Debian serves another file, use the original. If the pin is to change: ./bazelw run //docker:lock
"""

def _download(repository_ctx, name, version):
    return repository_ctx.execute(["apt-get", "download", "{}={}".format(name, version)])

def _candidate(repository_ctx, name):
    for line in repository_ctx.execute(["apt-cache", "policy", name]).stdout.splitlines():
        label, _, value = line.strip().partition(": ")
        if label == "Candidate":
            return value
    return "no such package"

def _locked_debian_packages_impl(repository_ctx):
    lock = repository_ctx.attr.lock
    packages = json.decode(repository_ctx.read(lock))["packages"]
    names = sorted(packages)
    updated = False
    for name in names:
        version = packages[name]["version"]
        repository_ctx.report_progress("downloading {} {}".format(name, version))
        done = _download(repository_ctx, name, version)
        if done.return_code and not updated:
            # The package lists may be missing or old. Without the permission to update them, the download below fails.
            updated = True
            repository_ctx.execute(["apt-get", "update"])
            done = _download(repository_ctx, name, version)
        if done.return_code:
            fail(_NO_LONGER_THERE.format(
                candidate = _candidate(repository_ctx, name),
                lock = lock.package + "/" + lock.name,
                name = name,
                repository = repository_ctx.name,
                stderr = done.stderr,
                version = version,
            ))
        moved = repository_ctx.execute(["sh", "-c", "mv \"$0\"_*.deb \"$0.deb\" && sha256sum \"$0.deb\"", name])
        found = moved.stdout.partition(" ")[0]
        if moved.return_code or found != packages[name]["sha256"]:
            fail(_OTHER_CONTENT.format(
                found = found or moved.stderr,
                lock = lock.package + "/" + lock.name,
                name = name,
                repository = repository_ctx.name,
                version = version,
                wanted = packages[name]["sha256"],
            ))
    repository_ctx.file("BUILD", """filegroup(
    name = "packages",
    srcs = {},
    visibility = ["//visibility:public"],
)
""".format([name + ".deb" for name in names]))

locked_debian_packages = repository_rule(
    implementation = _locked_debian_packages_impl,
    attrs = {
        "lock": attr.label(
            doc = "A JSON file: packages -> name -> version and sha256. //docker:lock writes it.",
            allow_single_file = True,
            mandatory = True,
        ),
    },
)
