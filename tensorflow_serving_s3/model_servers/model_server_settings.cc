// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/model_server_settings.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "absl/base/log_severity.h"
#include "absl/status/status.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow_serving_s3/core/aspired_version_policies.h"
#include "tensorflow_serving_s3/model_servers/model_config.h"
#include "tensorflow_serving_s3/model_servers/options/memory_limit.h"
#include "tensorflow_serving_s3/model_servers/options/saved_model_settings.h"
#include "tensorflow_serving_s3/model_servers/options/server_settings.h"
#include "tensorflow_serving_s3/servables/tensorflow/batching/batching.h"
#include "tensorflow_serving_s3/servables/tensorflow/batching/batching_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/custom_ops.h"

namespace tfs3 {
namespace {

using ::tensorflow::serving::ModelServerConfig;

absl::StatusOr<ModelServerConfig> ModelConfigOf(const ServerOptions& options) {
  if (options.has_custom_source) {
    return ModelServerConfig();
  }
  if (!options.model_config_file.empty()) {
    return ReadModelServerConfig(tensorflow::Env::Default(),
                                 options.model_config_file);
  }
  ModelServerConfig config;
  auto* model = config.mutable_model_config_list()->add_config();
  model->set_name(options.model_name);
  model->set_base_path(options.model_base_path);
  if (options.model_version_policy == kAllVersions) {
    model->mutable_model_version_policy()->mutable_all();
  }
  return config;
}

// Returns the path of a UNIX socket in a gRPC address; empty for a port.
std::string SocketPathOf(absl::string_view address) {
  return absl::ConsumePrefix(&address, "unix:") ? std::string(address) : "";
}

}  // namespace

absl::StatusOr<ModelServerSettings> ReadModelServerSettings(
    const ServerOptions& options) {
  auto models = ModelConfigOf(options);
  if (!models.ok()) {
    return models.status();
  }
  auto tls = ReadSslConfig(options.ssl_config_file);
  if (!tls.ok()) {
    return tls.status();
  }
  auto prometheus_path = ReadPrometheusPath(
      HasRest(options) ? options.monitoring_config_file : "");
  if (!prometheus_path.ok()) {
    return prometheus_path.status();
  }
  const std::vector<std::string> custom_ops =
      absl::StrSplit(options.custom_op_libraries, ',', absl::SkipWhitespace());
  if (absl::Status status = LoadCustomOps(custom_ops); !status.ok()) {
    return status;
  }
  auto saved_model = MakeSavedModelOptions(options);
  if (!saved_model.ok()) {
    return saved_model.status();
  }
  return ModelServerSettings{*std::move(models), *std::move(tls),
                             *std::move(prometheus_path),
                             *std::move(saved_model)};
}

ServerCore::Options CoreOptionsOf(const ServerOptions& options,
                                  const ModelServerConfig& models,
                                  SavedModelOptions saved_model) {
  ServerCore::Options core;
  core.config = models;
  core.saved_model = std::move(saved_model);
  core.file_system_poll_wait_seconds = options.file_system_poll_wait_seconds;
  core.servable_versions_always_present =
      options.servable_versions_always_present;
  core.aspired_version_policy =
      CreateAspiredVersionPolicy(options.aspired_version_policy);
  core.total_memory_limit_bytes =
      static_cast<uint64_t>(options.total_model_memory_limit_bytes);
  core.num_load_threads = static_cast<int>(options.num_load_threads);
  core.num_unload_threads = static_cast<int>(options.num_unload_threads);
  core.max_num_load_retries =
      options.max_num_load_retries < 0
          ? std::numeric_limits<int>::max() - 1  // The sum with 1 must fit.
          : static_cast<int>(options.max_num_load_retries);
  core.load_retry_interval = absl::Microseconds(
      std::max<int64_t>(0, options.load_retry_interval_micros));
  core.allow_version_labels = options.allow_version_labels;
  core.allow_version_labels_for_unavailable_models =
      options.allow_version_labels_for_unavailable_models;
  return core;
}

LogFormat LogFormatOf(const ServerOptions& options) {
  return options.log_format == "json" ? LogFormat::kJson : LogFormat::kText;
}

LogOptions LogOptionsOf(const ServerOptions& options) {
  LogOptions log;
  log.format = LogFormatOf(options);
  if (options.log_level == "warning") {
    log.level = absl::LogSeverityAtLeast::kWarning;
  } else if (options.log_level == "error") {
    log.level = absl::LogSeverityAtLeast::kError;
  }
  return log;
}

bool HasRest(const ServerOptions& options) {
  return options.rest_api_port != 0 || !options.rest_api_socket_path.empty();
}

int64_t MaxBatchedRequests(const SavedModelOptions& saved_model) {
  if (saved_model.batch_scheduler == nullptr) {
    return 0;
  }
  // The batch sizes of models with their own parameters are unknown until these
  // models load.
  if (saved_model.enable_per_model_batching_parameters) {
    return std::numeric_limits<int64_t>::max();
  }
  return int64_t{2} *
         saved_model.batch_scheduler->options().max_execution_batch_size;
}

int64_t RequestMemoryBytes(const ServerOptions& options) {
  if (options.request_memory_mib > 0) {
    return options.request_memory_mib << 20;
  }
  return ReadMemoryLimit() / 2;
}

std::vector<std::string> PathsToHide(const ServerOptions& options,
                                     const ModelServerConfig& config) {
  std::vector<std::string> paths = {
      options.model_config_file,    options.batching_parameters_file,
      options.platform_config_file, options.tensorflow_session_config_file,
      options.ssl_config_file,      options.monitoring_config_file};
  for (const auto& model : config.model_config_list().config()) {
    paths.push_back(model.base_path());
  }
  return paths;
}

std::vector<std::string> SocketPathsOf(const ServerOptions& options) {
  return {options.grpc_socket_path, options.rest_api_socket_path,
          SocketPathOf(options.management_address)};
}

}  // namespace tfs3
