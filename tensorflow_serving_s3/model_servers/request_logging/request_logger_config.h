// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REQUEST_LOGGING_REQUEST_LOGGER_CONFIG_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REQUEST_LOGGING_REQUEST_LOGGER_CONFIG_H_

#include <string>

#include "absl/status/statusor.h"
#include "tensorflow_serving/config/model_server_config.pb.h"

namespace tfs3 {

// What the logging_config of a model asks for.
struct RequestLogRule {
  // The part of the requests that is logged: 0 (none) to 1 (all).
  double sampling_rate = 0;
  // How the names of the files begin; any file system that TensorFlow writes.
  std::string filename_prefix;
  // Why nothing is logged although there is a logging_config; otherwise empty.
  std::string no_effect;
  // What of the logging_config is not used, and why; otherwise empty.
  std::string unused;
};

// Reads the logging_config of a model, of which there need not be one:
//
//   logging_config {
//     log_collector_config { filename_prefix: "/var/log/requests/half" }
//     sampling_config { sampling_rate: 0.01 }
//   }
//
// The type of the collector is "file", or empty for the same; with any other
// the rule has no effect. INVALID_ARGUMENT, with the name of the model, for a
// rate that is not from 0 to 1, and for sampling without a filename_prefix.
absl::StatusOr<RequestLogRule> RequestLogRuleOf(
    const tensorflow::serving::ModelConfig& model);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REQUEST_LOGGING_REQUEST_LOGGER_CONFIG_H_
