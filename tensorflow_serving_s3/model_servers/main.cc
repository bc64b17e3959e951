// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The program tensorflow_model_server. ServerHelp() in options/ describes its
// use.

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/base/log_severity.h"
#include "absl/log/absl_log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "tensorflow/c/c_api.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow_serving/config/model_server_config.pb.h"
#include "tensorflow_serving_s3/core/resource_preserving_policy.h"
#include "tensorflow_serving_s3/filesystem/flavour/flavour.h"
#include "tensorflow_serving_s3/model_servers/base/logging.h"
#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/base/request_observer.h"
#include "tensorflow_serving_s3/model_servers/base/stderr_lines.h"
#include "tensorflow_serving_s3/model_servers/base/tls_options.h"
#include "tensorflow_serving_s3/model_servers/base/version.h"
#include "tensorflow_serving_s3/model_servers/config_file_poller.h"
#include "tensorflow_serving_s3/model_servers/drain.h"
#include "tensorflow_serving_s3/model_servers/endpoints.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"
#include "tensorflow_serving_s3/model_servers/health_reporter.h"
#include "tensorflow_serving_s3/model_servers/load_progress_reporter.h"
#include "tensorflow_serving_s3/model_servers/model_config.h"
#include "tensorflow_serving_s3/model_servers/monitoring/request_metrics.h"
#include "tensorflow_serving_s3/model_servers/net/http_server.h"
#include "tensorflow_serving_s3/model_servers/options/memory_limit.h"
#include "tensorflow_serving_s3/model_servers/options/saved_model_settings.h"
#include "tensorflow_serving_s3/model_servers/options/server_options.h"
#include "tensorflow_serving_s3/model_servers/options/server_settings.h"
#include "tensorflow_serving_s3/model_servers/path_hider.h"
#include "tensorflow_serving_s3/model_servers/path_hiding_view.h"
#include "tensorflow_serving_s3/model_servers/request_logging/access_log.h"
#include "tensorflow_serving_s3/model_servers/request_logging/request_logger.h"
#include "tensorflow_serving_s3/model_servers/server_core.h"
#include "tensorflow_serving_s3/model_servers/startup_timing.h"
#include "tensorflow_serving_s3/model_servers/stop_signal.h"
#include "tensorflow_serving_s3/servables/tensorflow/batching/batching.h"
#include "tensorflow_serving_s3/servables/tensorflow/batching/batching_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/custom_ops.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"

