# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""A target that stands for one that was not fetched."""

def _missing_library_impl(ctx):
    fail("\n\n" + ctx.attr.message)

missing_library = rule(
    implementation = _missing_library_impl,
    attrs = {"message": attr.string(mandatory = True)},
    doc = "Can be queried and fetched; fails with `message` when it is built.",
)
