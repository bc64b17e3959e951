# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@com_google_absl: upstream's labels for the absl in TensorFlow's wheel. Two copies of absl in one program would not do."""

# Folder of absl -> its targets that this project uses.
_TARGETS = {
    "base": ["base", "core_headers"],
    "cleanup": ["cleanup"],
    "container": ["btree", "fixed_array", "flat_hash_map", "flat_hash_set", "inlined_vector", "node_hash_map"],
    "functional": ["any_invocable", "function_ref"],
    "hash": ["hash"],
    "log": ["absl_check", "absl_log", "check", "globals", "initialize", "log", "log_entry", "log_sink", "log_sink_registry"],
    "memory": ["memory"],
    "numeric": ["bits", "int128"],
    "random": ["random"],
    "status": ["status", "statusor"],
    "strings": ["cord", "str_format", "string_view", "strings"],
    "synchronization": ["synchronization"],
    "time": ["time"],
    "types": ["any", "optional", "span", "variant"],
    "utility": ["utility"],
}

_HEAD = """load("@rules_cc//cc:defs.bzl", "cc_library")

package(default_visibility = ["//visibility:public"])
"""

_TARGET = """
cc_library(
    name = "{}",
    deps = ["@org_tensorflow//:framework"],
)
"""

def _absl_of_tensorflow_impl(repository_ctx):
    for folder, targets in _TARGETS.items():
        repository_ctx.file(
            "absl/{}/BUILD".format(folder),
            _HEAD + "".join([_TARGET.format(target) for target in targets]),
        )

absl_of_tensorflow = repository_rule(implementation = _absl_of_tensorflow_impl)

def absl_repository():
    absl_of_tensorflow(name = "com_google_absl")
