// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_SERVER_OPTIONS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_SERVER_OPTIONS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace tfs3 {

// The values of --aspired_version_policy.
inline constexpr char kAvailabilityPreserving[] = "availability_preserving";
inline constexpr char kResourcePreserving[] = "resource_preserving";

// The command line of tensorflow_model_server. Names and defaults are those of
// TensorFlow Serving's program; --help tells what each means.
struct ServerOptions {
  std::string model_name = "default";
  std::string model_base_path;
  std::string model_config_file;
  int64_t model_config_file_poll_wait_seconds = 0;
  int64_t port = 8500;
  int64_t rest_api_port = 0;
  int64_t rest_api_timeout_in_ms = 30000;
  bool enable_grpc_healthcheck_service = false;
  int64_t drain_seconds = 25;
  bool allow_version_labels = true;
  bool allow_version_labels_for_unavailable_models = false;
  int64_t file_system_poll_wait_seconds = 1;
  bool servable_versions_always_present = false;
  std::string aspired_version_policy = kAvailabilityPreserving;
  int64_t total_model_memory_limit_bytes = 0;
  int64_t num_load_threads = 0;
  int64_t num_unload_threads = 0;
  int64_t max_num_load_retries = 5;
  int64_t load_retry_interval_micros = 60 * 1000 * 1000;
  bool flush_filesystem_caches = true;
  bool version = false;
  bool help = false;
};

// Sets `options` from the arguments behind the program's name.
//
// INVALID_ARGUMENT naming the flag, what is wrong and what was expected; also
// if there is nothing to serve or no port to serve it on, unless --version or
// --help is asked for.
absl::Status ParseServerOptions(absl::Span<const char* const> arguments,
                                ServerOptions* options);

// What --help prints.
std::string ServerHelp();

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_SERVER_OPTIONS_H_
