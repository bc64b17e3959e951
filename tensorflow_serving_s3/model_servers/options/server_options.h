// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_SERVER_OPTIONS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_SERVER_OPTIONS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "tensorflow_serving_s3/core/aspired_version_policies.h"
#include "tensorflow_serving_s3/model_servers/options/unsupported_flags.h"

namespace tfs3 {

// The values of --model_version_policy.
inline constexpr char kLatestVersion[] = "LATEST_VERSION";
inline constexpr char kAllVersions[] = "ALL_VERSIONS";

// The variables that name the model, as in the container image of TensorFlow
// Serving: $MODEL_BASE_PATH/$MODEL_NAME is served under the name $MODEL_NAME.
struct ModelVariables {
  // Empty: not set.
  std::string model_name;
  std::string model_base_path;
};

// Returns MODEL_NAME and MODEL_BASE_PATH of the environment.
ModelVariables ModelVariablesOfEnvironment();

// The command line of tensorflow_model_server. Names and defaults are those of
// TensorFlow Serving. server_flags.cc explains each option.
struct ServerOptions {
  // Whether a custom source reports the models. Not a flag: set it before
  // ParseServerOptions, which then refuses the flags that name models.
  bool has_custom_source = false;
  // The values of --model_name and --model_base_path without these flags. Not a
  // flag: set it before ParseServerOptions.
  ModelVariables model_variables;

  // Models.
  std::string model_name = "default";
  std::string model_base_path;
  std::string model_version_policy = kLatestVersion;
  std::string model_config_file;
  int64_t model_config_file_poll_wait_seconds = 0;
  bool allow_version_labels = true;
  bool allow_version_labels_for_unavailable_models = false;

  // Versions.
  int64_t file_system_poll_wait_seconds = 1;
  bool servable_versions_always_present = false;
  std::string aspired_version_policy{AspiredVersionPolicies().front().name};
  int64_t total_model_memory_limit_bytes = 0;
  int64_t num_load_threads = 0;
  int64_t num_unload_threads = 0;
  int64_t max_num_load_retries = 5;
  int64_t load_retry_interval_micros = 60 * 1000 * 1000;
  bool flush_filesystem_caches = true;
  std::string saved_model_tags = "serve";
  int64_t s3_read_ahead_mib = -1;
  std::string custom_op_libraries;
  bool enable_model_warmup = true;
  int64_t num_request_iterations_for_warmup = 1;

  // Running models.
  bool enable_batching = false;
  std::string batching_parameters_file;
  bool enable_per_model_batching_parameters = false;
  int64_t tensorflow_session_parallelism = 0;
  int64_t tensorflow_intra_op_parallelism = 0;
  int64_t tensorflow_inter_op_parallelism = 0;
  std::string tensorflow_session_config_file;
  std::string platform_config_file;
  std::string run_thread = "auto";
  std::string mixed_precision;
  bool enable_signature_method_name_check = false;
  double per_process_gpu_memory_fraction = 0;
  bool xla_gpu_compilation_enabled = false;

  // gRPC.
  int64_t port = 8500;
  std::string grpc_socket_path;
  std::string grpc_channel_arguments;
  std::string management_address;
  bool enable_reload_config = true;
  int64_t grpc_max_threads = 0;
  int64_t grpc_max_receive_message_bytes = 0;
  int64_t grpc_max_connections = 0;
  int64_t grpc_receive_timeout_in_ms = 30 * 1000;
  int64_t grpc_idle_timeout_in_ms = 60 * 60 * 1000;
  bool enable_grpc_healthcheck_service = false;
  bool enable_grpc_reflection = true;
  bool enable_profiler = true;
  bool enable_session_run = true;
  bool enable_serialization_as_tensor_content = false;

  // Limits that REST and gRPC share.
  int64_t request_memory_mib = 0;
  int64_t max_waiting_requests = 1000;
  int64_t max_inflate_ratio = 100;

  // REST.
  int64_t rest_api_port = 0;
  std::string rest_api_socket_path;
  bool rest_api_plain_http = false;
  int64_t rest_api_num_threads = 0;
  int64_t rest_api_timeout_in_ms = 30000;
  bool rest_api_enable_cors_support = false;
  int64_t rest_api_max_body_bytes = 0;
  int64_t rest_api_max_inflated_bytes = 0;
  int64_t rest_api_max_header_bytes = 64 << 10;
  int64_t rest_api_max_json_nesting = 260;
  int64_t rest_api_max_connections = 0;
  int64_t rest_api_idle_timeout_in_ms = 120 * 1000;
  int64_t rest_api_receive_timeout_in_ms = 30 * 1000;

  // TLS, metrics, logs.
  std::string ssl_config_file;
  std::string monitoring_config_file;
  std::string log_format = "text";
  std::string log_level = "info";
  bool enable_signature_metrics = false;
  bool access_log = false;
  bool hide_server_paths = false;
  int64_t drain_delay_seconds = 0;
  int64_t drain_seconds = 25;
  // The URL to probe instead of serving; see net/http/probe.h.
  std::string probe;
  bool version = false;
  bool help = false;

  // The values of UnsupportedFlags(), in the same order.
  std::vector<UnsupportedFlag::Value> unsupported;

  // One sentence for each flag that is set and has no effect.
  std::vector<std::string> warnings;
};

// Sets `options` from the command line without the program's name. A flag
// without effect is not an error: it adds a line to options->warnings.
//
// Returns INVALID_ARGUMENT, with the name of the flag, the problem and the
// expected value, for
//
//  - a flag or value that ParseFlags refuses, or a combination that is not
//  valid
//  - no model or no port to serve, except with --version, --help or --probe
//
// After an error `options` has the values of the other flags. So the caller can
// print the error as --log_format demands.
absl::Status ParseServerOptions(absl::Span<const char* const> arguments,
                                ServerOptions* options);

// Parses --grpc_channel_arguments, such as
// "grpc.keepalive_time_ms=1000,name=value", into pairs of name and value
// without surrounding space. Returns INVALID_ARGUMENT for a part without a name
// or an equals sign.
absl::StatusOr<std::vector<std::pair<std::string, std::string>>>
ParseChannelArguments(absl::string_view text);

// Returns the output of --help.
std::string ServerHelp();

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_SERVER_OPTIONS_H_
