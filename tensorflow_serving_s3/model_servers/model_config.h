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

// Which models to serve, and from where: TensorFlow Serving's
// ModelServerConfig, as --model_config_file and HandleReloadConfigRequest have
// it.
//
//   auto config = ReadModelServerConfig(tensorflow::Env::Default(),
//                                       "s3://bucket/models.config");
//   if (!config.ok()) return config.status();
//   absl::Status status = ValidateModelServerConfig(*config, {"tensorflow"});

// The platform of TensorFlow SavedModels, and of a model that names none.
inline constexpr absl::string_view kTensorFlowPlatform = "tensorflow";

// Reads a ModelServerConfig in protobuf's text format from a file of any file
// system that TensorFlow knows, s3:// included.
//
// The error names the file and what is wrong with it: the file system's own
// error, or INVALID_ARGUMENT with line and column.
absl::StatusOr<tensorflow::serving::ModelServerConfig> ReadModelServerConfig(
    tensorflow::Env* env, const std::string& path);

// INVALID_ARGUMENT that names the model and the cure unless all of this holds:
// - there is no custom_model_config (nothing at all is a configuration without
//   models);
// - every model has a name of its own that is not empty (any character will
// do);
// - every base path is absolute or a URL;
// - every platform is one of `platforms`;
// - a policy of specific versions names one at least.
absl::Status ValidateModelServerConfig(
    const tensorflow::serving::ModelServerConfig& config,
    const std::set<std::string, std::less<>>& platforms);

// INVALID_ARGUMENT if a label of a valid configuration points at a version that
// the policy of its model shuts out.
absl::Status ValidateLabelTargets(
    const tensorflow::serving::ModelServerConfig& config);

// Whether two configurations say the same.
bool SameConfig(const tensorflow::serving::ModelServerConfig& a,
                const tensorflow::serving::ModelServerConfig& b);

// The platform that a valid model has, whichever way it says so.
std::string PlatformOf(const tensorflow::serving::ModelConfig& model);

// What the source of paths has to watch for the models of a valid
// configuration.
tensorflow::serving::FileSystemStoragePathSourceConfig SourceConfigOf(
    const tensorflow::serving::ModelServerConfig& config,
    int64_t file_system_poll_wait_seconds,
    bool servable_versions_always_present);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_MODEL_CONFIG_H_
