// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_MODEL_SERVER_SETTINGS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_MODEL_SERVER_SETTINGS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tensorflow_serving/config/model_server_config.pb.h"
#include "tensorflow_serving_s3/model_servers/base/logging.h"
#include "tensorflow_serving_s3/model_servers/base/tls_options.h"
#include "tensorflow_serving_s3/model_servers/options/server_options.h"
#include "tensorflow_serving_s3/model_servers/server_core.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"

// Converts the options of the server into the settings of its parts.
namespace tfs3 {

// The contents of the files that the options name.
struct ModelServerSettings {
  tensorflow::serving::ModelServerConfig models;
  std::optional<TlsOptions> tls;
  std::string prometheus_path;
  SavedModelOptions saved_model;
};

// Reads the files, and loads --custom_op_libraries. Errors name the file.
absl::StatusOr<ModelServerSettings> ReadModelServerSettings(
    const ServerOptions& options);

// Returns the options of the core.
ServerCore::Options CoreOptionsOf(
    const ServerOptions& options,
    const tensorflow::serving::ModelServerConfig& models,
    SavedModelOptions saved_model);

LogFormat LogFormatOf(const ServerOptions& options);
LogOptions LogOptionsOf(const ServerOptions& options);

// Returns whether the options open a port or a socket for REST.
bool HasRest(const ServerOptions& options);

// Returns Backend::max_batched_requests.
int64_t MaxBatchedRequests(const SavedModelOptions& saved_model);

// Returns the limit for RequestMemory in bytes; 0: no limit.
int64_t RequestMemoryBytes(const ServerOptions& options);

// Returns the paths for --hide_server_paths: those of the models and of the
// files in the command line.
std::vector<std::string> PathsToHide(
    const ServerOptions& options,
    const tensorflow::serving::ModelServerConfig& config);

// Returns the UNIX sockets of the servers; empty paths for ports.
std::vector<std::string> SocketPathsOf(const ServerOptions& options);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_MODEL_SERVER_SETTINGS_H_
