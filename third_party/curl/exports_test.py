# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""TensorFlow's library exports the functions of curl that the AWS SDK for C++ calls."""

import ctypes
import os

import pytest


@pytest.mark.parametrize(
    "function",
    [
        "curl_easy_cleanup",
        "curl_easy_getinfo",
        "curl_easy_init",
        "curl_easy_perform",
        "curl_easy_reset",
        "curl_easy_setopt",
        "curl_easy_strerror",
        "curl_global_cleanup",
        "curl_global_init",
        "curl_global_init_mem",
        "curl_slist_append",
        "curl_slist_free_all",
        "curl_version_info",
    ],
)
def test_tensorflow_exports_curl(function: str) -> None:
    assert hasattr(ctypes.CDLL(os.environ["TFS3_TENSORFLOW_FRAMEWORK"]), function)
