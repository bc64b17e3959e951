// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REQUEST_LOGGING_REQUEST_LOGGER_CONFIG_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REQUEST_LOGGING_REQUEST_LOGGER_CONFIG_H_

#include <string>

#include "absl/status/statusor.h"
#include "tensorflow_serving/config/model_server_config.pb.h"

namespace tfs3 {

// The logging_config of a model.
struct RequestLogRule {
  // The fraction of requests to log: 0 (none) to 1 (all).
  double sampling_rate = 0;
  // The beginning of the file names, on any file system of TensorFlow.
  std::string filename_prefix;
  // Why the logging_config has no effect; empty if it has one.
  std::string no_effect;
  // Which part of the logging_config is ignored, and why; may be empty.
  std::string unused;
};

// Reads the logging_config of a model, which is optional:
//
//   logging_config {
//     log_collector_config { filename_prefix: "/var/log/requests/half" }
//     sampling_config { sampling_rate: 0.01 }
//   }
//
// The type of the collector is "file" or empty, which means the same. With any
// other type the rule has no effect. Returns INVALID_ARGUMENT, with the name of
// the model, for a rate outside of 0 to 1, and for a missing filename_prefix.
absl::StatusOr<RequestLogRule> RequestLogRuleOf(
    const tensorflow::serving::ModelConfig& model);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REQUEST_LOGGING_REQUEST_LOGGER_CONFIG_H_
