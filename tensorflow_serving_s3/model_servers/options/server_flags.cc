// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/options/server_flags.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/model_servers/options/unsupported_flags.h"

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
    "Flags, with their defaults.\n\n";

// The flags that do nothing. Their values stand in options->unsupported.
FlagGroup UnsupportedGroup(ServerOptions* options) {
  FlagGroup group = {"Flags of TensorFlow Serving that do nothing here", {}};
  const std::vector<UnsupportedFlag>& unsupported = UnsupportedFlags();
  options->unsupported.clear();
  for (const UnsupportedFlag& flag : unsupported) {
    options->unsupported.push_back(flag.default_value);
  }
  for (size_t i = 0; i < unsupported.size(); ++i) {
    std::visit(
        [&](auto& value) {
          group.flags.push_back(
              {unsupported[i].name, &value,
               absl::StrCat(unsupported[i].refused ? "Refused: " : "No use: ",
                            unsupported[i].reason, ".")});
        },
        options->unsupported[i]);
  }
  return group;
}

}  // namespace

std::vector<FlagGroup> ServerFlags(ServerOptions* options) {
  std::vector<FlagGroup> groups = {
      {"Models",
       {
           {"model_name", &options->model_name,
            "The name of the model in requests and URLs."},
           {"model_version_policy", &options->model_version_policy,
            "Of TensorFlow Serving 1.0: LATEST_VERSION or ALL_VERSIONS of the "
            "model at --model_base_path. --model_config_file has more "
            "policies."},
           {"model_base_path", &options->model_base_path,
            "Where the versions of the model are: s3://bucket/path, or a "
            "folder."},
           {"model_config_file", &options->model_config_file,
            "A file with a ModelServerConfig in protobuf's text format, for "
            "several "
            "models and for version policies and labels: "
            "s3://bucket/models.config, "
            "or a path. --model_name and --model_base_path then have no "
            "effect."},
           {"model_config_file_poll_wait_seconds",
            &options->model_config_file_poll_wait_seconds,
            "Seconds from one look into --model_config_file for changes to the "
            "next; 0 or negative: read it once, at the start.",
            INT32_MIN, INT32_MAX},
           {"allow_version_labels", &options->allow_version_labels,
            "Whether models may have version_labels."},
           {"allow_version_labels_for_unavailable_models",
            &options->allow_version_labels_for_unavailable_models,
            "Whether a label that is new may point at a version that is not "
            "available (yet)."},
       }},
      {"Versions and their loading",
       {
           {"file_system_poll_wait_seconds",
            &options->file_system_poll_wait_seconds,
            "Seconds from one look for new versions to the next; 0: look once, "
            "at "
            "the start; negative: never.",
            INT32_MIN, INT32_MAX},
           {"servable_versions_always_present",
            &options->servable_versions_always_present,
            "Keep the versions of a model when none is found any more under "
            "its "
            "base path, instead of unloading them."},
           {"aspired_version_policy", &options->aspired_version_policy,
            "availability_preserving: load a new version, then unload the old "
            "one; "
            "resource_preserving: the other way round, for models of which two "
            "versions do not fit into memory."},
           {"total_model_memory_limit_bytes",
            &options->total_model_memory_limit_bytes,
            "How much memory models may take up by their estimates (the size "
            "of "
            "their files); one that does not fit waits until others are "
            "unloaded, "
            "or fails if it never can. 0: no limit.",
            0, INT64_MAX},
           {"num_load_threads", &options->num_load_threads,
            "How many versions may load at a time; 0: one for each processor, "
            "but "
            "at least two.",
            0, 1024},
           {"num_unload_threads", &options->num_unload_threads,
            "How many versions may unload at a time; 0: one for each "
            "processor, but "
            "at least two.",
            0, 1024},
           {"max_num_load_retries", &options->max_num_load_retries,
            "How often a version that fails to load is tried again before it "
            "is "
            "given up. One that was given up and is still there is tried again "
            "after "
            "each load_retry_interval_micros. Negative: it is never given up.",
            INT32_MIN, INT32_MAX},
           {"load_retry_interval_micros", &options->load_retry_interval_micros,
            "The longest pause, in microseconds, before a version that failed "
            "to "
            "load is tried again; the first pauses are shorter (1 s, 2 s, 4 s, "
            "...). 0 or negative: no pause.",
            INT64_MIN, INT64_MAX},
           {"flush_filesystem_caches", &options->flush_filesystem_caches,
            "Drop what the file systems have cached when the models that are "
            "loading have been loaded."},
           {"saved_model_tags", &options->saved_model_tags,
            "The tags, with commas between them, of the graph to load out of "
            "those "
            "in a SavedModel; empty: serve."},
           {"s3_read_ahead_mib", &options->s3_read_ahead_mib,
            "Memory, in MiB, for what is read ahead of models that load from "
            "S3, shared by all of them; 0: nothing is read ahead; -1: as "
            "S3_READ_AHEAD_MIB in the environment says, or 256.",
            -1, int64_t{1} << 40},
           {"custom_op_libraries", &options->custom_op_libraries,
            "Shared libraries with operations that TensorFlow does not have, "
            "with "
            "commas between their paths; they are loaded before any model. "
            "They "
            "must have been built for this TensorFlow (--version)."},
           {"enable_model_warmup", &options->enable_model_warmup,
            "Run the requests of a version's "
            "assets.extra/tf_serving_warmup_requests "
            "before it is served."},
           {"num_request_iterations_for_warmup",
            &options->num_request_iterations_for_warmup,
            "How often each of those requests is run; 0 or negative: once.",
            INT32_MIN, INT32_MAX},
       }},
      {"How models run",
       {
           {"enable_batching", &options->enable_batching,
            "Put requests together that wait for the same signature of a "
            "model, and "
            "run them as one."},
           {"batching_parameters_file", &options->batching_parameters_file,
            "A file with BatchingParameters in protobuf's text format; see "
            "docs/batching.md. Needs --enable_batching."},
           {"enable_per_model_batching_parameters",
            &options->enable_per_model_batching_parameters,
            "Take the batching parameters of a version from "
            "batching_params.pbtxt in "
            "its folder, if there is one. Needs --enable_batching."},
           {"tensorflow_session_parallelism",
            &options->tensorflow_session_parallelism,
            "Threads of TensorFlow, for work within an operation and for "
            "operations beside each other; 0 or negative: one for each "
            "processor.",
            INT32_MIN, INT32_MAX},
           {"tensorflow_intra_op_parallelism",
            &options->tensorflow_intra_op_parallelism,
            "Threads for the work within one operation; 0 or negative: "
            "--tensorflow_session_parallelism.",
            INT32_MIN, INT32_MAX},
           {"tensorflow_inter_op_parallelism",
            &options->tensorflow_inter_op_parallelism,
            "Threads for operations beside each other; 0 or negative: "
            "--tensorflow_session_parallelism.",
            INT32_MIN, INT32_MAX},
           {"platform_config_file", &options->platform_config_file,
            "A file with a PlatformConfigMap in protobuf's text format. The "
            "SessionBundleConfig of its platform \"tensorflow\" takes the "
            "place of --enable_batching, --batching_parameters_file, "
            "--saved_model_tags, --enable_model_warmup and the flags for "
            "sessions and their threads."},
           {"tensorflow_session_config_file",
            &options->tensorflow_session_config_file,
            "A file with TensorFlow's ConfigProto in protobuf's text format, "
            "for the "
            "session of every model; the flags for threads go first."},
           {"run_thread", &options->run_thread,
            "Where the operations of a signature run. caller: on the thread of "
            "the "
            "request, several times as many requests a second for a small "
            "graph; "
            "pool: on TensorFlow's threads, beside each other; auto: by the "
            "size of "
            "the graph."},
           {"mixed_precision", &options->mixed_precision,
            "bfloat16: let oneDNN compute in bfloat16 where that is safe, "
            "faster on "
            "processors that have it; empty: as the model says."},
           {"enable_signature_method_name_check",
            &options->enable_signature_method_name_check,
            "Let Classify and Regress use only signatures with the method name "
            "tensorflow/serving/classify or .../regress, which TensorFlow 2 "
            "does not "
            "write."},
       }},
      {"gRPC",
       {
           {"port", &options->port,
            "TCP port for gRPC, on all interfaces; 0: no gRPC.", 0, 65535},
           {"grpc_socket_path", &options->grpc_socket_path,
            "A UNIX socket for gRPC, beside or in place of the port."},
           {"management_address", &options->management_address,
            "Where the management calls are answered, over gRPC, in place of "
            "the serving ports: HandleReloadConfigRequest, SessionRun and the "
            "ProfilerService. HOST:PORT, as in 127.0.0.1:8510, which speaks "
            "TLS if --ssl_config_file is set, or unix:PATH, which never does. "
            "Empty: on the serving ports."},
           {"enable_reload_config", &options->enable_reload_config,
            "Serve ModelService.HandleReloadConfigRequest, by which a client "
            "replaces the configuration, and so makes the server read any "
            "path that its credentials can read."},
           {"grpc_channel_arguments", &options->grpc_channel_arguments,
            "Arguments of gRPC's server, such as "
            "grpc.max_connection_age_ms=2000,grpc.keepalive_time_ms=1000. A "
            "whole number is passed on as a number, anything else as text."},
           {"grpc_max_threads", &options->grpc_max_threads,
            "How many requests of longer-running models are answered at a "
            "time, 1024 at most; 0: four for each processor, and eight at "
            "least; with --enable_batching, as many as batches can take.",
            0, INT32_MAX},
           {"grpc_max_receive_message_bytes",
            &options->grpc_max_receive_message_bytes,
            "The longest request in bytes, before and after inflating; 0: a "
            "quarter of the memory for requests (--request_memory_mib), and "
            "2 GiB at most, which is the most that a message can be; -1: "
            "2 GiB.",
            -1, INT32_MAX},
           {"grpc_max_connections", &options->grpc_max_connections,
            "How many connections may be open; idle ones make room for new "
            "ones, and if there are none, further ones are closed at once. 0: "
            "three eighths of the files that the process may open, or three "
            "quarters without REST.",
            0, INT32_MAX},
           {"grpc_receive_timeout_in_ms", &options->grpc_receive_timeout_in_ms,
            "Milliseconds that the handshake of a connection may take, a "
            "request to arrive and its answer to be taken, unless the "
            "connection moves 16 KiB a second. Then the call is answered "
            "DEADLINE_EXCEEDED, or cancelled if the answer is on its way.",
            1, INT32_MAX},
           {"grpc_idle_timeout_in_ms", &options->grpc_idle_timeout_in_ms,
            "Milliseconds that a connection without a call stays open; 0: for "
            "ever.",
            0, INT32_MAX},
           {"enable_grpc_healthcheck_service",
            &options->enable_grpc_healthcheck_service,
            "Serve grpc.health.v1.Health: \"\" and the names of the gRPC "
            "services "
            "say whether the server is ready, the name of a model says whether "
            "a "
            "version of it is available."},
           {"enable_grpc_reflection", &options->enable_grpc_reflection,
            "Serve gRPC's server reflection, by which grpcurl and its like "
            "know the "
            "services and messages."},
           {"enable_profiler", &options->enable_profiler,
            "Serve TensorFlow's ProfilerService, by which TensorBoard captures "
            "profiles."},
           {"enable_session_run", &options->enable_session_run,
            "Serve SessionService.SessionRun, by which a client runs any part "
            "of a model's graph, the parts that read and write checkpoints "
            "included: for clients that are trusted as the models' authors "
            "are."},
           {"enable_serialization_as_tensor_content",
            &options->enable_serialization_as_tensor_content,
            "Write the tensors of answers as tensor_content: faster for large "
            "ones, "
            "and not read by every client."},
       }},
      {"REST",
       {
           {"rest_api_port", &options->rest_api_port,
            "TCP port for REST (HTTP), on all interfaces; 0: no REST.", 0,
            65535},
           {"rest_api_plain_http", &options->rest_api_plain_http,
            "REST speaks plain HTTP although --ssl_config_file is set, as in "
            "TensorFlow Serving."},
           {"rest_api_socket_path", &options->rest_api_socket_path,
            "A UNIX socket for REST, beside or in place of the port."},
           {"rest_api_num_threads", &options->rest_api_num_threads,
            "How many requests are answered at a time, 1024 at most; 0: four "
            "for each processor; with --enable_batching, as many as batches "
            "can take.",
            0, INT32_MAX},
           {"rest_api_timeout_in_ms", &options->rest_api_timeout_in_ms,
            "Milliseconds that a REST request may take; 0 or negative: as long "
            "as it takes.",
            INT32_MIN, INT32_MAX},
           {"rest_api_enable_cors_support",
            &options->rest_api_enable_cors_support,
            "Let web pages of other origins use the API (CORS)."},
           {"request_memory_mib", &options->request_memory_mib,
            "MiB that the requests in flight may hold, by REST and gRPC "
            "together; 503 and RESOURCE_EXHAUSTED beyond. 0: half of the "
            "memory that the container or the machine has.",
            0, INT32_MAX},
           {"max_waiting_requests", &options->max_waiting_requests,
            "How many requests may wait for a thread, by REST and by gRPC "
            "each; 429 and RESOURCE_EXHAUSTED beyond. 0: any number.",
            0, INT32_MAX},
           {"max_inflate_ratio", &options->max_inflate_ratio,
            "How many times its compressed size a request may become, by REST "
            "and gRPC, when that is more than 64 MiB; 413 and "
            "RESOURCE_EXHAUSTED beyond. 0: any number.",
            0, INT32_MAX},
           {"rest_api_max_body_bytes", &options->rest_api_max_body_bytes,
            "The longest body of a request in bytes; 413 beyond. 0: a quarter "
            "of the memory for requests (--request_memory_mib), and 1 GiB at "
            "most.",
            0, INT64_MAX},
           {"rest_api_max_inflated_bytes",
            &options->rest_api_max_inflated_bytes,
            "The longest that a compressed body may become, in bytes; 413 "
            "beyond. 0: a quarter of the memory for requests "
            "(--request_memory_mib), and 1 GiB at most.",
            0, INT64_MAX},

           {"rest_api_max_header_bytes", &options->rest_api_max_header_bytes,
            "The longest start line and headers of a request; 431 beyond.",
            1024, INT32_MAX},
           {"rest_api_max_json_nesting", &options->rest_api_max_json_nesting,
            "How deep lists and objects of a request may nest; 400 beyond.", 1,
            1000000},
           {"rest_api_max_connections", &options->rest_api_max_connections,
            "How many connections may be open; idle ones make room for new "
            "ones, and if there are none, further ones are closed at once or "
            "answered 503, but for GET. 0: three eighths of the files that the "
            "process may open, or three quarters without gRPC.",
            0, INT32_MAX},
           {"rest_api_idle_timeout_in_ms",
            &options->rest_api_idle_timeout_in_ms,
            "Milliseconds that a connection stays open between requests.", 1,
            INT32_MAX},
           {"rest_api_receive_timeout_in_ms",
            &options->rest_api_receive_timeout_in_ms,
            "Milliseconds that the headers of a request may take to arrive, "
            "from the "
            "first byte. A body, or an answer that the client takes, must move "
            "at 16 KiB a second over each period of this length. 408 beyond.",
            1, INT32_MAX},
       }},
      {"TLS, monitoring, logs",
       {
           {"ssl_config_file", &options->ssl_config_file,
            "A file with an SSLConfig in protobuf's text format: server_key, "
            "server_cert, custom_ca (PEM text), client_verify. gRPC and REST "
            "then speak TLS; see --rest_api_plain_http."},
           {"monitoring_config_file", &options->monitoring_config_file,
            "A file with a MonitoringConfig in protobuf's text format. "
            "prometheus_config { enable: true } serves metrics for Prometheus "
            "on the "
            "REST port, at /monitoring/prometheus/metrics unless it names a "
            "path."},
           {"enable_signature_metrics", &options->enable_signature_metrics,
            "Count requests and their latency by signature too "
            "(signature_request_count, signature_request_latency)."},
           {"log_format", &options->log_format,
            "text, or json: every line on stderr is an object."},
           {"log_level", &options->log_level,
            "info, warning or error: what is less severe is not logged."},
           {"access_log", &options->access_log,
            "Log one line for each request: what, by whom, how it was "
            "answered, how "
            "long it took, and its traceparent."},
           {"hide_server_paths", &options->hide_server_paths,
            "Write [path] for paths of the server, local and s3://, in the "
            "error messages and states that clients get. The log keeps them."},
           {"drain_seconds", &options->drain_seconds,
            "How long requests under way may take after SIGTERM or SIGINT. "
            "Meanwhile /readyz says 503, and new requests are answered 503 and "
            "UNAVAILABLE. When the last one is done the server ends.",
            0, 24 * 60 * 60},
           {"version", &options->version, "Prints the version and ends."},
           {"help", &options->help, "Prints this and ends."},
       }},
  };
  groups.push_back(UnsupportedGroup(options));
  return groups;
}

std::string ServerHelp() {
  ServerOptions defaults;
  return absl::StrCat(kUsage, FlagsHelp(ServerFlags(&defaults)));
}

}  // namespace tfs3
