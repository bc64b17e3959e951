# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The repository rule that unpacks the tensorflow-serving-api wheel and gives its protos upstream's labels."""

load("//third_party:registry.bzl", "apply_overlay")
load("//third_party/tensorflow:release.bzl", "RELEASE_ATTRS", "RELEASE_ENVIRON", "fetch_release")
load("//third_party/tensorflow_serving_api:protos.bzl", "API_PROTOS", "CONFIG_PROTOS")

_PACKAGE = """load("@rules_cc//cc:defs.bzl", "cc_library")

package(default_visibility = ["//visibility:public"])
"""

_PROTO = """
cc_library(
    name = "{}_cc_proto",
    deps = ["//:protos"],
)
"""

def _tensorflow_serving_api_impl(repository_ctx):
    fetch_release(repository_ctx, "site-packages")
    apply_overlay(repository_ctx)
    for folder, protos in {"apis": API_PROTOS, "config": CONFIG_PROTOS}.items():
        repository_ctx.file(
            "tensorflow_serving/{}/BUILD".format(folder),
            _PACKAGE + "".join([_PROTO.format(proto) for proto in protos]),
        )

tensorflow_serving_api = repository_rule(
    implementation = _tensorflow_serving_api_impl,
    attrs = RELEASE_ATTRS,
    environ = RELEASE_ENVIRON,
)
