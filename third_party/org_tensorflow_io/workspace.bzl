# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@org_tensorflow_io: the sources of tensorflow-io 0.29.0. @tensorflow_io_s3: its S3 filesystem, if it is asked for.

`query`, `fetch` and `build //...` follow every branch of a select, so that they would fetch the archives in the default
build. They see @tensorflow_io_s3//:s3, which refers to the archives only if TFS3_FETCH_TENSORFLOW_IO is 1. That variable
comes from --config=tensorflow_io.
"""

load("//third_party:archive.bzl", "archive_repository")

_FETCHED = """
alias(
    name = "s3",
    actual = "@org_tensorflow_io//tensorflow_io/core/filesystems/s3",
    tags = ["manual"],
    visibility = ["//visibility:public"],
)
"""

_NOT_FETCHED = """
load("@tf_serving_s3//third_party:missing.bzl", "missing_library")

missing_library(
    name = "s3",
    message = "The sources of tensorflow-io are not fetched. Build with --config=tensorflow_io (docs/build.md).\\n",
    tags = ["manual"],
    visibility = ["//visibility:public"],
)
"""

def _tensorflow_io_s3_impl(repository_ctx):
    wanted = repository_ctx.os.environ.get("TFS3_FETCH_TENSORFLOW_IO") == "1"
    repository_ctx.file("BUILD", _FETCHED if wanted else _NOT_FETCHED)

_tensorflow_io_s3 = repository_rule(
    implementation = _tensorflow_io_s3_impl,
    environ = ["TFS3_FETCH_TENSORFLOW_IO"],
)

def org_tensorflow_io_repositories():
    _tensorflow_io_s3(name = "tensorflow_io_s3")
    archive_repository(
        name = "org_tensorflow_io",
        patches = [
            "//patches:tfio.patch",
            "//patches:tfio-unset-variables.patch",
            "//patches:tfio-read-past-end.patch",
            "//patches:tfio-log-format.patch",
        ],
    )
