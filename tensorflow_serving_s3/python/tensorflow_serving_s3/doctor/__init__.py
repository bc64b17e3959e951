# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Examines the access to S3 step by step, and says what to fix.

Example:
    for finding in examine("s3://my-models/half"):
        print(finding.check, finding.verdict, finding.message, finding.cure)
"""

from tensorflow_serving_s3.doctor._examine import examine
from tensorflow_serving_s3.doctor._finding import Finding, Verdict

__all__ = ["Finding", "Verdict", "examine"]
