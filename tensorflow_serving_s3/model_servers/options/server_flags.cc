// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/options/server_flags.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/core/aspired_version_policies.h"
#include "tensorflow_serving_s3/model_servers/options/unsupported_flags.h"

namespace tfs3 {
namespace {

constexpr absl::string_view kUsage =
    R"(Serves TensorFlow SavedModels over gRPC and REST, from S3 or from files.

  tensorflow_model_server --rest_api_port=8501 --model_name=half \
      --model_base_path=s3://bucket/models/half

  tensorflow_model_server --rest_api_port=8501 \
      --model_config_file=s3://bucket/models.config

The base path holds one folder for each version. The folder's name is the number
of the version. The server serves the highest version and loads new versions
while it runs. Environment variables configure S3, as for AWS's tools:
AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL_S3.

Flags, with their defaults.

)";

// Each row: name, variable, help, and the range of a whole number.

std::vector<Flag> ModelFlags(ServerOptions& o) {
  return {
      {"model_name", &o.model_name,
       "Name of the model at --model_base_path, in requests and URLs. Without "
       "this flag: the variable MODEL_NAME, if it is set."},
      {"model_version_policy", &o.model_version_policy,
       "Versions of the model at --model_base_path to serve: LATEST_VERSION or "
       "ALL_VERSIONS. A flag of TensorFlow Serving 1.0; --model_config_file "
       "has more policies."},
      {"model_base_path", &o.model_base_path,
       "Folder with the versions of the model: s3://bucket/path or a local "
       "path. Without this flag and --model_config_file: "
       "$MODEL_BASE_PATH/$MODEL_NAME, if both variables are set."},
      {"model_config_file", &o.model_config_file,
       "File with a ModelServerConfig in protobuf's text format, for several "
       "models, version policies and labels: s3://bucket/models.config or a "
       "local path. The server then ignores --model_name and "
       "--model_base_path."},
      {"model_config_file_poll_wait_seconds",
       &o.model_config_file_poll_wait_seconds,
       "Seconds between two reads of --model_config_file. 0 or negative: read "
       "it once, at the start.",
       INT32_MIN, INT32_MAX},
      {"allow_version_labels", &o.allow_version_labels,
       "Allow version_labels in the configuration of models."},
      {"allow_version_labels_for_unavailable_models",
       &o.allow_version_labels_for_unavailable_models,
       "Allow a new label to point at a version that is not available yet."},
  };
}

// Names and explains the policies.
std::string PoliciesHelp() {
  return absl::StrJoin(
      AspiredVersionPolicies(), " ",
      [](std::string* out, const NamedAspiredVersionPolicy& policy) {
        absl::StrAppend(out, policy.name, ": ", policy.help);
      });
}

std::vector<Flag> VersionFlags(ServerOptions& o) {
  return {
      {"file_system_poll_wait_seconds", &o.file_system_poll_wait_seconds,
       "Seconds between two searches for new versions. 0: search once, at the "
       "start. Negative: never.",
       INT32_MIN, INT32_MAX},
      {"servable_versions_always_present", &o.servable_versions_always_present,
       "Keep the loaded versions of a model when its base path becomes empty, "
       "instead of unloading them."},
      {"aspired_version_policy", &o.aspired_version_policy, PoliciesHelp()},
      {"total_model_memory_limit_bytes", &o.total_model_memory_limit_bytes,
       "Memory for all models. The estimate for a model is the size of its "
       "files. A model that does not fit waits until others are unloaded; it "
       "fails if it can never fit. 0: no limit.",
       0, INT64_MAX},
      {"num_load_threads", &o.num_load_threads,
       "Versions that load at the same time. 0: one for each processor, and at "
       "least two.",
       0, 1024},
      {"num_unload_threads", &o.num_unload_threads,
       "Versions that unload at the same time. 0: one for each processor, and "
       "at least two.",
       0, 1024},
      {"max_num_load_retries", &o.max_num_load_retries,
       "Further attempts to load a version after the first failure. After the "
       "last one the version counts as failed; the server still tries it once "
       "in each load_retry_interval_micros while its folder exists. Negative: "
       "no limit.",
       INT32_MIN, INT32_MAX},
      {"load_retry_interval_micros", &o.load_retry_interval_micros,
       "Longest pause, in microseconds, between two attempts to load a "
       "version. The first pauses are shorter (1 s, 2 s, 4 s, ...). 0 or "
       "negative: no pause.",
       INT64_MIN, INT64_MAX},
      {"flush_filesystem_caches", &o.flush_filesystem_caches,
       "Drop the caches of the file systems after the models have been "
       "loaded."},
      {"saved_model_tags", &o.saved_model_tags,
       "Tags, separated by commas, of the graph in a SavedModel to load. "
       "Empty: serve."},
      {"s3_read_ahead_mib", &o.s3_read_ahead_mib,
       "Memory, in MiB, for reading ahead when models load from S3. All models "
       "share it. 0: no reading ahead. -1: S3_READ_AHEAD_MIB of the "
       "environment, or 256. Only the S3 filesystem crt, which --version "
       "prints, reads ahead.",
       -1, int64_t{1} << 40},
      {"custom_op_libraries", &o.custom_op_libraries,
       "Paths, separated by commas, of shared libraries with custom operations "
       "for TensorFlow. The server loads them before any model. Build them for "
       "the TensorFlow that --version prints."},
      {"enable_model_warmup", &o.enable_model_warmup,
       "Run the requests of assets.extra/tf_serving_warmup_requests before "
       "serving a version."},
      {"num_request_iterations_for_warmup",
       &o.num_request_iterations_for_warmup,
       "Runs of each warmup request. 0 or negative: one.", INT32_MIN,
       INT32_MAX},
  };
}

std::vector<Flag> RunFlags(ServerOptions& o) {
  return {
      {"enable_batching", &o.enable_batching,
       "Run waiting requests for the same signature of a model as one batch."},
      {"batching_parameters_file", &o.batching_parameters_file,
       "File with BatchingParameters in protobuf's text format; see "
       "docs/batching.md. Needs --enable_batching."},
      {"enable_per_model_batching_parameters",
       &o.enable_per_model_batching_parameters,
       "Use batching_params.pbtxt in the folder of a version, if it exists. "
       "Needs --enable_batching."},
      {"tensorflow_session_parallelism", &o.tensorflow_session_parallelism,
       "TensorFlow's threads: default for the next two flags. 0 or negative: "
       "one for each processor.",
       INT32_MIN, INT32_MAX},
      {"tensorflow_intra_op_parallelism", &o.tensorflow_intra_op_parallelism,
       "Threads for the work within one operation. 0 or negative: "
       "--tensorflow_session_parallelism.",
       INT32_MIN, INT32_MAX},
      {"tensorflow_inter_op_parallelism", &o.tensorflow_inter_op_parallelism,
       "Threads for operations that run in parallel. 0 or negative: "
       "--tensorflow_session_parallelism.",
       INT32_MIN, INT32_MAX},
      {"platform_config_file", &o.platform_config_file,
       "File with a PlatformConfigMap in protobuf's text format. The "
       "SessionBundleConfig of its platform \"tensorflow\" replaces "
       "--enable_batching, --batching_parameters_file, --saved_model_tags, "
       "--enable_model_warmup and the flags for sessions and their threads."},
      {"tensorflow_session_config_file", &o.tensorflow_session_config_file,
       "File with TensorFlow's ConfigProto in protobuf's text format, for the "
       "session of every model. The flags for threads override it."},
      {"run_thread", &o.run_thread,
       "Threads that run the operations of a signature. caller: the thread of "
       "the request; several times as many requests a second for a small "
       "graph. pool: TensorFlow's threads, in parallel. auto: choose by the "
       "size of the graph."},
      {"mixed_precision", &o.mixed_precision,
       "bfloat16: let oneDNN compute in bfloat16 where that is safe; faster on "
       "processors that support it. Empty: the precision of the model."},
      {"enable_signature_method_name_check",
       &o.enable_signature_method_name_check,
       "Allow Classify and Regress only for signatures with the method name "
       "tensorflow/serving/classify or tensorflow/serving/regress. TensorFlow "
       "2 does not write these names."},
  };
}

std::vector<Flag> GrpcFlags(ServerOptions& o) {
  return {
      {"port", &o.port, "TCP port for gRPC, on all interfaces. 0: no gRPC.", 0,
       65535},
      {"grpc_socket_path", &o.grpc_socket_path,
       "UNIX socket for gRPC, in addition to the port or instead of it."},
      {"management_address", &o.management_address,
       "Address for the management calls over gRPC: HandleReloadConfigRequest, "
       "SessionRun and the ProfilerService. The serving ports then refuse "
       "them. HOST:PORT, as in 127.0.0.1:8510, with TLS if --ssl_config_file "
       "is set, or unix:PATH, never with TLS. Empty: the serving ports answer "
       "them."},
      {"enable_reload_config", &o.enable_reload_config,
       "Serve ModelService.HandleReloadConfigRequest. Its clients can replace "
       "the configuration, and so make the server read any path that its "
       "credentials allow."},
      {"grpc_channel_arguments", &o.grpc_channel_arguments,
       "Arguments of gRPC's server, such as "
       "grpc.max_connection_age_ms=2000,grpc.keepalive_time_ms=1000. gRPC gets "
       "a whole number as a number, and anything else as text."},
      {"grpc_max_threads", &o.grpc_max_threads,
       "Requests of longer-running models that run at the same time, at most "
       "1024. 0: four for each processor, and at least eight; with "
       "--enable_batching, as many as fill the batches.",
       0, INT32_MAX},
      {"grpc_max_receive_message_bytes", &o.grpc_max_receive_message_bytes,
       "Largest request in bytes, compressed and decompressed. 0: a quarter of "
       "--request_memory_mib, and at most 2 GiB, the largest possible message. "
       "-1: 2 GiB.",
       -1, INT32_MAX},
      {"grpc_max_connections", &o.grpc_max_connections,
       "Open connections. Beyond the limit the server closes idle connections "
       "to accept new ones; if none is idle, it closes new ones immediately. "
       "0: "
       "three eighths of the files that the process may open, or three "
       "quarters without REST.",
       0, INT32_MAX},
      {"grpc_receive_timeout_in_ms", &o.grpc_receive_timeout_in_ms,
       "Milliseconds for the handshake of a connection, for a request to "
       "arrive, and for the client to take the response, unless the connection "
       "moves 16 KiB a second. After that the call gets DEADLINE_EXCEEDED, or "
       "is cancelled if its response has begun.",
       1, INT32_MAX},
      {"grpc_idle_timeout_in_ms", &o.grpc_idle_timeout_in_ms,
       "Milliseconds that a connection without a call stays open. 0: no limit.",
       0, INT32_MAX},
      {"enable_grpc_healthcheck_service", &o.enable_grpc_healthcheck_service,
       "Serve grpc.health.v1.Health. The service \"\" and the names of the "
       "gRPC services report whether the server is ready; the name of a model "
       "reports whether a version of it is available."},
      {"enable_grpc_reflection", &o.enable_grpc_reflection,
       "Serve gRPC's server reflection, so that tools such as grpcurl find the "
       "services and messages."},
      {"enable_profiler", &o.enable_profiler,
       "Serve TensorFlow's ProfilerService, so that TensorBoard can capture "
       "profiles."},
      {"enable_session_run", &o.enable_session_run,
       "Serve SessionService.SessionRun. Its clients can run any part of a "
       "model's graph, including the parts that read and write checkpoints: "
       "trust them as you trust the authors of the models."},
      {"enable_serialization_as_tensor_content",
       &o.enable_serialization_as_tensor_content,
       "Write the tensors of answers as tensor_content: faster for large "
       "tensors, but some clients cannot read it."},
  };
}

std::vector<Flag> SharedLimitFlags(ServerOptions& o) {
  return {
      {"request_memory_mib", &o.request_memory_mib,
       "Memory, in MiB, for all requests in progress; 503 or "
       "RESOURCE_EXHAUSTED beyond. 0: half of the memory of the container or "
       "the machine.",
       0, INT32_MAX},
      {"max_waiting_requests", &o.max_waiting_requests,
       "Requests that wait for a thread, for REST and gRPC each; 429 or "
       "RESOURCE_EXHAUSTED beyond. 0: no limit.",
       0, INT32_MAX},
      {"max_inflate_ratio", &o.max_inflate_ratio,
       "Largest ratio of decompressed to compressed size, for requests that "
       "decompress to more than 64 MiB; 413 or RESOURCE_EXHAUSTED beyond. 0: "
       "no limit.",
       0, INT32_MAX},
  };
}

std::vector<Flag> RestFlags(ServerOptions& o) {
  return {
      {"rest_api_port", &o.rest_api_port,
       "TCP port for REST (HTTP), on all interfaces. 0: no REST.", 0, 65535},
      {"rest_api_plain_http", &o.rest_api_plain_http,
       "Serve REST without TLS although --ssl_config_file is set, as "
       "TensorFlow Serving does."},
      {"rest_api_socket_path", &o.rest_api_socket_path,
       "UNIX socket for REST, in addition to the port or instead of it."},
      {"rest_api_num_threads", &o.rest_api_num_threads,
       "Requests that run at the same time, at most 1024. 0: four for each "
       "processor; with --enable_batching, as many as fill the batches.",
       0, INT32_MAX},
      {"rest_api_timeout_in_ms", &o.rest_api_timeout_in_ms,
       "Milliseconds that a REST request may take. 0 or negative: no limit.",
       INT32_MIN, INT32_MAX},
      {"rest_api_enable_cors_support", &o.rest_api_enable_cors_support,
       "Allow web pages of other origins to use the API (CORS)."},
      {"rest_api_max_body_bytes", &o.rest_api_max_body_bytes,
       "Largest body of a request in bytes; 413 beyond. 0: a quarter of "
       "--request_memory_mib, and at most 1 GiB.",
       0, INT64_MAX},
      {"rest_api_max_inflated_bytes", &o.rest_api_max_inflated_bytes,
       "Largest decompressed body of a request in bytes; 413 beyond. 0: a "
       "quarter of --request_memory_mib, and at most 1 GiB.",
       0, INT64_MAX},
      {"rest_api_max_header_bytes", &o.rest_api_max_header_bytes,
       "Largest start line and headers of a request in bytes; 431 beyond.",
       1024, INT32_MAX},
      {"rest_api_max_json_nesting", &o.rest_api_max_json_nesting,
       "Deepest nesting of lists and objects in a request; 400 beyond.", 1,
       1000000},
      {"rest_api_max_connections", &o.rest_api_max_connections,
       "Open connections. Beyond the limit the server closes idle connections "
       "to accept new ones; if none is idle, it closes new ones immediately, "
       "or "
       "answers 503 to requests other than GET. 0: three eighths of the files "
       "that the process may open, or three quarters without gRPC.",
       0, INT32_MAX},
      {"rest_api_idle_timeout_in_ms", &o.rest_api_idle_timeout_in_ms,
       "Milliseconds that a connection stays open between requests.", 1,
       INT32_MAX},
      {"rest_api_receive_timeout_in_ms", &o.rest_api_receive_timeout_in_ms,
       "Milliseconds for the headers of a request to arrive, from the first "
       "byte. A body, and a response that the client takes, must move at 16 "
       "KiB "
       "a second over each period of this length. 408 beyond.",
       1, INT32_MAX},
  };
}

std::vector<Flag> GpuFlags(ServerOptions& o) {
  return {
      {"per_process_gpu_memory_fraction", &o.per_process_gpu_memory_fraction,
       "Fraction of the memory of each GPU that TensorFlow allocates when it "
       "starts. 0: TensorFlow decides."},
      {"xla_gpu_compilation_enabled", &o.xla_gpu_compilation_enabled,
       "Compile parts of every graph for the GPU with XLA."},
  };
}

std::vector<Flag> OperationFlags(ServerOptions& o) {
  return {
      {"ssl_config_file", &o.ssl_config_file,
       "File with an SSLConfig in protobuf's text format: server_key, "
       "server_cert, custom_ca (PEM text), client_verify. gRPC and REST then "
       "speak TLS; see --rest_api_plain_http."},
      {"monitoring_config_file", &o.monitoring_config_file,
       "File with a MonitoringConfig in protobuf's text format. "
       "prometheus_config { enable: true } serves metrics for Prometheus on "
       "the REST port, at /monitoring/prometheus/metrics or the path in the "
       "file."},
      {"enable_signature_metrics", &o.enable_signature_metrics,
       "Count requests and their latency by signature too "
       "(signature_request_count, signature_request_latency)."},
      {"log_format", &o.log_format,
       "text, or json: every line on stderr is a JSON object."},
      {"log_level", &o.log_level,
       "Lowest severity to log: info, warning or error."},
      {"access_log", &o.access_log,
       "Log one line for each request: method, client, result, duration and "
       "traceparent."},
      {"hide_server_paths", &o.hide_server_paths,
       "Write [path] instead of the server's paths, local and s3://, in the "
       "error messages and states that clients get. The log keeps the paths."},
      {"drain_delay_seconds", &o.drain_delay_seconds,
       "Seconds after SIGTERM or SIGINT in which the server still answers all "
       "requests, while /readyz answers 503 and the health service "
       "NOT_SERVING. So a load balancer that checks one of these stops sending "
       "requests before the server refuses them. Then --drain_seconds begins.",
       0, 24 * 60 * 60},
      {"drain_seconds", &o.drain_seconds,
       "Seconds that requests in progress may take after SIGTERM or SIGINT. "
       "During this time /readyz answers 503, and new requests get 503 or "
       "UNAVAILABLE. The server exits when the last request is done.",
       0, 24 * 60 * 60},
      {"probe", &o.probe,
       "Ask a running server for its health and exit: with 0 if the answer to "
       "GET is 200, otherwise with 1. The answer is on stderr. --probe alone "
       "asks http://localhost:8501/readyz. Others: --probe=https://HOST:PORT "
       "(any certificate is accepted), --probe=unix:SOCKET, both also with a "
       "path: --probe=http://localhost:8501/livez, --probe=unix:SOCKET:/livez.",
       INT64_MIN, INT64_MAX, "http://localhost:8501/readyz"},
      {"version", &o.version, "Print the version and exit."},
      {"help", &o.help, "Print this help and exit."},
  };
}

// Points into o.unsupported.
std::vector<Flag> FlagsWithoutEffect(ServerOptions& o) {
  const std::vector<UnsupportedFlag>& unsupported = UnsupportedFlags();
  o.unsupported.clear();
  for (const UnsupportedFlag& flag : unsupported) {
    o.unsupported.push_back(flag.default_value);
  }
  std::vector<Flag> flags;
  for (size_t i = 0; i < unsupported.size(); ++i) {
    const std::string help =
        absl::StrCat(unsupported[i].refused ? "Refused: " : "No effect: ",
                     unsupported[i].reason, ".");
    std::visit(
        [&](auto& value) {
          flags.push_back({unsupported[i].name, &value, help});
        },
        o.unsupported[i]);
  }
  return flags;
}

}  // namespace

std::vector<FlagGroup> ServerFlags(ServerOptions* options) {
  ServerOptions& o = *options;
  return {
      {"Models", ModelFlags(o)},
      {"Versions", VersionFlags(o)},
      {"Running models", RunFlags(o)},
      {"GPUs, in a server that was built with --config=cuda", GpuFlags(o)},
      {"gRPC", GrpcFlags(o)},
      {"REST", RestFlags(o)},
      {"Limits of gRPC and REST", SharedLimitFlags(o)},
      {"TLS, metrics, logs", OperationFlags(o)},
      {"Flags of TensorFlow Serving without effect", FlagsWithoutEffect(o)}};
}

std::string ServerHelp() {
  ServerOptions defaults;
  return absl::StrCat(kUsage, FlagsHelp(ServerFlags(&defaults)));
}

}  // namespace tfs3
