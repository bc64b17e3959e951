# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The S3 filesystems that a program can link, and the build setting that selects one.

    ./bazelw build --//tensorflow_serving_s3/filesystem:s3=crt ...

In .bazelrc, `--config=tensorflow_io` selects tensorflow_io and lets Bazel fetch its sources; `--config=tensorflow_io_wheel` selects
tensorflow_io_wheel and TensorFlow 2.16.2.
"""

# Value of the build setting -> the library that implements filesystem/flavour/flavour.h.
S3_FLAVOURS = {
    "crt": "//tensorflow_serving_s3/filesystem/s3:flavour",
    "tensorflow_io": "//tensorflow_serving_s3/filesystem/tensorflow_io:flavour",
    "tensorflow_io_wheel": "//tensorflow_serving_s3/filesystem/tensorflow_io_wheel:flavour",
}

# `target_compatible_with` of tests that need our own S3 client: other flavours skip them.
CRT_ONLY = select({
    "//tensorflow_serving_s3/filesystem:s3_is_crt": [],
    "//conditions:default": ["@platforms//:incompatible"],
})

def _s3_setting_impl(ctx):
    value = ctx.build_setting_value
    if value not in S3_FLAVOURS:
        fail("\n\n--{}={}: there is no such S3 filesystem. The values are: {}.\n".format(
            ctx.label,
            value,
            ", ".join(S3_FLAVOURS),
        ))

_s3_setting = rule(
    implementation = _s3_setting_impl,
    build_setting = config.string(flag = True),
    doc = "A build setting that must be one of S3_FLAVOURS.",
)

def s3_flavour(name, setting, visibility):
    """Declares the build setting, a config_setting for each value, and an alias of the selected library.

    Args:
        name: name of the alias.
        setting: name of the build setting; the config_settings are named SETTING_is_VALUE.
        visibility: of the alias.
    """
    _s3_setting(
        name = setting,
        build_setting_default = "crt",
        visibility = ["//visibility:public"],
    )
    for value in S3_FLAVOURS:
        native.config_setting(
            name = "{}_is_{}".format(setting, value),
            flag_values = {":" + setting: value},
            visibility = ["//visibility:public"],
        )
    native.alias(
        name = name,
        actual = select({
            ":{}_is_{}".format(setting, value): library
            for value, library in S3_FLAVOURS.items()
        }),
        visibility = visibility,
    )
