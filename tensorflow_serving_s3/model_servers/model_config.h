// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_MODEL_CONFIG_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_MODEL_CONFIG_H_

#include <cstdint>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow_serving/config/file_system_storage_path_source.pb.h"
#include "tensorflow_serving/config/model_server_config.pb.h"

namespace tfs3 {

// Functions about TensorFlow Serving's ModelServerConfig, the content of
// --model_config_file and HandleReloadConfigRequest.
//
//   auto config = ReadModelServerConfig(tensorflow::Env::Default(),
//                                       "s3://bucket/models.config");
//   if (!config.ok()) return config.status();
//   absl::Status status = ValidateModelServerConfig(*config, {"tensorflow"});

// The platform of TensorFlow SavedModels, and of models without a platform.
inline constexpr absl::string_view kTensorFlowPlatform = "tensorflow";

// Reads a ModelServerConfig in protobuf's text format from any file system of
// TensorFlow, including s3://. Returns the error of the file system, or
// INVALID_ARGUMENT with line and column. Errors name the file.
absl::StatusOr<tensorflow::serving::ModelServerConfig> ReadModelServerConfig(
    tensorflow::Env* env, const std::string& path);

// Returns INVALID_ARGUMENT, with the model and the cure, if
//
//  - there is a custom_model_config
//  - a name is empty, too long, used twice, or has the segment "." or ".."
//  - a base path is neither absolute nor a URL
//  - a platform is not in `platforms`
//  - a policy of specific versions has no version
//
// A configuration without models is valid.
absl::Status ValidateModelServerConfig(
    const tensorflow::serving::ModelServerConfig& config,
    const std::set<std::string, std::less<>>& platforms);

// Returns INVALID_ARGUMENT if a label points at a version that the policy of
// its model excludes. `config` must be valid.
absl::Status ValidateLabelTargets(
    const tensorflow::serving::ModelServerConfig& config);

// Returns whether two configurations are equal.
bool SameConfig(const tensorflow::serving::ModelServerConfig& a,
                const tensorflow::serving::ModelServerConfig& b);

// Returns the platform of a valid model, from model_platform or model_type.
std::string PlatformOf(const tensorflow::serving::ModelConfig& model);

// Returns the configuration of the source for the models of a valid `config`.
tensorflow::serving::FileSystemStoragePathSourceConfig SourceConfigOf(
    const tensorflow::serving::ModelServerConfig& config,
    int64_t file_system_poll_wait_seconds,
    bool servable_versions_always_present);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_MODEL_CONFIG_H_
