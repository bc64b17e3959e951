// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/options/saved_model_settings.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/absl_log.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "tensorflow/core/protobuf/config.pb.h"
#include "tensorflow/core/protobuf/rewriter_config.pb.h"
#include "tensorflow_serving/config/platform_config.pb.h"
#include "tensorflow_serving_s3/model_servers/options/flags.h"
#include "tensorflow_serving_s3/proto/session_bundle_config.pb.h"
#include "tensorflow_serving_s3/proto/text_file.h"
#include "tensorflow_serving_s3/servables/tensorflow/batching/batching.h"
#include "tensorflow_serving_s3/servables/tensorflow/batching/batching_options.h"

namespace tfs3 {
namespace {

using ::tensorflow::serving::PlatformConfigMap;
using ::tensorflow::serving::SavedModelBundleSourceAdapterConfig;
using ::tensorflow::serving::SessionBundleConfig;

// Returns the first positive flag, or the number of the configuration file.
int32_t NumThreads(int64_t flag, int64_t flag_for_both, int32_t in_file) {
  if (flag > 0) {
    return static_cast<int32_t>(flag);
  }
  if (flag_for_both > 0) {
    return static_cast<int32_t>(flag_for_both);
  }
  return in_file;
}

absl::Status FillSessionConfig(const ServerOptions& options,
                               tensorflow::ConfigProto* config) {
  if (!options.tensorflow_session_config_file.empty()) {
    if (absl::Status status =
            ReadTextFile(options.tensorflow_session_config_file,
                         "intra_op_parallelism_threads: 4", config);
        !status.ok()) {
      return WithFlag("tensorflow_session_config_file", status);
    }
  }
  config->set_intra_op_parallelism_threads(
      NumThreads(options.tensorflow_intra_op_parallelism,
                 options.tensorflow_session_parallelism,
                 config->intra_op_parallelism_threads()));
  config->set_inter_op_parallelism_threads(
      NumThreads(options.tensorflow_inter_op_parallelism,
                 options.tensorflow_session_parallelism,
                 config->inter_op_parallelism_threads()));
  if (options.per_process_gpu_memory_fraction != 0) {
    config->mutable_gpu_options()->set_per_process_gpu_memory_fraction(
        options.per_process_gpu_memory_fraction);
  }
  if (options.xla_gpu_compilation_enabled) {
    config->mutable_graph_options()
        ->mutable_optimizer_options()
        ->set_global_jit_level(tensorflow::OptimizerOptions::ON_1);
  }
  return absl::OkStatus();
}

absl::Status SetBatchScheduler(BatchingOptions batching,
                               SavedModelOptions* saved_model) {
  absl::StatusOr<std::shared_ptr<BatchScheduler>> scheduler =
      BatchScheduler::Create(std::move(batching));
  if (!scheduler.ok()) {
    return scheduler.status();
  }
  saved_model->batch_scheduler = *std::move(scheduler);
  return absl::OkStatus();
}

// Applies the flags that --platform_config_file would replace.
absl::Status ApplyFlags(const ServerOptions& options,
                        SavedModelOptions* saved_model) {
  if (absl::Status status =
          FillSessionConfig(options, &saved_model->session_options.config);
      !status.ok()) {
    return status;
  }
  const std::vector<std::string> tags =
      absl::StrSplit(options.saved_model_tags, ',', absl::SkipWhitespace());
  if (!tags.empty()) {
    saved_model->tags = {tags.begin(), tags.end()};
  }
  saved_model->warmup.enabled = options.enable_model_warmup;
  saved_model->warmup.iterations = static_cast<int>(
      std::max<int64_t>(1, options.num_request_iterations_for_warmup));
  if (!options.enable_batching) {
    return absl::OkStatus();
  }
  BatchingOptions batching;
  // Dashboards for TensorFlow Serving select metrics by this name.
  batching.thread_pool_name = "model_server_batch_threads";
  if (!options.batching_parameters_file.empty()) {
    absl::StatusOr<BatchingOptions> read =
        ReadBatchingOptions(options.batching_parameters_file);
    if (!read.ok()) {
      return WithFlag("batching_parameters_file", read.status());
    }
    batching = *std::move(read);
  }
  saved_model->enable_per_model_batching_parameters =
      options.enable_per_model_batching_parameters;
  return SetBatchScheduler(std::move(batching), saved_model);
}

// Reads the SessionBundleConfig of the platform "tensorflow" from the
// PlatformConfigMap at `path`.
absl::StatusOr<SessionBundleConfig> ReadSessionBundleConfig(
    const std::string& path) {
  constexpr char kExample[] =
      "platform_configs { key: \"tensorflow\" value { source_adapter_config { "
      "[type.googleapis.com/"
      "tensorflow.serving.SavedModelBundleSourceAdapterConfig] { "
      "legacy_config { saved_model_tags: \"serve\" } } } } }";
  // Parsing finds the type of the Any by name: this links the type in.
  SavedModelBundleSourceAdapterConfig adapter;
  PlatformConfigMap platforms;
  if (absl::Status status = ReadTextFile(path, kExample, &platforms);
      !status.ok()) {
    return status;
  }
  const auto found =
      platforms.platform_configs().find(std::string("tensorflow"));
  if (found == platforms.platform_configs().end()) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": no platform \"tensorflow\"; an example: ", kExample));
  }
  if (!found->second.source_adapter_config().UnpackTo(&adapter)) {
    return absl::InvalidArgumentError(absl::StrCat(
        path,
        ": the source_adapter_config of the platform \"tensorflow\" is a \"",
        found->second.source_adapter_config().type_url(),
        "\"; an example: ", kExample));
  }
  return adapter.legacy_config();
}

