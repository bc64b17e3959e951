# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@org_tensorflow: a published wheel of TensorFlow under upstream's labels.

--repo_env=TF_VERSION=... selects the release, and --repo_env=TF_NEED_CUDA=1 the wheel that also runs on GPUs. Each wheel is unpacked
in a repository of its own, so that nothing is downloaded a second time when the selection changes.
"""

load("//third_party:packages.bzl", "TENSORFLOW_RELEASES", "TENSORFLOW_VERSION")
load("//third_party/tensorflow:wheel.bzl", "tensorflow_release", "tensorflow_wheel")

# Unpacked already, for the Python tests.
_UNPACKED = {"tensorflow-cpu 2.16.2": "tensorflow_2_16"}

# The headers of the default release that some wheels lack.
_HEADERS = {
    "//third_party/tensorflow:headers/absl_check.h": "absl/log/absl_check.h",
    "//third_party/tensorflow:headers/absl_log.h": "absl/log/absl_log.h",
    "//third_party/tensorflow:headers/json.h": "google/protobuf/json/json.h",
    "//third_party/tensorflow:headers/save_profile.h": "xla/tsl/profiler/rpc/client/save_profile.h",
}

# The functions that some libraries lack under the compiler's names.
_SOURCES = {"//third_party/tensorflow:log_message.cc": "2.20.0"}

def tensorflow_repositories():
    """Declares @org_tensorflow, and a repository for each wheel in TENSORFLOW_RELEASES."""
    wheels = dict(_UNPACKED)
    for version, release in TENSORFLOW_RELEASES.items():
        for package, sha256 in release.wheels.items():
            key = "{} {}".format(package, version)
            if key not in wheels:
                wheels[key] = "{}_{}".format(package, version).replace("-", "_").replace(".", "_")
                tensorflow_wheel(
                    name = wheels[key],
                    package = package,
                    registry = "pypi-wheel",
                    sha256 = sha256,
                    version = version,
                )
    tensorflow_release(
        name = "org_tensorflow",
        default_version = TENSORFLOW_VERSION,
        headers = _HEADERS,
        overlay = {
            "//third_party/tensorflow:c.BUILD": "tensorflow/c/BUILD",
            "//third_party/tensorflow:core.BUILD": "tensorflow/core/BUILD",
            "//third_party/tensorflow:filesystem.BUILD": "tensorflow/c/experimental/filesystem/BUILD",
            "//third_party/tensorflow:root.BUILD": "BUILD",
            "//third_party/tensorflow:saved_model.BUILD": "tensorflow/cc/saved_model/BUILD",
        },
        sources = _SOURCES,
        wheels = wheels,
    )
