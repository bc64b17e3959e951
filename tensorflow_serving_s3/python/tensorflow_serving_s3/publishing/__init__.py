# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Publishes SavedModels as versions of a model. Servers never see an incomplete version.

Example:
    published = publish("export/half", "s3://my-models/half", keep_last=5)
    print(published.url)  # s3://my-models/half/124
    rollback("s3://my-models/half")  # 125, with the contents of 123
"""

from tensorflow_serving_s3.publishing._model import Progress, Published
from tensorflow_serving_s3.publishing._prune import prunable, prune
from tensorflow_serving_s3.publishing._publish import publish, publish_version
from tensorflow_serving_s3.publishing._rollback import rollback

__all__ = [
    "Progress",
    "Published",
    "prunable",
    "prune",
    "publish",
    "publish_version",
    "rollback",
]
