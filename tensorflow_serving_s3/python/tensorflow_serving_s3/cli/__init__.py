# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The command line `tfs3`. docs/cli.md describes it."""

from tensorflow_serving_s3.cli._main import main

__all__ = ["main"]
