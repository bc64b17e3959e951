# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The layers of the source tree.

`above()` returns the visibility for the libraries of a BUILD file; //build_defs:layers_test checks the includes.
"""

# Folder -> its subfolders from the bottom up. A source file may include headers of its own folder and of lower folders. "" is the
# folder itself. Folders in a tuple share a layer: they may include each other, but not in a circle.
#
# A folder `testing` has no layer: it may include all folders, and only tests may include it.
LAYERS = {
    "tensorflow_serving_s3": [
        "proto",
        "filesystem",
        "core",
        "sources",
        "servables/tensorflow",
        "model_servers",
        "c_api",
        "python",
    ],
    "tensorflow_serving_s3/filesystem": [
        "flavour",
        "s3",
        "tensorflow_io",
        "tensorflow_io_wheel",
        "",
    ],
    "tensorflow_serving_s3/filesystem/s3": [
        "base",
        "aws",
        "address",
        "http",
        "credentials",
        "client",
        "reading",
        "writing",
        "tree",
        "plugin",
        "",
    ],
    "tensorflow_serving_s3/servables/tensorflow": [
        "tensors",
        "batching",
        "run",
        "bundle",
        "apis",
        "load",
        "",
    ],
    "tensorflow_serving_s3/model_servers": [
        "base",
        "options",
        "net",
        "net/http2",
        "net/http",
        "path_hiding",
        "request_logging",
        "monitoring",
        "grpc",
        "rest/json",
        "rest/api",
        "",
    ],
}

def above():
    """Returns the visibility of a library: its own folder, the folders above it, and test support."""
    package = native.package_name()
    top = None
    for folder in LAYERS:
        if package.startswith(folder + "/") and (top == None or len(folder) > len(top)):
            top = folder
    if top == None:
        fail("//build_defs:layers.bzl has no layers for " + package)
    visible = ["//{}/testing:__pkg__".format(top)]
    reached = False
    for layer in LAYERS[top]:
        names = layer if type(layer) == "tuple" else (layer,)
        reached = reached or package[len(top) + 1:] in names
        for name in names:
            if reached and name:
                visible.append("//{}/{}:__subpackages__".format(top, name))
            elif reached:
                visible.append("//{}:__pkg__".format(top))
    if not reached:
        fail("//build_defs:layers.bzl does not say which layer of {} is {}".format(top, package))
    return visible
