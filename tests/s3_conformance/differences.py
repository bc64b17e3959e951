# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The known failures of each run of the suite, with their reasons.

A case in this file that passes fails its run. docs/s3_conformance.md is generated from this file.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

_OURS = "tf_serving_s3"
_THEIRS = "tensorflow_io"


@dataclasses.dataclass(frozen=True)
class Run:
    """One run of the suite.

    Attributes:
        store: "seaweedfs" or "rclone".
        client: The filesystem: "tf_serving_s3" or "tensorflow_io".
    """

    store: str
    client: str


@dataclasses.dataclass(frozen=True)
class Difference:
    """The reason why a case fails.

    Attributes:
        reason: A sentence for the table.
        ends_process: Do not run the case, because it would end or block the whole run.
    """

    reason: str
    ends_process: bool = False


_SEAWEEDFS_KEYS = Difference("SeaweedFS refuses the key: it keeps objects in folders.")
_RCLONE_KEYS = Difference("rclone refuses the key: it keeps objects as files in folders.")
_RCLONE_DIRECTORIES = Difference(
    "rclone has no empty directories: a directory exists from its first file on."
)
_CRASH = Difference("The program ends with a segmentation fault.", ends_process=True)
_THEIR_EXISTENCE = Difference("A missing path or a directory is not an error.")
_THEIR_NAMES = Difference("Empty segments and backslashes in keys are changed.")
_THEIR_BUCKETS = Difference("`s3://bucket` needs a slash at the end.")

_SEAWEEDFS: Mapping[str, Difference] = {
    "test_a_file_with_an_unusual_name_is_read_and_listed[backslash]": _SEAWEEDFS_KEYS,
    "test_a_file_with_an_unusual_name_is_written_renamed_and_removed[backslash]": _SEAWEEDFS_KEYS,
    "test_an_empty_segment_of_a_key_is_kept": _SEAWEEDFS_KEYS,
    "test_two_dots_in_a_key_are_an_ordinary_name": _SEAWEEDFS_KEYS,
}
_RCLONE: Mapping[str, Difference] = {
    "test_an_empty_segment_of_a_key_is_kept": _RCLONE_KEYS,
    "test_two_dots_in_a_key_are_an_ordinary_name": _RCLONE_KEYS,
    "test_an_object_and_a_prefix_may_have_the_same_name": _RCLONE_KEYS,
}
_THEIRS_EVERYWHERE: Mapping[str, Difference] = {
    "test_a_new_directory_exists_and_is_empty": Difference("A new directory does not exist."),
    "test_makedirs_creates_missing_directories_and_can_be_repeated": Difference(
        "A new directory does not exist."
    ),
    "test_listdir_works_on_a_bucket_without_a_slash": _THEIR_BUCKETS,
    "test_a_bucket_is_a_directory_with_and_without_a_slash": _THEIR_BUCKETS,
    "test_rename_of_a_missing_path_is_not_found": _THEIR_EXISTENCE,
    "test_a_missing_file_is_not_found[delete_file_v2]": _THEIR_EXISTENCE,
    "test_a_missing_bucket_is_not_found[_write]": Difference("The error does not name the file."),
    "test_a_directory_cannot_be_opened_as_a_file": _THEIR_EXISTENCE,
    "test_a_directory_cannot_be_removed_as_a_file": _THEIR_EXISTENCE,
    "test_an_invalid_url_is_an_invalid_argument[s3:///key]": _THEIR_EXISTENCE,
    "test_a_file_is_mapped_as_a_memory_region": Difference("The memory is not aligned."),
    "test_reading_a_replaced_file_never_mixes_old_and_new_bytes": Difference(
        "Bytes of both objects are returned as one file, without an error."
    ),
    "test_an_object_and_a_prefix_may_have_the_same_name": Difference(
        "The object is read as empty."
    ),
    "test_appending_keeps_the_existing_bytes": _CRASH,
    "test_a_dataset_is_saved_and_loaded": _CRASH,
    "test_a_saved_model_is_saved_and_loaded": _CRASH,
}

# By the name of the case: `test_name`, or `test_name[parameter]` for one of its parameters.
DIFFERENCES: Mapping[Run, Mapping[str, Difference]] = {
    Run("seaweedfs", _OURS): _SEAWEEDFS,
    Run("rclone", _OURS): {
        **_RCLONE,
        "test_a_new_directory_exists_and_is_empty": _RCLONE_DIRECTORIES,
        "test_makedirs_creates_missing_directories_and_can_be_repeated": _RCLONE_DIRECTORIES,
    },
    Run("rclone", _THEIRS): {**_RCLONE, **_THEIRS_EVERYWHERE},
    Run("seaweedfs", _THEIRS): {
        **_SEAWEEDFS,
        **_THEIRS_EVERYWHERE,
        "test_a_file_with_an_unusual_name_is_read_and_listed[backslash]": _THEIR_NAMES,
        "test_a_file_with_an_unusual_name_is_written_renamed_and_removed[backslash]": _THEIR_NAMES,
        "test_an_empty_segment_of_a_key_is_kept": _THEIR_NAMES,
    },
}
