# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Requests half_plus_three with the package min-tfs-client and protobuf 3.20, and prints y.

min_tfs_client_run.py HOST PORT
"""

import json
import sys

import numpy as np
from min_tfs_client.requests import TensorServingClient
from min_tfs_client.tensors import tensor_proto_to_ndarray

client = TensorServingClient(host=sys.argv[1], port=int(sys.argv[2]))
response = client.predict_request(
    model_name="half_plus_three", input_dict={"x": np.array([1.0, 2.0, 5.0], np.float32)}
)
print(json.dumps(tensor_proto_to_ndarray(response.outputs["y"]).tolist()))
