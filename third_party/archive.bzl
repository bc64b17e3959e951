# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Source archives of code hosts, which only --config=tensorflow_io needs: the table of pins and the repository rule.

The default build fetches none of them: @tensorflow_io_s3 (third_party/org_tensorflow_io) refers to them only if
--config=tensorflow_io asks for that.
"""

_MIRROR = "https://storage.googleapis.com/mirror.tensorflow.org/"

def _archive(path, strip_prefix, sha256, mirrored = True):
    urls = ["https://" + path]
    return struct(
        urls = [_MIRROR + path] + urls if mirrored else urls,
        strip_prefix = strip_prefix,
        sha256 = sha256,
    )

# Name of the repository -> its archive.
ARCHIVES = {
    "org_tensorflow_io": _archive(
        "github.com/tensorflow/io/archive/v0.29.0.zip",
        "io-0.29.0",
        "a11235b83e1f695e2796128a25cf7881134d22c63f71a41ba729049912434fc9",
        mirrored = False,
    ),
    "aws-checksums": _archive(
        "github.com/awslabs/aws-checksums/archive/v0.1.5.tar.gz",
        "aws-checksums-0.1.5",
        "6e6bed6f75cf54006b6bafb01b3b96df19605572131a2260fddaf0e87949ced0",
    ),
    "aws-c-common": _archive(
        "github.com/awslabs/aws-c-common/archive/v0.4.29.tar.gz",
        "aws-c-common-0.4.29",
        "01c2a58553a37b3aa5914d9e0bf7bf14507ff4937bc5872a678892ca20fcae1f",
    ),
    "aws-c-event-stream": _archive(
        "github.com/awslabs/aws-c-event-stream/archive/v0.1.4.tar.gz",
        "aws-c-event-stream-0.1.4",
        "31d880d1c868d3f3df1e1f4b45e56ac73724a4dc3449d04d47fc0746f6f077b6",
    ),
    "aws-sdk-cpp": _archive(
        "github.com/aws/aws-sdk-cpp/archive/1.8.186.tar.gz",
        "aws-sdk-cpp-1.8.186",
        "749322a8be4594472512df8a21d9338d7181c643a00e08a0ff12f07e831e3346",
    ),
}

_HELP = """
--config=tensorflow_io builds tensorflow-io from its sources. It needs these archives, and the default build none of them:
{archives}
If this machine cannot download them, copy the files under these names into a folder and name it:

  ./bazelw build --config=tensorflow_io --distdir=FOLDER //tensorflow_serving_s3/model_servers:tensorflow_model_server

See "The S3 filesystem of tensorflow-io" in docs/build.md.
"""

def _file_name(urls):
    return urls[0].split("/")[-1]

def archives_help():
    """Returns what to do without access to the archives: their names, hashes and URLs."""
    text = ""
    for archive in ARCHIVES.values():
        text += "\n  {}\n    sha256 {}\n".format(_file_name(archive.urls), archive.sha256)
        for url in archive.urls:
            text += "    {}\n".format(url)
    return _HELP.format(archives = text)

def _archive_repository_impl(repository_ctx):
    attr = repository_ctx.attr
    file = _file_name(attr.urls)
    repository_ctx.report_progress("fetching " + file)
    done = repository_ctx.download(attr.urls, output = file, sha256 = attr.sha256, allow_fail = True)
    if not done.success:
        # An error and not a target that fails: Bazel would keep that, and never look into --distdir.
        fail("\n\n@{}: {} with SHA-256 {} is not available.\n{}".format(repository_ctx.name, file, attr.sha256, attr.help))
    repository_ctx.extract(file, stripPrefix = attr.strip_prefix)
    repository_ctx.delete(file)
    for patch in attr.patches:
        repository_ctx.patch(patch, strip = 1)
    for command in attr.patch_cmds:
        ran = repository_ctx.execute(["bash", "-euc", command])
        if ran.return_code:
            fail("\n\n@{}: this command of its patch_cmds failed:\n{}\n{}{}\n".format(
                repository_ctx.name,
                command,
                ran.stdout,
                ran.stderr,
            ))
    for label, path in attr.overlay.items():
        repository_ctx.delete(path)
        repository_ctx.symlink(label, path)

_archive_repository = repository_rule(
    implementation = _archive_repository_impl,
    attrs = {
        "help": attr.string(doc = "What to do if the archive cannot be downloaded.", mandatory = True),
        "overlay": attr.label_keyed_string_dict(
            doc = "Files of this repository, keyed by label, and where each stands in the new one.",
            allow_files = True,
        ),
        "patch_cmds": attr.string_list(doc = "Shell commands, run after the patches."),
        "patches": attr.label_list(doc = "Patches, applied with -p1 after unpacking.", allow_files = True),
        "sha256": attr.string(mandatory = True),
        "strip_prefix": attr.string(mandatory = True),
        "urls": attr.string_list(mandatory = True),
    },
    doc = "A repository made of one source archive.",
)

def archive_repository(name, **kwargs):
    """Declares the repository of an entry of ARCHIVES.

    Args:
        name: the entry, and the repository.
        **kwargs: patches, patch_cmds and overlay, as of the repository rule.
    """
    archive = ARCHIVES[name]
    _archive_repository(
        name = name,
        help = archives_help(),
        sha256 = archive.sha256,
        strip_prefix = archive.strip_prefix,
        urls = archive.urls,
        **kwargs
    )
