# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Python tools around the tf-serving-s3 model server.

Import from these modules. Each one loads its dependencies when it is imported:

* `tensorflow_serving_s3.filesystem`: `s3://` for TensorFlow in Python.
* `tensorflow_serving_s3.publish`: publish a SavedModel as a version of a model.
* `tensorflow_serving_s3.testing`: an S3 server and the model server for tests and demonstrations.
* `tensorflow_serving_s3.errors`: the exceptions of this package.
"""
