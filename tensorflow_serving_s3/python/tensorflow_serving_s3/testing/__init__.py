# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Real servers for tests and demonstrations, models to serve, and a pytest plugin.

* `tensorflow_serving_s3.testing.plugin`: the fixtures for pytest.
* `tensorflow_serving_s3.testing.seaweedfs`: SeaweedFS, an S3 server.
* `tensorflow_serving_s3.testing.model_server`: the model server.
* `tensorflow_serving_s3.testing.saved_models`: small SavedModels with known outputs; imports
  TensorFlow.
"""
