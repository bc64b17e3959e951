// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/server_options.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/model_servers/flags.h"

namespace tfs3 {
namespace {

constexpr absl::string_view kUsage =
    "Serves TensorFlow SavedModels over gRPC and REST, from S3 or from files.\n"
    "\n"
    "  tensorflow_model_server --rest_api_port=8501 --model_name=half \\\n"
    "      --model_base_path=s3://bucket/models/half\n"
    "\n"
    "The base path holds a folder for each version, with a number as its "
    "name;\n"
    "the highest is served, and a new one goes live by itself. Where S3 is "
    "and\n"
    "who may read it is said by the environment, as to AWS's tools:\n"
    "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, "
    "AWS_ENDPOINT_URL_S3.\n"
    "\n"
    "Flags, with their defaults:\n";

std::vector<Flag> FlagsOf(ServerOptions* options) {
  return {
      {"model_name", &options->model_name,
       "The name of the model in requests and URLs."},
      {"model_base_path", &options->model_base_path,
       "Where the versions of the model are: s3://bucket/path, or a folder."},
      {"port", &options->port,
       "TCP port for gRPC, on all interfaces; 0: no gRPC.", 0, 65535},
      {"rest_api_port", &options->rest_api_port,
       "TCP port for REST (HTTP), on all interfaces; 0: no REST.", 0, 65535},
      {"rest_api_timeout_in_ms", &options->rest_api_timeout_in_ms,
       "Milliseconds that a REST request may take.", 1, INT32_MAX},
      {"file_system_poll_wait_seconds", &options->file_system_poll_wait_seconds,
       "Seconds from one look for new versions to the next; 0: look once, at "
       "the start; negative: never.",
       INT32_MIN, INT32_MAX},
      {"num_load_threads", &options->num_load_threads,
       "How many versions may load at a time; 0: one for each processor, but "
       "at least two.",
       0, 1024},
      {"num_unload_threads", &options->num_unload_threads,
       "How many versions may unload at a time; 0: one for each processor, but "
       "at least two.",
       0, 1024},
      {"max_num_load_retries", &options->max_num_load_retries,
       "How often a version that fails to load is tried again before it is "
       "given up. One that was given up and is still there is tried again "
       "after "
       "each load_retry_interval_micros.",
       0, INT32_MAX},
      {"load_retry_interval_micros", &options->load_retry_interval_micros,
       "The longest pause, in microseconds, before a version that failed to "
       "load is tried again; the first pauses are shorter (1 s, 2 s, 4 s, "
       "...).",
       0, INT64_MAX},
      {"version", &options->version, "Prints the version and ends."},
      {"help", &options->help, "Prints this and ends."},
  };
}

}  // namespace

absl::Status ParseServerOptions(absl::Span<const char* const> arguments,
                                ServerOptions* options) {
  absl::Status status = ParseFlags(FlagsOf(options), arguments);
  if (!status.ok() || options->version || options->help) return status;
  if (options->model_base_path.empty()) {
    return absl::InvalidArgumentError(
        "nothing to serve: set --model_base_path, as in "
        "--model_base_path=s3://bucket/models/half (--help tells more)");
  }
  if (options->model_name.empty()) {
    return absl::InvalidArgumentError(
        "--model_name is empty: give the model the name that requests use");
  }
  if (options->port == 0 && options->rest_api_port == 0) {
    return absl::InvalidArgumentError(
        "no port to serve on: set --port for gRPC, --rest_api_port for REST, "
        "or both");
  }
  if (options->port == options->rest_api_port) {
    return absl::InvalidArgumentError(
        absl::StrCat("--port and --rest_api_port are both ", options->port,
                     ": gRPC and REST need a port each"));
  }
  return absl::OkStatus();
}

std::string ServerHelp() {
  ServerOptions defaults;
  return absl::StrCat(kUsage, FlagsHelp(FlagsOf(&defaults)));
}

}  // namespace tfs3
