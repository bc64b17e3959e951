# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The .proto files whose Python modules the tensorflow-serving-api package carries."""

API_PROTOS = [
    "classification",
    "get_model_metadata",
    "get_model_status",
    "inference",
    "input",
    "logging",
    "model",
    "model_management",
    "model_service",
    "predict",
    "prediction_log",
    "prediction_service",
    "regression",
    "session_service",
    "status",
]

CONFIG_PROTOS = [
    "file_system_storage_path_source",
    "log_collector_config",
    "logging_config",
    "model_server_config",
    "platform_config",
]

PROTO_FILES = (
    ["tensorflow_serving/apis/{}.proto".format(name) for name in API_PROTOS] +
    ["tensorflow_serving/config/{}.proto".format(name) for name in CONFIG_PROTOS]
)
