# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Clients of a running model server: REST and gRPC, without TensorFlow's runtime.

Example:
    rest = RestClient("http://localhost:8501")
    rest.predict(ModelSpec("half"), {"instances": [1.0]})
"""

from tensorflow_serving_s3.client._bench import BenchReport, bench
from tensorflow_serving_s3.client._grpc import GrpcClient
from tensorflow_serving_s3.client._rest import RestClient
from tensorflow_serving_s3.client._spec import ModelSpec
from tensorflow_serving_s3.client._status import ModelStatus, VersionStatus, server_status
from tensorflow_serving_s3.client._tensors import to_array, to_tensor

__all__ = [
    "BenchReport",
    "GrpcClient",
    "ModelSpec",
    "ModelStatus",
    "RestClient",
    "VersionStatus",
    "bench",
    "server_status",
    "to_array",
    "to_tensor",
]
