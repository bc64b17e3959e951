# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Real servers for tests and demonstrations, and models to serve.

* `tensorflow_serving_s3.testing.seaweedfs`: SeaweedFS, an S3 server.
* `tensorflow_serving_s3.testing.rclone`: the S3 server of rclone, a second implementation.
* `tensorflow_serving_s3.testing.counting_proxy`: a proxy that records the requests to an S3 server.
* `tensorflow_serving_s3.testing.fault_proxy`: a proxy that injects faults into the responses of
  an S3 server.
* `tensorflow_serving_s3.testing.model_server`: the model server.
* `tensorflow_serving_s3.testing.saved_models`: small SavedModels with known outputs; imports
  TensorFlow.
"""