namespace tfs3 {
namespace {

using ::tensorflow::serving::ModelServerConfig;

// Exit codes, besides 0 after a stop signal.
constexpr int kCannotServe = 1;
constexpr int kBadCommandLine = 2;

// The period of the log lines about a long load.
constexpr absl::Duration kLoadReportPeriod = absl::Seconds(5);

absl::StatusOr<ModelServerConfig> ModelConfigOf(const ServerOptions& options) {
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

ServerCore::Options CoreOptions(const ServerOptions& options,
                                ModelServerConfig config,
                                SavedModelOptions saved_model) {
  ServerCore::Options core;
  core.config = std::move(config);
  core.saved_model = std::move(saved_model);
  core.file_system_poll_wait_seconds = options.file_system_poll_wait_seconds;
  core.servable_versions_always_present =
      options.servable_versions_always_present;
  if (options.aspired_version_policy == kResourcePreserving) {
    core.aspired_version_policy = std::make_unique<ResourcePreservingPolicy>();
  }
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

// Ends the process without running destructors: some threads still run.
[[noreturn]] void EndProcess(int exit_code) {
  FlushLogging();
  std::_Exit(exit_code);
}

// Returns the paths for --hide_server_paths: those of the models and of the
// files in the command line.
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

// Returns the limit for RequestMemory in bytes; 0: no limit.
int64_t RequestMemoryBytes(const ServerOptions& options) {
  if (options.request_memory_mib > 0) {
    return options.request_memory_mib << 20;
  }
  return ReadMemoryLimit() / 2;
}

// Raises the limit of open files, which limits connections, to the hard limit.
void AllowManyOpenFiles() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return;
  }
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    ABSL_LOG(WARNING) << "Cannot raise the limit of open files to "
                      << limit.rlim_max << ": " << std::strerror(errno);
  }
}

// Returns the path of a UNIX socket in a gRPC address; empty for a port.
std::string SocketPathOf(absl::string_view address) {
  return absl::ConsumePrefix(&address, "unix:") ? std::string(address) : "";
}

// The configuration of the server, from the command line and its files.
struct Settings {
  ModelServerConfig models;
  std::optional<TlsOptions> tls;
  std::string prometheus_path;
  SavedModelOptions saved_model;
};

bool HasRest(const ServerOptions& options) {
  return options.rest_api_port != 0 || !options.rest_api_socket_path.empty();
}

// Reads the files of the command line, and loads --custom_op_libraries.
absl::StatusOr<Settings> ReadSettings(const ServerOptions& options) {
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
  return Settings{*std::move(models), *std::move(tls),
                  *std::move(prometheus_path), *std::move(saved_model)};
}

// Returns Backend::max_batched_requests.
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

struct Servers {
  std::unique_ptr<net::HttpServer> rest;  // Null without REST.
  GrpcServers grpc;
};

absl::StatusOr<Servers> StartServers(const ServerOptions& options,
                                     const Backend& backend) {
  Servers servers;
  if (HasRest(options)) {
    auto rest = StartRest(options, backend);
    if (!rest.ok()) {
      return rest.status();
    }
    servers.rest = *std::move(rest);
  }
  auto grpc = StartGrpc(options, backend);
  if (!grpc.ok()) {
    return grpc.status();
  }
  servers.grpc = *std::move(grpc);
  return servers;
}

// Loads and serves models from now until a stop signal, then ends the process.
[[noreturn]] void ServeUntilSignal(const ServerOptions& options,
                                   const ModelServerConfig& models,
                                   const Servers& servers, ServerCore* core,
                                   RequestGate* gate,
                                   RequestLogger* request_logger) {
  std::optional<HealthReporter> health;
  if (servers.grpc.serving != nullptr &&
      options.enable_grpc_healthcheck_service) {
    health.emplace(core, [server = servers.grpc.serving.get()](
                             const std::string& service, bool serving) {
      server->SetServing(service, serving);
    });
  }
  const LoadProgressReporter load_progress(
      kLoadReportPeriod,
      [](const std::string& line) { ABSL_LOG(INFO) << line; });
  core->Start();
  std::optional<ConfigFilePoller> config_poller;
  if (options.model_config_file_poll_wait_seconds > 0) {
    config_poller.emplace(
        ConfigFilePoller::Options{
            options.model_config_file,
            absl::Seconds(options.model_config_file_poll_wait_seconds)},
        models, core);
  }

  const std::string signal_name = WaitForStopSignal();
  ABSL_LOG(INFO) << signal_name
                 << ": finishing the requests in progress, then stopping";
  DrainOptions drain;
  drain.timeout = std::chrono::seconds(options.drain_seconds);
  drain.socket_paths = {options.grpc_socket_path, options.rest_api_socket_path,
                        SocketPathOf(options.management_address)};
  drain.core = core;
  drain.gate = gate;
  drain.grpc_servers = &servers.grpc;
  drain.rest_server = servers.rest.get();
  Drain(drain);
  if (!request_logger->Flush(kCloseTimeout)) {
    ABSL_LOG(WARNING)
        << "Lost some requests of the request log: their files could not be "
           "written in time";
  }
  ABSL_LOG(INFO) << "stopped";
  // Does not wait for models that are loading or loaded.
  EndProcess(0);
}

// Configures the S3 filesystem of this program.
void UseS3Flavour(const S3Flavour& flavour, const ServerOptions& options) {
  if (options.s3_read_ahead_mib < 0) {
    return;
  }
  if (flavour.set_read_ahead_bytes == nullptr) {
    ABSL_LOG(WARNING) << "--s3_read_ahead_mib has no effect: the S3 filesystem "
                      << flavour.name << " does not read ahead";
    return;
  }
  flavour.set_read_ahead_bytes(static_cast<uint64_t>(options.s3_read_ahead_mib)
                               << 20);
}

// Returns the exit code if the server cannot start.
int Serve(const ServerOptions& options, absl::Time main_began) {
  const auto fail = [&options](const absl::Status& status, int exit_code) {
    WriteLastError(LogFormatOf(options), status.message());
    return exit_code;
  };
  CatchStopSignals();
  AllowManyOpenFiles();
  UseS3Flavour(LinkedS3Flavour(), options);
  absl::StatusOr<Settings> settings = ReadSettings(options);
  if (!settings.ok()) {
    return fail(settings.status(), kBadCommandLine);
  }
  const int64_t max_batched_requests =
      MaxBatchedRequests(settings->saved_model);
  RequestLogger::Options logger_options;
  logger_options.saved_model_tags.assign(settings->saved_model.tags.begin(),
                                         settings->saved_model.tags.end());
  absl::StatusOr<std::unique_ptr<ServerCore>> created = ServerCore::Create(
      CoreOptions(options, settings->models, std::move(settings->saved_model)));
  if (!created.ok()) {
    return fail(created.status(), kBadCommandLine);
  }
  ABSL_LOG(INFO) << "S3 filesystem: " << LinkedS3Flavour().name << " ("
                 << LinkedS3Flavour().library << ")";
  ServerCore* const core = created->get();
  StartupTiming timing(main_began, core->servable_event_bus());
  RequestGate gate;
  RequestMetrics metrics(
      {[core](absl::string_view model) { return core->IsConfigured(model); },
       options.enable_signature_metrics});
  AccessLog access_log(LogFormatOf(options),
                       [](const std::string& line) { WriteToStderr(line); });
  RequestObservers observers;
  observers.Add(&metrics);
  if (options.access_log) {
    observers.Add(&access_log);
  }
  RequestLogger request_logger(std::move(logger_options));
  request_logger.SetConfig(core->config());
  PathHider path_hider;
  path_hider.SetKnownPaths(PathsToHide(options, core->config()));
  const PathHidingView path_hiding_view(core, core, &path_hider);
  const auto config_subscription = core->config_event_bus()->Subscribe(
      [&](const ModelServerConfig& in_force) {
        request_logger.SetConfig(in_force);
        path_hider.SetKnownPaths(PathsToHide(options, in_force));
      });
  RequestMemory request_memory(RequestMemoryBytes(options));
  ApiCounters counters;
  Backend backend{core,
                  core,
                  core,
                  &gate,
                  &observers,
                  &request_logger,
                  std::move(settings->tls),
                  std::move(settings->prometheus_path),
                  max_batched_requests};
  backend.memory = &request_memory;
  backend.counters = &counters;
  if (options.hide_server_paths) {
    backend.lookup = &path_hiding_view;
    backend.status = &path_hiding_view;
    backend.path_hider = &path_hider;
  }
  // Before any model loads: errors then explain why a model is not available.
  absl::StatusOr<Servers> servers = StartServers(options, backend);
  if (!servers.ok()) {
    return fail(servers.status(), kCannotServe);
  }
  timing.PortsAreOpen();
  ServeUntilSignal(options, settings->models, *servers, core, &gate,
                   &request_logger);
}

// Prints, or serves, what the parsed `options` demand.
int Run(const ServerOptions& options, const absl::Status& status,
        absl::Time main_began) {
  InitializeLogging(LogOptionsOf(options));
  if (!status.ok()) {
    WriteLastError(LogFormatOf(options), status.message());
    return kBadCommandLine;
  }
  if (options.help) {
    std::fputs(ServerHelp().c_str(), stdout);
    return 0;
  }
  if (options.version) {
    const S3Flavour& flavour = LinkedS3Flavour();
    std::printf(
        "TensorFlow ModelServer: %s\nTensorFlow Library: %s\n"
        "S3 filesystem: %s (%s)\n",
        kServerVersion, TF_Version(), flavour.name, flavour.library);
    return 0;
  }
  for (const std::string& warning : options.warnings) {
    ABSL_LOG(WARNING) << warning;
  }
  return Serve(options, main_began);
}

int Main(absl::Span<const char* const> arguments, absl::Time main_began) {
  ServerOptions options;
  const absl::Status status = ParseServerOptions(arguments, &options);
  try {
    return Run(options, status, main_began);
  } catch (const std::system_error& error) {
    // std::thread throws this.
    WriteLastError(
        LogFormatOf(options),
        absl::StrCat("cannot start the server: ", error.what(),
                     "; raise the limit of threads (ulimit -u, or pids.max of "
                     "the container), or lower --rest_api_num_threads, "
                     "--grpc_max_threads, --num_load_threads and "
                     "--num_unload_threads"));
    return kCannotServe;
  }
}

}  // namespace
}  // namespace tfs3

int main(int argc, char** argv) {
  // oneDNN's own allocator keeps the memory of unloaded models. TensorFlow
  // reads this variable at its first allocation.
  setenv("TF_ONEDNN_USE_SYSTEM_ALLOCATOR", "1", /*overwrite=*/0);
  tfs3::EndProcess(
      tfs3::Main(absl::MakeConstSpan(argv, argc).subspan(1), absl::Now()));
}
