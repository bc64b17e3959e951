# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The patches for --config=tensorflow_io fit the lines that they are for, and do what they say.

The fixtures have only the lines that a patch needs, at other line numbers than the archives.
"""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

_HUNK = re.compile(r"^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")

_BUILD = """\
load(
    "//:tools/build/tensorflow_io.bzl",
    "tf_io_copts",
)

cc_library(
    name = "filesystem_plugins_header",
    srcs = [
        "filesystem_plugins.h",
    ] + select({
        "@bazel_tools//src/conditions:windows": [
            "@local_config_tf//:stub/libtensorflow_framework.lib",
        ],
        "//conditions:default": [
            "@local_config_tf//:stub/libtensorflow_framework.so",
        ],
    }),
    copts = tf_io_copts(),
    linkstatic = True,
    deps = [
        "@local_config_tf//:tf_c_header_lib",
    ],
    alwayslink = 1,
)
"""

_SETTINGS = """\
    int64_t timeout;
    cfg.connectTimeoutMs =
        absl::SimpleAtoi(getenv("S3_CONNECT_TIMEOUT_MSEC"), &timeout)
            ? timeout
            : kS3TimeoutMsec;
    cfg.requestTimeoutMs =
        absl::SimpleAtoi(getenv("S3_REQUEST_TIMEOUT_MSEC"), &timeout)
            ? timeout
            : kS3TimeoutMsec;
    const char* ca_file = getenv("S3_CA_FILE");

    int temp_value;
    if (absl::SimpleAtoi(getenv("S3_DISABLE_MULTI_PART_DOWNLOAD"), &temp_value))
      s3_file->use_multi_part_download = (temp_value != 1);

    uint64_t temp_value;
    if (direction == Aws::Transfer::TransferDirection::UPLOAD) {
      if (!absl::SimpleAtoi(getenv("S3_MULTI_PART_UPLOAD_CHUNK_SIZE"),
                            &temp_value))
        temp_value = kS3MultiPartUploadChunkSize;
    } else if (direction == Aws::Transfer::TransferDirection::DOWNLOAD) {
      if (!absl::SimpleAtoi(getenv("S3_MULTI_PART_DOWNLOAD_CHUNK_SIZE"),
                            &temp_value))
        temp_value = kS3MultiPartDownloadChunkSize;
    }
"""

_READ = """\
    return -1;

  int64_t read = get_object_outcome.GetResult().GetContentLength();
  if (read < n)
    TF_SetStatus(status, TF_OUT_OF_RANGE, "Read less bytes than requested");
"""

_LOGGING = """\
  switch (log_level) {
    case Aws::Utils::Logging::LogLevel::Info:
      TF_Log(TF_INFO, message.c_str());
      break;
    case Aws::Utils::Logging::LogLevel::Warn:
      TF_Log(TF_WARNING, message.c_str());
      break;
    case Aws::Utils::Logging::LogLevel::Error:
      TF_Log(TF_ERROR, message.c_str());
      break;
    case Aws::Utils::Logging::LogLevel::Fatal:
      TF_Log(TF_FATAL, message.c_str());
      break;
    default:
      // this will match for DEBUG, TRACE
      TF_Log(TF_INFO, message.c_str());
      break;
  }
}
"""


def _patched(patch: str, text: str) -> str:
    """The text after a patch of one file, each hunk of which must fit in exactly one place."""
    lines = Path("patches", patch).read_text().splitlines(keepends=True)
    start = next(i for i, line in enumerate(lines) if line.startswith("@@"))
    while start < len(lines):
        match = _HUNK.match(lines[start])
        assert match, f"{patch}: line {start + 1} begins no hunk: {lines[start]}"
        end = start + 1
        while end < len(lines) and not lines[end].startswith("@@"):
            end += 1
        body = lines[start + 1 : end]
        old = [line[1:] for line in body if line[0] in " -"]
        new = [line[1:] for line in body if line[0] in " +"]
        assert (len(old), len(new)) == tuple(int(count) for count in match.groups())
        assert text.count("".join(old)) == 1, f"{patch}: a hunk does not fit once: {lines[start]}"
        text = text.replace("".join(old), "".join(new))
        start = end
    return text


@pytest.mark.parametrize(
    "patch", sorted(path.name for path in Path("patches").glob("*.patch")), ids=str
)
def test_each_patch_says_why(patch: str) -> None:
    assert Path("patches", patch).read_text().partition("\ndiff --git ")[0].strip()


def test_tensorflow_io_takes_tensorflow_from_org_tensorflow() -> None:
    build = _patched("tfio.patch", _BUILD)
    assert "@local_config_tf" not in build
    assert '    srcs = [\n        "filesystem_plugins.h",\n    ],\n' in build
    for label in ("c:c_api_macros", "c:logging", "c/experimental/filesystem:modular_filesystem"):
        assert f'        "@org_tensorflow//tensorflow/{label}",\n' in build


def test_variables_that_are_not_set_are_empty_strings() -> None:
    before = re.findall(r"SimpleAtoi\(getenv", _SETTINGS)
    after = _patched("tfio-unset-variables.patch", _SETTINGS)
    assert "SimpleAtoi(getenv" not in after
    assert after.count("absl::NullSafeStringView(") == len(before) == 5
    assert after.count("(") == after.count(")")


def test_a_failed_read_has_no_result() -> None:
    lines = _patched("tfio-read-past-end.patch", _READ).splitlines()
    check = lines.index("  if (!get_object_outcome.IsSuccess()) return 0;")
    assert "get_object_outcome.GetResult()" in lines[check + 1]
    assert lines[check + 2] == "  if (read > static_cast<int64_t>(n)) {"


def test_log_messages_are_no_formats() -> None:
    after = _patched("tfio-log-format.patch", _LOGGING)
    assert after.count(', "%s", message.c_str());') == 5
    assert after.count("TF_Log(") == 5


def _patch_commands() -> list[str]:
    for statement in ast.parse(Path("third_party/aws_sdk_cpp/workspace.bzl").read_text()).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="_PATCH_CMDS")], value=value):
                commands: list[str] = ast.literal_eval(value)
                return commands
    raise AssertionError("third_party/aws_sdk_cpp/workspace.bzl assigns no _PATCH_CMDS")


_UUID = "    Aws::String invocationId = UUID::RandomUUID();\n"
_CLIENT = "aws-cpp-sdk-core/source/client/AWSClient.cpp"
_TINYXML2 = "aws-cpp-sdk-core/include/aws/core/external/tinyxml2/tinyxml2.h"
_EXPORT = '#   define TINYXML2_LIB __attribute__((visibility("default")))\n'


def _run_patch_commands(folder: Path, client: str, tinyxml2: str) -> bool:
    for name, text in ((_CLIENT, client), (_TINYXML2, tinyxml2)):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(text)
    return all(
        subprocess.run(["bash", "-euc", command], cwd=folder, check=False).returncode == 0
        for command in _patch_commands()
    )


def test_the_patch_commands_qualify_uuids_and_hide_tinyxml2(tmp_path: Path) -> None:
    assert _run_patch_commands(tmp_path, _UUID * 2, _EXPORT)
    uuid = "    Aws::String invocationId = Aws::Utils::UUID::RandomUUID();\n"
    assert (tmp_path / _CLIENT).read_text() == uuid * 2
    assert (tmp_path / _TINYXML2).read_text() == "#   define TINYXML2_LIB \n"


def test_the_patch_commands_fail_on_other_sources(tmp_path: Path) -> None:
    assert not _run_patch_commands(tmp_path, _UUID, _EXPORT)
