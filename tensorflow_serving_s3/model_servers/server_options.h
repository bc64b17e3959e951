// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_SERVER_OPTIONS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_SERVER_OPTIONS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace tfs3 {

// The command line of tensorflow_model_server. Names and defaults are those of
// TensorFlow Serving's program; --help tells what each means.
struct ServerOptions {
  std::string model_name = "default";
  std::string model_base_path;
  int64_t port = 8500;
  int64_t rest_api_port = 0;
  int64_t rest_api_timeout_in_ms = 30000;
  int64_t file_system_poll_wait_seconds = 1;
  int64_t num_load_threads = 0;
  int64_t num_unload_threads = 0;
  int64_t max_num_load_retries = 5;
  int64_t load_retry_interval_micros = 60 * 1000 * 1000;
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
