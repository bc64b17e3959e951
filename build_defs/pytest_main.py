# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs pytest as a Bazel test: with Bazel's JUnit report, without a cache in the source tree."""

import os
import sys

import pytest


def main() -> int:
    """Runs pytest and returns its exit code, which is 5 if no test ran."""
    arguments = ["-p", "no:cacheprovider", "-ra", "--import-mode=importlib", *sys.argv[1:]]
    if report := os.environ.get("XML_OUTPUT_FILE"):
        arguments.append(f"--junitxml={report}")
    if chosen := os.environ.get("TESTBRIDGE_TEST_ONLY"):
        arguments.append(f"-k={chosen}")
    return int(pytest.main(arguments))


if __name__ == "__main__":
    sys.exit(main())
