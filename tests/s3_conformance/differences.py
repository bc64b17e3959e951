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


_SEAWEEDFS_KEYS = Difference("SeaweedFS takes no such key: it keeps objects in folders.")
_RCLONE_KEYS = Difference("rclone takes no such key: it keeps objects as files in folders.")
_RCLONE_DIRECTORIES = Difference(
    "rclone has no empty directories: one is there when its first file is."
)
_CRASH = Difference("It ends the program with a segmentation fault.", ends_process=True)
_THEIR_EXISTENCE = Difference("What does not exist, or is a directory, is no error.")
_THEIR_NAMES = Difference("Keys are changed on their way: empty parts and backslashes.")
_THEIR_BUCKETS = Difference("`s3://bucket` needs a slash at its end.")

_SEAWEEDFS: Mapping[str, Difference] = {
    "test_a_file_of_that_name_is_read_and_listed[backslash]": _SEAWEEDFS_KEYS,
    "test_a_file_of_that_name_is_written_renamed_and_removed[backslash]": _SEAWEEDFS_KEYS,
    "test_an_empty_part_of_a_key_is_kept": _SEAWEEDFS_KEYS,
    "test_two_dots_in_a_key_are_a_name_like_others": _SEAWEEDFS_KEYS,
}
_RCLONE: Mapping[str, Difference] = {
    "test_an_empty_part_of_a_key_is_kept": _RCLONE_KEYS,
    "test_two_dots_in_a_key_are_a_name_like_others": _RCLONE_KEYS,
    "test_an_object_and_a_prefix_may_have_the_same_name": _RCLONE_KEYS,
}
_THEIRS_EVERYWHERE: Mapping[str, Difference] = {
    "test_a_new_directory_is_there_and_empty": Difference("A new directory is not there."),
    "test_makedirs_makes_what_is_missing_and_may_be_repeated": Difference(
        "A new directory is not there."
    ),
    "test_listdir_of_a_bucket_needs_no_slash": _THEIR_BUCKETS,
    "test_a_bucket_is_a_directory_with_and_without_slash": _THEIR_BUCKETS,
    "test_rename_of_nothing_is_not_found": _THEIR_EXISTENCE,
    "test_what_is_not_there_is_not_found[delete_file_v2]": _THEIR_EXISTENCE,
    "test_a_bucket_that_is_not_there_is_not_found[_write]": Difference(
        "The error does not name the file."
    ),
    "test_a_directory_does_not_open_as_a_file": _THEIR_EXISTENCE,
    "test_a_directory_is_not_removed_as_a_file": _THEIR_EXISTENCE,
    "test_what_is_no_url_of_an_object_is_an_invalid_argument[s3:///key]": _THEIR_EXISTENCE,
    "test_what_is_no_url_of_an_object_is_an_invalid_argument[s3://Not_A_Bucket!/key]": (
        _THEIR_EXISTENCE
    ),
    "test_a_file_becomes_a_region_of_memory": Difference("The memory is not aligned."),
    "test_a_file_that_is_replaced_while_it_is_read_is_never_a_mix": Difference(
        "Bytes of both objects are read as one file, without an error."
    ),
    "test_an_object_and_a_prefix_may_have_the_same_name": Difference(
        "The object is read as empty."
    ),
    "test_appending_keeps_what_was_there": _CRASH,
    "test_a_dataset_is_saved_and_loaded": _CRASH,
    "test_a_saved_model_is_saved_and_loaded": _CRASH,
}

# By the name of the case: `test_name`, or `test_name[parameter]` for one of its parameters.
DIFFERENCES: Mapping[Run, Mapping[str, Difference]] = {
    Run("seaweedfs", _OURS): _SEAWEEDFS,
    Run("rclone", _OURS): {
        **_RCLONE,
        "test_a_new_directory_is_there_and_empty": _RCLONE_DIRECTORIES,
        "test_makedirs_makes_what_is_missing_and_may_be_repeated": _RCLONE_DIRECTORIES,
    },
    Run("rclone", _THEIRS): {**_RCLONE, **_THEIRS_EVERYWHERE},
    Run("seaweedfs", _THEIRS): {
        **_SEAWEEDFS,
        **_THEIRS_EVERYWHERE,
        "test_a_file_of_that_name_is_read_and_listed[backslash]": _THEIR_NAMES,
        "test_a_file_of_that_name_is_written_renamed_and_removed[backslash]": _THEIR_NAMES,
        "test_an_empty_part_of_a_key_is_kept": _THEIR_NAMES,
    },
}
