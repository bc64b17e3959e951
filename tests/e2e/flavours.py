# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The tests that a server with the S3 filesystem of tensorflow-io cannot pass, with the reasons."""

from __future__ import annotations

import functools
import subprocess

from tensorflow_serving_s3._programs import MODEL_SERVER, find_program

_ERRORS = "tensorflow-io's errors name no object and no cure, and a dead address takes 26 s"
_MISSING_PATHS = "a path that does not exist lists as an empty directory"
_INVALID_LISTS = "a response that is no list of objects counts as an empty directory"
_FEW_RETRIES = "the SDK of tensorflow-io gives up after fewer failures, so a load takes more polls"
_LOG_OF_TENSORFLOW_2_16 = "TensorFlow 2.16 writes a line of its own to stderr before main"

# Module -> test -> reason. docs/s3.md lists what tensorflow-io cannot do. A test with parameters in
# brackets is skipped with these parameters only.
_NOT_WITH_TENSORFLOW_IO = {
    "faults_test.py": {
        "test_one_log_line_names_the_url_the_cause_and_the_cure": _ERRORS,
        "test_the_status_endpoint_has_the_error": _ERRORS,
    },
    "health_test.py": {
        "test_readiness_names_the_three_models_and_the_reasons": _MISSING_PATHS,
        "test_the_list_of_models_names_the_three_models_and_the_reasons": _MISSING_PATHS,
        "test_the_status_of_a_broken_model_has_the_reason[missing]": _MISSING_PATHS,
        "test_verbose_readiness_has_the_reason_of_a_missing_model": _MISSING_PATHS,
    },
    "states_test.py": {"test_state_code_and_message[no version folder]": _MISSING_PATHS},
    "store_faults_test.py": {
        "test_every_version_is_served_while_a_quarter_of_all_requests_fail": _FEW_RETRIES,
        "test_loaded_versions_are_served_during_an_outage_and_new_ones_after_it[Kind.GARBAGE-2]": (
            _INVALID_LISTS
        ),
    },
}
_NOT_WITH_TENSORFLOW_2_16 = {
    "model_config_test.py": {
        "test_an_invalid_file_ends_the_start_with_exit_code_2_and_one_line": (
            _LOG_OF_TENSORFLOW_2_16
        ),
        "test_a_missing_file_ends_the_start_with_exit_code_2_and_one_line": _LOG_OF_TENSORFLOW_2_16,
    },
}


@functools.cache
def linked_flavour() -> str:
    """Returns the S3 filesystem of the server: `crt`, `tensorflow_io` or `tensorflow_io_wheel`."""
    done = subprocess.run(
        [find_program(MODEL_SERVER), "--version"], capture_output=True, text=True, check=True
    )
    lines = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    return lines["S3 filesystem"].split()[0]


def reason_to_skip(module: str, test: str) -> str | None:
    """Returns why the server cannot pass the test; None if it can.

    Args:
        module: The name of the file: `versions_test.py`.
        test: The name of the test, with parameters: `test_deletes[1]`.
    """
    tables = {
        "crt": [],
        "tensorflow_io": [_NOT_WITH_TENSORFLOW_IO],
        "tensorflow_io_wheel": [_NOT_WITH_TENSORFLOW_IO, _NOT_WITH_TENSORFLOW_2_16],
    }[linked_flavour()]
    for table in tables:
        reasons = table.get(module, {})
        for name in (test, test.partition("[")[0]):
            if name in reasons:
                return reasons[name]
    return None
