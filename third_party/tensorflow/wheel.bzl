# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Repository rules: a wheel of TensorFlow, and the selected one under upstream's labels."""

load("//third_party:registry.bzl", "PACKAGE_ATTRS", "fetch_package", "find_python")
load("//third_party/tensorflow:release.bzl", "selected_release")

_WHEEL_BUILD = """load("@rules_python//python:defs.bzl", "py_library")

# The folder as one input: thousands of files would cost each test seconds to set up.
py_library(
    name = "tensorflow_py",
    data = ["site-packages"],
    imports = ["site-packages"],
    visibility = ["//visibility:public"],
)
"""

def _tensorflow_wheel_impl(repository_ctx):
    fetch_package(repository_ctx, "site-packages")
    repository_ctx.file("BUILD", _WHEEL_BUILD)

    # Compiles TensorFlow's modules once. The sandbox is read-only, so otherwise each program compiles them again.
    repository_ctx.report_progress("compiling TensorFlow's Python modules")
    done = repository_ctx.execute(
        [find_python(repository_ctx), "-m", "compileall", "-q", "-j", "0", "site-packages"],
        timeout = 1800,
    )
    if done.return_code:
        fail("Cannot compile TensorFlow's Python modules: " + done.stdout + done.stderr)

tensorflow_wheel = repository_rule(
    implementation = _tensorflow_wheel_impl,
    attrs = PACKAGE_ATTRS,
    doc = "A wheel of TensorFlow as pip would install it, in the folder site-packages.",
)

_RELEASE = """# The selected release of TensorFlow.
TENSORFLOW_VERSION = "{version}"

# The folder of the headers that its wheel lacks.
MORE_INCLUDES = {more_includes}

# The Python library of the default release.
TENSORFLOW_PY = "@{python}//:tensorflow_py"
"""

def _tensorflow_release_impl(repository_ctx):
    attr = repository_ctx.attr
    versions = {key.split(" ")[1]: None for key in attr.wheels}
    version = selected_release(repository_ctx, sorted(versions))
    package = "tensorflow" if repository_ctx.os.environ.get("TF_NEED_CUDA") == "1" else "tensorflow-cpu"
    wheel = repository_ctx.path(Label("@{}//:BUILD".format(attr.wheels["{} {}".format(package, version)])))
    repository_ctx.symlink(wheel.dirname.get_child("site-packages"), "site-packages")

    include = "site-packages/tensorflow/include/"
    more_includes = []
    for label, header in attr.headers.items():
        if not repository_ctx.path(include + header).exists:
            repository_ctx.symlink(label, "more_headers/" + header)
            more_includes = ["more_headers"]
    for label, releases in attr.sources.items():
        if version in releases.split(" "):
            repository_ctx.symlink(label, "more_sources/" + label.name)
    if not repository_ctx.path(include + "tensorflow/c/logging.h").exists:
        repository_ctx.symlink(attr._logging_source, "tensorflow/c/logging.cc")
        repository_ctx.symlink(attr._logging_header, "tensorflow/c/logging.h")
    for label, path in attr.overlay.items():
        repository_ctx.symlink(label, path)
    repository_ctx.file("release.bzl", _RELEASE.format(
        version = version,
        more_includes = more_includes,
        python = attr.wheels["tensorflow-cpu " + attr.default_version],
    ))

tensorflow_release = repository_rule(
    implementation = _tensorflow_release_impl,
    attrs = {
        "default_version": attr.string(doc = "The version of TensorFlow without TF_VERSION.", mandatory = True),
        "headers": attr.label_keyed_string_dict(
            doc = "Headers, and the names under which they are included if the wheel lacks them.",
            allow_files = True,
        ),
        "overlay": attr.label_keyed_string_dict(
            doc = "BUILD files, keyed by label, and where each stands in the repository.",
            allow_files = True,
        ),
        "sources": attr.label_keyed_string_dict(
            doc = "Sources with functions that libraries lack, and the versions of TensorFlow that need each, with blanks between them.",
            allow_files = True,
        ),
        "wheels": attr.string_dict(
            doc = "Package and version -> the repository with the unpacked wheel.",
            mandatory = True,
        ),
        "_logging_header": attr.label(default = "//third_party/tensorflow:c_logging.h"),
        "_logging_source": attr.label(default = "//third_party/tensorflow:c_logging.cc"),
    },
    doc = "The selected wheel under upstream's labels.",
    environ = [
        "TF_NEED_CUDA",
        "TF_VERSION",
    ],
)
