# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""`publish_version`, under the name that it had before `tensorflow_serving_s3.publishing`.

Example:
    publish_version("export/half_plus_three", "s3://models/half_plus_three", 123)
"""

from tensorflow_serving_s3.publishing import publish_version

__all__ = ["publish_version"]
