# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Rules of the container image: layers, the image, and strings of the command line."""

def merged(first, second):
    """Returns a dictionary with the items of both."""
    return dict(first, **second)

StringInfo = provider("The value of a string_flag.", fields = ["value"])

def _string_flag_impl(ctx):
    return StringInfo(value = ctx.build_setting_value)

string_flag = rule(
    implementation = _string_flag_impl,
    build_setting = config.string(flag = True),
    doc = "A string that the command line sets: --//docker:NAME=VALUE.",
)

# The layers are large and quickly made, so a disk cache does not keep them.
_NOT_CACHED = {"no-cache": "1"}

def _debian_layer_impl(ctx):
    arguments = ctx.actions.args()
    arguments.add_all(ctx.files.packages, before_each = "--package")
    arguments.add("--output", ctx.outputs.out)
    ctx.actions.run(
        outputs = [ctx.outputs.out],
        inputs = ctx.files.packages,
        executable = ctx.executable._tool,
        arguments = [arguments],
        mnemonic = "ImageLayer",
    )

debian_layer = rule(
    implementation = _debian_layer_impl,
    attrs = {
        "out": attr.output(mandatory = True),
        "packages": attr.label(doc = "NAME.deb of each package.", allow_files = [".deb"], mandatory = True),
        "_tool": attr.label(default = "//docker:make_debian_layer", executable = True, cfg = "exec"),
    },
    doc = "A layer of Debian's packages.",
)

def _place(target, place, file):
    if not place.endswith("/"):
        return place
    _, separator, path = file.short_path.partition("site-packages/")
    return place + (path if separator else file.basename)

def _image_layer_impl(ctx):
    arguments = ctx.actions.args()
    for option, files in (("--file", ctx.attr.files), ("--program", ctx.attr.programs)):
        for target, place in files.items():
            for file in target.files.to_list():
                arguments.add(option, "{}={}".format(_place(target, place, file), file.path))
    for place, target in ctx.attr.symlinks.items():
        arguments.add("--symlink", "{}={}".format(place, target))
    arguments.add_all(ctx.files.license_files, before_each = "--license")
    arguments.add_all(ctx.attr.debian_packages, before_each = "--debian_package")
    arguments.add("--output", ctx.outputs.out)
    ctx.actions.run(
        outputs = [ctx.outputs.out],
        inputs = ctx.files.files + ctx.files.programs + ctx.files.license_files,
        executable = ctx.executable._tool,
        arguments = [arguments],
        execution_requirements = _NOT_CACHED,
        mnemonic = "ImageLayer",
    )

_PLACES = "the file's path in the image, or a folder with a slash at the end: the path below site-packages, or the name, is added"

image_layer = rule(
    implementation = _image_layer_impl,
    attrs = {
        "debian_packages": attr.string_list(doc = "Packages whose static libraries are in the layer; their licences are copied."),
        "files": attr.label_keyed_string_dict(doc = "Files -> " + _PLACES, allow_files = True),
        "license_files": attr.label_list(doc = "More licences.", allow_files = True),
        "out": attr.output(mandatory = True),
        "programs": attr.label_keyed_string_dict(doc = "Executable files -> " + _PLACES, allow_files = True),
        "symlinks": attr.string_dict(doc = "Symbolic links: path in the image -> target."),
        "_tool": attr.label(default = "//docker:make_layer", executable = True, cfg = "exec"),
    },
    doc = "A layer of files that Bazel built or fetched.",
)

def _image_layout_impl(ctx):
    folder = ctx.actions.declare_directory(ctx.label.name)
    arguments = ctx.actions.args()
    arguments.add("layout")
    arguments.add("--umoci", ctx.file._umoci)
    arguments.add_all(ctx.files.layers, before_each = "--layer")
    arguments.add("--output", folder.path)
    ctx.actions.run(
        outputs = [folder],
        inputs = ctx.files.layers + [ctx.file._umoci],
        executable = ctx.executable._tool,
        arguments = [arguments],
        execution_requirements = _NOT_CACHED,
        mnemonic = "ImageLayout",
        progress_message = "Compressing the layers of %s" % ctx.label,
    )
    return [DefaultInfo(files = depset([folder]))]

_TOOLS = {
    "_tool": attr.label(default = "//docker:make_image", executable = True, cfg = "exec"),
    "_umoci": attr.label(default = "@umoci//:usr/bin/umoci", allow_single_file = True),
}

image_layout = rule(
    implementation = _image_layout_impl,
    attrs = dict(
        _TOOLS,
        layers = attr.label_list(doc = "The layers, from the bottom up.", allow_files = [".tar"], mandatory = True),
    ),
    doc = "A folder in OCI's layout with the layers that change rarely.",
)

def _oci_image_impl(ctx):
    archive = ctx.outputs.out
    digest = ctx.outputs.digest
    labels = dict(ctx.attr.labels)
    for flag, label in ctx.attr.label_flags.items():
        labels[label] = flag[StringInfo].value
    arguments = ctx.actions.args()
    arguments.add("image")
    arguments.add("--umoci", ctx.file._umoci)
    arguments.add("--layout", ctx.file.layout.path)
    arguments.add_all(ctx.files.layers, before_each = "--layer")
    arguments.add("--version", ctx.file.version)
    arguments.add("--suffix=" + ctx.attr.version_suffix)
    arguments.add("--user", ctx.attr.user)
    arguments.add_all(ctx.attr.entrypoint, format_each = "--entrypoint=%s")
    arguments.add_all(["{}={}".format(*item) for item in ctx.attr.env.items()], before_each = "--env")
    arguments.add_all(ctx.attr.exposed_ports, before_each = "--exposedports")
    arguments.add_all(["{}={}".format(*item) for item in sorted(labels.items())], before_each = "--label")
    arguments.add("--output", archive)
    arguments.add("--digest", digest)
    ctx.actions.run(
        outputs = [archive, digest],
        inputs = ctx.files.layers + [ctx.file.layout, ctx.file.version, ctx.file._umoci],
        executable = ctx.executable._tool,
        arguments = [arguments],
        execution_requirements = _NOT_CACHED,
        mnemonic = "OciImage",
        progress_message = "Making the image %s" % ctx.label,
    )

oci_image = rule(
    implementation = _oci_image_impl,
    attrs = dict(
        _TOOLS,
        digest = attr.output(doc = "The file with the digest of the manifest.", mandatory = True),
        entrypoint = attr.string_list(mandatory = True),
        env = attr.string_dict(),
        exposed_ports = attr.string_list(),
        label_flags = attr.label_keyed_string_dict(doc = "string_flag -> the label that has its value.", providers = [StringInfo]),
        labels = attr.string_dict(),
        layers = attr.label_list(doc = "The layers above those of `layout`.", allow_files = [".tar"], mandatory = True),
        layout = attr.label(doc = "An image_layout.", allow_single_file = True, mandatory = True),
        out = attr.output(doc = "The archive.", mandatory = True),
        user = attr.string(mandatory = True),
        version = attr.label(doc = "version.h of the server.", allow_single_file = True, mandatory = True),
        version_suffix = attr.string(),
    ),
    doc = "An image in an archive for `podman load` and `docker load`.",
)
