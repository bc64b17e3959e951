# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The generated modules of the messages in //tensorflow_serving_s3/proto.

Import them by `tensorflow_serving_s3._messages`, which does not run TensorFlow.
"""
