// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_SERVER_FLAGS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_SERVER_FLAGS_H_

#include <vector>

#include "tensorflow_serving_s3/model_servers/options/flags.h"
#include "tensorflow_serving_s3/model_servers/options/server_options.h"

namespace tfs3 {

// Returns every flag of tensorflow_model_server with the option that it sets.
// The flags point into `options`.
std::vector<FlagGroup> ServerFlags(ServerOptions* options);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_SERVER_FLAGS_H_
