// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_config.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "absl/log/absl_log.h"
#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "tensorflow/cc/saved_model/constants.h"
#include "tensorflow/core/framework/attr_value.pb.h"
#include "tensorflow/core/grappler/optimizers/custom_graph_optimizer_registry.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow/core/platform/path.h"
#include "tensorflow/core/protobuf/rewriter_config.pb.h"
#include "tensorflow_serving_s3/proto/saved_model_config.pb.h"

namespace tfs3 {
namespace {

using ::tensorflow::RewriterConfig;
using ::tensorflow::serving::SavedModelConfig;
using ::tensorflow::serving::SessionOverrides;

// Reads the file; returns nothing if it does not exist.
absl::StatusOr<std::optional<SavedModelConfig>> ReadConfig(
    const std::string& file) {
  tensorflow::Env* const env = tensorflow::Env::Default();
  // Most models do not have the file. This costs one request to an S3 store.
  std::unique_ptr<tensorflow::RandomAccessFile> probe;
  absl::Status status = env->NewRandomAccessFile(file, &probe);
  std::string content;
  if (status.ok()) {
    status = tensorflow::ReadFileToString(env, file, &content);
  }
  // tensorflow-io opens any file and returns NOT_FOUND when it is read.
  if (absl::IsNotFound(status)) {
    return std::nullopt;
  }
  if (!status.ok()) {
    return absl::Status(
        status.code(),
        absl::StrCat(file, " cannot be read: ", status.message()));
  }
  SavedModelConfig config;
  if (!config.ParseFromString(content)) {
    return absl::DataLossError(absl::StrCat(
        file,
        ": not a serialized tensorflow.serving.SavedModelConfig, or damaged; "
        "write or copy it again, or delete it"));
  }
  return config;
}

void SetOptimizerParameter(const std::string& file,
                           const std::string& optimizer, const char* key,
                           const std::string& value, RewriterConfig& rewrite) {
  const auto known = tensorflow::grappler::CustomGraphOptimizerRegistry::
      GetRegisteredOptimizers();
  if (std::find(known.begin(), known.end(), optimizer) == known.end()) {
    ABSL_LOG(WARNING) << file << ": the options for the graph optimizer "
                      << optimizer
                      << " have no effect: the optimizer is not registered; "
                         "load its library with --custom_op_libraries";
  }
  auto& optimizers = *rewrite.mutable_custom_optimizers();
  const auto found = std::find_if(
      optimizers.begin(), optimizers.end(),
      [&](const auto& candidate) { return candidate.name() == optimizer; });
  RewriterConfig::CustomGraphOptimizer* const entry =
      found == optimizers.end() ? optimizers.Add() : &*found;
  entry->set_name(optimizer);
  (*entry->mutable_parameter_map())[key].set_s(absl::Base64Escape(value));
}

void Apply(const std::string& file, const SessionOverrides& overrides,
           RewriterConfig& rewrite) {
  if (overrides.has_remote_op_remap_config()) {
    SetOptimizerParameter(
        file, "remote_op_config_rewrite", "remote_op_rewrite_config",
        overrides.remote_op_remap_config().SerializeAsString(), rewrite);
  }
  if (overrides.has_batch_op_rewriter_config()) {
    SetOptimizerParameter(
        file, "batch_op_rewriter", "batch_op_rewrite_config",
        overrides.batch_op_rewriter_config().SerializeAsString(), rewrite);
  }
  if (overrides.has_disable_meta_optimizer()) {
    rewrite.set_disable_meta_optimizer(overrides.disable_meta_optimizer());
  }
}

}  // namespace

absl::StatusOr<tensorflow::SessionOptions> ApplySavedModelConfig(
    const std::string& path, tensorflow::SessionOptions options) {
  const std::string file = tensorflow::io::JoinPath(
      path, tensorflow::kSavedModelAssetsExtraDirectory,
      kSavedModelConfigFilename);
  const absl::StatusOr<std::optional<SavedModelConfig>> config =
      ReadConfig(file);
  if (!config.ok()) {
    return config.status();
  }
  if (!config->has_value()) {
    return options;
  }
  if ((*config)->has_tfrt_runtime_config()) {
    ABSL_LOG(WARNING) << file
                      << ": tfrt_runtime_config has no effect: this server "
                         "does not run models with TFRT";
  }
  if ((*config)->has_session_overrides()) {
    ABSL_LOG(INFO) << file << ": session_overrides {"
                   << (*config)->session_overrides().ShortDebugString() << "}";
    Apply(file, (*config)->session_overrides(),
          *options.config.mutable_graph_options()->mutable_rewrite_options());
  }
  return options;
}

}  // namespace tfs3