// Logs a warning for each field that is set and that this server ignores.
void WarnOfUnusedFields(const SessionBundleConfig& config,
                        const std::string& path) {
  static const auto& used = *new std::set<std::string>{
      "session_config", "batching_parameters", "saved_model_tags",
      "enable_model_warmup", "model_warmup_options",
      // The server always does this.
      "remove_unused_fields_from_bundle_metagraph"};
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  config.GetReflection()->ListFields(config, &fields);
  for (const google::protobuf::FieldDescriptor* field : fields) {
    const std::string name(field->name());
    if (used.count(name) > 0) {
      continue;
    }
    ABSL_LOG(WARNING) << path << ": " << name
                      << " has no effect in this server";
  }
}

// Applies --platform_config_file, which replaces the flags of ApplyFlags.
absl::Status ApplyPlatformConfig(const std::string& path,
                                 SavedModelOptions* saved_model) {
  absl::StatusOr<SessionBundleConfig> config = ReadSessionBundleConfig(path);
  if (!config.ok()) {
    return config.status();
  }
  WarnOfUnusedFields(*config, path);
  saved_model->session_options.config = config->session_config();
  if (!config->saved_model_tags().empty()) {
    saved_model->tags = {config->saved_model_tags().begin(),
                         config->saved_model_tags().end()};
  }
  saved_model->warmup.enabled = config->enable_model_warmup();
  saved_model->warmup.iterations = std::max(
      1, config->model_warmup_options().num_request_iterations().value());
  if (!config->has_batching_parameters()) {
    return absl::OkStatus();
  }
  absl::StatusOr<BatchingOptions> batching =
      MakeBatchingOptions(config->batching_parameters());
  if (!batching.ok()) {
    return absl::Status(batching.status().code(),
                        absl::StrCat(path, ": ", batching.status().message()));
  }
  return SetBatchScheduler(*std::move(batching), saved_model);
}

}  // namespace

absl::StatusOr<SavedModelOptions> MakeSavedModelOptions(
    const ServerOptions& options) {
  SavedModelOptions saved_model;
  if (options.platform_config_file.empty()) {
    if (absl::Status status = ApplyFlags(options, &saved_model); !status.ok()) {
      return status;
    }
  } else if (absl::Status status = ApplyPlatformConfig(
                 options.platform_config_file, &saved_model);
             !status.ok()) {
    return WithFlag("platform_config_file", status);
  }
  if (options.mixed_precision == "bfloat16") {
    saved_model.session_options.config.mutable_graph_options()
        ->mutable_rewrite_options()
        ->set_auto_mixed_precision_onednn_bfloat16(
            tensorflow::RewriterConfig::ON);
  }
  if (options.run_thread == "caller") {
    saved_model.run_thread_policy = RunThreadPolicy::kCaller;
  } else if (options.run_thread == "pool") {
    saved_model.run_thread_policy = RunThreadPolicy::kPool;
  }
  saved_model.flush_filesystem_caches = options.flush_filesystem_caches;
  saved_model.warmup.check_method_name =
      options.enable_signature_method_name_check;
  return saved_model;
}

}  // namespace tfs3
