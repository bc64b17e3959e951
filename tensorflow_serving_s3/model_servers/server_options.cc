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
    "  tensorflow_model_server --rest_api_port=8501 \\\n"
    "      --model_config_file=s3://bucket/models.config\n"
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
      {"model_config_file", &options->model_config_file,
       "A file with a ModelServerConfig in protobuf's text format, for several "
       "models and for version policies and labels: s3://bucket/models.config, "
       "or a path. --model_name and --model_base_path then have no effect."},
      {"model_config_file_poll_wait_seconds",
       &options->model_config_file_poll_wait_seconds,
       "Seconds from one look into --model_config_file for changes to the "
       "next; 0: read it once, at the start.",
       0, INT32_MAX},
      {"port", &options->port,
       "TCP port for gRPC, on all interfaces; 0: no gRPC.", 0, 65535},
      {"rest_api_port", &options->rest_api_port,
       "TCP port for REST (HTTP), on all interfaces; 0: no REST.", 0, 65535},
      {"rest_api_timeout_in_ms", &options->rest_api_timeout_in_ms,
       "Milliseconds that a REST request may take.", 1, INT32_MAX},
      {"enable_grpc_healthcheck_service",
       &options->enable_grpc_healthcheck_service,
       "Serve grpc.health.v1.Health: \"\" and the names of the gRPC services "
       "say whether the server is ready, the name of a model says whether a "
       "version of it is available."},
      {"drain_seconds", &options->drain_seconds,
       "How long requests under way may take after SIGTERM or SIGINT. "
       "Meanwhile /readyz says 503, and new requests are answered 503 and "
       "UNAVAILABLE. When the last one is done the server ends.",
       0, 24 * 60 * 60},
      {"allow_version_labels", &options->allow_version_labels,
       "Whether models may have version_labels."},
      {"allow_version_labels_for_unavailable_models",
       &options->allow_version_labels_for_unavailable_models,
       "Whether a label that is new may point at a version that is not "
       "available (yet)."},
      {"file_system_poll_wait_seconds", &options->file_system_poll_wait_seconds,
       "Seconds from one look for new versions to the next; 0: look once, at "
       "the start; negative: never.",
       INT32_MIN, INT32_MAX},
      {"servable_versions_always_present",
       &options->servable_versions_always_present,
       "Keep the versions of a model when none is found any more under its "
       "base path, instead of unloading them."},
      {"aspired_version_policy", &options->aspired_version_policy,
       "availability_preserving: load a new version, then unload the old one; "
       "resource_preserving: the other way round, for models of which two "
       "versions do not fit into memory."},
      {"total_model_memory_limit_bytes",
       &options->total_model_memory_limit_bytes,
       "How much memory models may take up by their estimates (the size of "
       "their files); one that does not fit waits until others are unloaded, "
       "or fails if it never can. 0: no limit.",
       0, INT64_MAX},
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
      {"flush_filesystem_caches", &options->flush_filesystem_caches,
       "Drop what the file systems have cached when the models that are "
       "loading have been loaded."},
      {"version", &options->version, "Prints the version and ends."},
      {"help", &options->help, "Prints this and ends."},
  };
}

}  // namespace

absl::Status ParseServerOptions(absl::Span<const char* const> arguments,
                                ServerOptions* options) {
  absl::Status status = ParseFlags(FlagsOf(options), arguments);
  if (!status.ok() || options->version || options->help) return status;
  if (options->model_base_path.empty() && options->model_config_file.empty()) {
    return absl::InvalidArgumentError(
        "nothing to serve: set --model_base_path, as in "
        "--model_base_path=s3://bucket/models/half, or --model_config_file "
        "(--help tells more)");
  }
  if (options->model_config_file.empty() &&
      options->model_config_file_poll_wait_seconds > 0) {
    return absl::InvalidArgumentError(
        "--model_config_file_poll_wait_seconds is set, and there is no "
        "--model_config_file to look into");
  }
  if (options->aspired_version_policy != kAvailabilityPreserving &&
      options->aspired_version_policy != kResourcePreserving) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--aspired_version_policy=", options->aspired_version_policy,
        " is not known; it is ", kAvailabilityPreserving, " or ",
        kResourcePreserving));
  }
  if (options->model_config_file.empty() && options->model_name.empty()) {
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
