# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@nvidia: NVIDIA's libraries that TensorFlow loads at run time, for the container image.

They have gigabytes, so they are fetched only with --config=cuda. Otherwise @nvidia//:libraries is empty.
"""

load("//third_party:packages.bzl", "NVIDIA_PACKAGES", "python_requirements")
load("//third_party:registry.bzl", "run_fetch")

_BUILD = """package(default_visibility = ["//visibility:public"])

filegroup(
    name = "libraries",
    srcs = glob([
        "site-packages/nvidia/*/lib/*.so*",
        "site-packages/nvidia/cuda_nvcc/nvvm/libdevice/*",
    ]),
)

filegroup(
    name = "programs",
    srcs = glob(["site-packages/nvidia/cuda_nvcc/bin/ptxas"]),
)

filegroup(
    name = "licenses",
    srcs = glob(["site-packages/*.dist-info/**/License*.txt"]),
)
"""

_CUDA = """# Whether the build is for NVIDIA's GPUs.
CUDA = {cuda}

# The folders of the libraries, below site-packages.
FOLDERS = {folders}
"""

def _nvidia_libraries_impl(repository_ctx):
    cuda = repository_ctx.os.environ.get("TF_NEED_CUDA") == "1"
    folders = []
    if cuda:
        requirements = repository_ctx.attr.requirements
        repository_ctx.file("requirements.txt", "\n".join(requirements) + "\n")
        repository_ctx.report_progress("installing NVIDIA's libraries")
        run_fetch(repository_ctx, ["install", "--requirements=requirements.txt", "--output=site-packages"])
        top = repository_ctx.path("site-packages/nvidia")
        folders = sorted([
            "nvidia/{}/lib".format(folder.basename)
            for folder in top.readdir()
            if folder.get_child("lib").exists
        ])
    repository_ctx.file("cuda.bzl", _CUDA.format(cuda = cuda, folders = folders))
    repository_ctx.file("BUILD", _BUILD)

_nvidia_libraries = repository_rule(
    implementation = _nvidia_libraries_impl,
    attrs = {"requirements": attr.string_list(mandatory = True)},
    environ = ["TF_NEED_CUDA"],
)

def nvidia_repository():
    _nvidia_libraries(
        name = "nvidia",
        requirements = python_requirements(NVIDIA_PACKAGES),
    )
