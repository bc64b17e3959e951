# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""`python -m tensorflow_serving_s3.cli` is `tfs3`, and so is `bazel run //:tfs3`."""

import os

from tensorflow_serving_s3.cli import main

if __name__ == "__main__":
    # `bazel run` starts programs in another folder than the user's.
    if folder := os.environ.get("BUILD_WORKING_DIRECTORY"):
        os.chdir(folder)
    main()
