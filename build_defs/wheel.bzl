# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""A wheel of Python libraries, shared libraries and programs."""

def _py_wheel_impl(ctx):
    folder = ctx.actions.declare_directory(ctx.label.name)
    arguments = ctx.actions.args()
    arguments.add("--output", folder.path)
    arguments.add("--metadata", ctx.file.metadata)
    inputs = [ctx.file.metadata] + ctx.files.license_files
    sources = depset(transitive = [dep[PyInfo].transitive_sources for dep in ctx.attr.deps])
    files = [file for file in sources.to_list() if file.path.find(ctx.attr.root) >= 0]
    for file in files + ctx.files.data:
        name = file.path.partition(ctx.attr.root)[2]
        arguments.add("--file", "{}={}".format(name, file.path))
        inputs.append(file)
    for library, place in ctx.attr.vendored.items():
        repository = "../{}/".format(library.label.workspace_name)
        for file in library[PyInfo].transitive_sources.to_list():
            if file.short_path.startswith(repository):
                name = place + "/" + file.short_path[len(repository):]
                arguments.add("--file", "{}={}".format(name, file.path))
                inputs.append(file)
    for target, name in ctx.attr.places.items():
        for file in target.files.to_list():
            arguments.add("--file", "{}={}".format(name, file.path))
            inputs.append(file)
    for file in ctx.files.license_files:
        arguments.add("--license", file)
    arguments.add_all(ctx.attr.debian_packages, before_each = "--debian_package")
    ctx.actions.run(
        outputs = [folder],
        inputs = inputs,
        executable = ctx.executable._tool,
        arguments = [arguments],
        mnemonic = "PyWheel",
        progress_message = "Making the wheel %s" % ctx.label,
    )
    return [DefaultInfo(files = depset([folder]), runfiles = ctx.runfiles([folder]))]

py_wheel = rule(
    implementation = _py_wheel_impl,
    attrs = {
        "data": attr.label_list(doc = "Other files below `root`.", allow_files = True),
        "debian_packages": attr.string_list(doc = "Packages whose static libraries are in the wheel; their licences are copied."),
        "deps": attr.label_list(doc = "Python libraries; their sources below `root` are in the wheel.", providers = [PyInfo]),
        "license_files": attr.label_list(doc = "More licences.", allow_files = True),
        "metadata": attr.label(doc = "The METADATA file.", allow_single_file = True, mandatory = True),
        "places": attr.label_keyed_string_dict(doc = "Other files, and their paths in the wheel.", allow_files = True),
        "root": attr.string(doc = "The folder of sources that becomes the top of the wheel, with a slash.", mandatory = True),
        "vendored": attr.label_keyed_string_dict(doc = "Python libraries of other repositories, and the folders of the wheel for their sources.", providers = [PyInfo]),
        "_tool": attr.label(default = "//build_defs:make_wheel", executable = True, cfg = "exec"),
    },
    doc = "Makes a folder with one wheel. The tag of the wheel states the glibc that its binaries need.",
)
