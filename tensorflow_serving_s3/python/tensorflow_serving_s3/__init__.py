# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Python tools around the tf-serving-s3 model server.

Import from these modules. Each one loads its dependencies when it is imported:

* `tensorflow_serving_s3.config`: read, write, validate, compare and check configuration files.
* `tensorflow_serving_s3.publishing`: publish versions of a model, delete old ones, go back.
* `tensorflow_serving_s3.storage`: the versions under a base path, as the server sees them.
* `tensorflow_serving_s3.client`: REST and gRPC clients of a running server.
* `tensorflow_serving_s3.doctor`: examine the access to S3.
* `tensorflow_serving_s3.cli`: the command line `tfs3`.
* `tensorflow_serving_s3.filesystem`: `s3://` for TensorFlow in Python.
* `tensorflow_serving_s3.testing`: a pytest plugin, an S3 server and the model server for tests.
* `tensorflow_serving_s3.errors`: the exceptions of this package.
"""
