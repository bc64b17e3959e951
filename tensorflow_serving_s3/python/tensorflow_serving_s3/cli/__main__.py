# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""`python -m tensorflow_serving_s3.cli` is `tfs3`."""

from tensorflow_serving_s3.cli import main

if __name__ == "__main__":
    main()
