// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// tensorflow_model_server: see ServerHelp in server_options.cc for its use.

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <thread>
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
#include "tensorflow_serving_s3/filesystem/s3/reading/memory_budget.h"
#include "tensorflow_serving_s3/model_servers/base/logging.h"
#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/base/request_observer.h"
#include "tensorflow_serving_s3/model_servers/base/stderr_lines.h"
#include "tensorflow_serving_s3/model_servers/base/tls_options.h"
#include "tensorflow_serving_s3/model_servers/base/version.h"
#include "tensorflow_serving_s3/model_servers/config_file_poller.h"
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

// Exit codes, besides 0 for a server that was asked to stop.
constexpr int kCannotServe = 1;
constexpr int kBadCommandLine = 2;

// How long stopping may take once the requests under way are done, or their
// time is up: answers that are being sent, connections that are being closed.
constexpr std::chrono::milliseconds kCloseTime = std::chrono::seconds(2);

// For how long nobody must have been refused before connections are closed.
constexpr std::chrono::milliseconds kQuietTime{200};

// How long a load takes before it is told how far it has come, and how often.
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
          ? std::numeric_limits<int>::max() - 1  // One load more fits too.
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

// Ends the process as it is, without the destructors of what still runs.
[[noreturn]] void EndProcess(int exit_code) {
  FlushLogging();
  std::_Exit(exit_code);
}

// What clients must not see of the server: where its models are, and the files
// of its command line.
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

// Lets the requests under way finish and no more in, then closes the ports and
// removes the UNIX sockets.
void Drain(std::chrono::seconds patience,
           std::initializer_list<std::string> socket_paths, ServerCore* core,
           RequestGate* gate, const GrpcServers& grpc_servers,
           rest::HttpServer* rest_server) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  // First those who send requests are told to send them elsewhere.
  core->BeginStop();
  if (grpc_servers.serving != nullptr) {
    grpc_servers.serving->SetNothingServing();
  }
  gate->Close();
  if (!gate->WaitUntilEmpty(patience)) {
    ABSL_LOG(WARNING) << gate->size() << " requests are not done after "
                      << patience.count()
                      << " s (--drain_seconds); they are cut off";
    // The servers would wait for them however long they take.
    for (const std::string& path : socket_paths) {
      if (!path.empty()) unlink(path.c_str());
    }
    return;
  }
  // Clients that ask without a pause learn it by an answer, on the connections
  // that they have: a request that met a closing one would be lost.
  gate->WaitUntilQuiet(kQuietTime, kCloseTime);
  std::thread stop_grpc([&] {
    for (grpc::Server* server :
         {grpc_servers.serving.get(), grpc_servers.management.get()}) {
      if (server != nullptr) server->Shutdown(kCloseTime);
    }
  });
  // Answers by REST may still be on their way to slow clients.
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  if (rest_server != nullptr) rest_server->Stop(std::max(kCloseTime, left));
  stop_grpc.join();
}

// The budget for requests in bytes; 0 for none.
int64_t RequestMemoryBytes(const ServerOptions& options) {
  if (options.request_memory_mib > 0) return options.request_memory_mib << 20;
  return ReadMemoryLimit() / 2;
}

// Connections are files; how many there may be is for the hard limit to say.
void AllowManyOpenFiles() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    ABSL_LOG(WARNING) << "The limit of open files cannot be raised to "
                      << limit.rlim_max << ": " << std::strerror(errno);
  }
}

// The path of a UNIX socket in a gRPC address; empty for a port.
std::string SocketPathOf(absl::string_view address) {
  return absl::ConsumePrefix(&address, "unix:") ? std::string(address) : "";
}

int Serve(const ServerOptions& options, absl::Time main_began) {
  const auto fail = [&options](const absl::Status& status, int exit_code) {
    WriteLastError(LogFormatOf(options), status.message());
    return exit_code;
  };
  CatchStopSignals();
  AllowManyOpenFiles();
  if (options.s3_read_ahead_mib >= 0) {
    s3::MemoryBudget::OfProcess().SetLimit(
        static_cast<uint64_t>(options.s3_read_ahead_mib) << 20);
  }
  absl::StatusOr<ModelServerConfig> config = ModelConfigOf(options);
  if (!config.ok()) return fail(config.status(), kBadCommandLine);
  absl::StatusOr<std::optional<TlsOptions>> tls =
      ReadSslConfig(options.ssl_config_file);
  if (!tls.ok()) return fail(tls.status(), kBadCommandLine);
  const bool has_rest =
      options.rest_api_port != 0 || !options.rest_api_socket_path.empty();
  absl::StatusOr<std::string> prometheus_path =
      ReadPrometheusPath(has_rest ? options.monitoring_config_file : "");
  if (!prometheus_path.ok()) {
    return fail(prometheus_path.status(), kBadCommandLine);
  }
  const std::vector<std::string> custom_ops =
      absl::StrSplit(options.custom_op_libraries, ',', absl::SkipWhitespace());
  if (absl::Status status = LoadCustomOps(custom_ops); !status.ok()) {
    return fail(status, kBadCommandLine);
  }
  absl::StatusOr<SavedModelOptions> saved_model =
      MakeSavedModelOptions(options);
  if (!saved_model.ok()) return fail(saved_model.status(), kBadCommandLine);
  int64_t max_batched_requests = 0;
  if (saved_model->batch_scheduler != nullptr) {
    const BatchingOptions& batching = saved_model->batch_scheduler->options();
    // How large the batches of models with parameters of their own are is known
    // only when they are loaded.
    max_batched_requests = saved_model->enable_per_model_batching_parameters
                               ? std::numeric_limits<int64_t>::max()
                               : int64_t{2} * batching.max_execution_batch_size;
  }
  RequestLogger::Options logger_options;
  logger_options.saved_model_tags.assign(saved_model->tags.begin(),
                                         saved_model->tags.end());
  absl::StatusOr<std::unique_ptr<ServerCore>> created = ServerCore::Create(
      CoreOptions(options, *config, *std::move(saved_model)));
  if (!created.ok()) return fail(created.status(), kBadCommandLine);
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
  if (options.access_log) observers.Add(&access_log);
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
  Backend backend{core,
                  core,
                  core,
                  &gate,
                  &observers,
                  &request_logger,
                  *std::move(tls),
                  *std::move(prometheus_path),
                  max_batched_requests};
  backend.memory = &request_memory;
  ApiCounters counters;
  backend.counters = &counters;
  if (options.hide_server_paths) {
    backend.lookup = &path_hiding_view;
    backend.status = &path_hiding_view;
    backend.path_hider = &path_hider;
  }

  // The ports open before there is a model to serve: until then requests are
  // told why there is none.
  std::unique_ptr<rest::HttpServer> rest_server;
  if (has_rest) {
    auto started = StartRest(options, backend);
    if (!started.ok()) return fail(started.status(), kCannotServe);
    rest_server = *std::move(started);
  }
  absl::StatusOr<GrpcServers> grpc_servers = StartGrpc(options, backend);
  if (!grpc_servers.ok()) return fail(grpc_servers.status(), kCannotServe);
  std::optional<HealthReporter> health;
  if (grpc_servers->serving != nullptr &&
      options.enable_grpc_healthcheck_service) {
    health.emplace(core, [server = grpc_servers->serving.get()](
                             const std::string& service, bool serving) {
      server->SetServing(service, serving);
    });
  }
  timing.PortsAreOpen();
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
        *std::move(config), core);
  }

  const std::string signal_name = WaitForStopSignal();
  ABSL_LOG(INFO) << signal_name
                 << ": finishing the requests under way, then stopping";
  Drain(std::chrono::seconds(options.drain_seconds),
        {options.grpc_socket_path, options.rest_api_socket_path,
         SocketPathOf(options.management_address)},
        core, &gate, *grpc_servers, rest_server.get());
  if (!request_logger.Flush(kCloseTime)) {
    ABSL_LOG(WARNING) << "Not all requests that were to be logged are in their "
                         "files: these could not be written in time";
  }
  ABSL_LOG(INFO) << "stopped";
  // Models that are loading, or would have to be unloaded, hold up nobody.
  EndProcess(0);
}

int Main(absl::Span<const char* const> arguments, absl::Time main_began) {
  ServerOptions options;
  const absl::Status status = ParseServerOptions(arguments, &options);
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
    std::printf("TensorFlow ModelServer: %s\nTensorFlow Library: %s\n",
                kServerVersion, TF_Version());
    return 0;
  }
  for (const std::string& warning : options.warnings) {
    ABSL_LOG(WARNING) << warning;
  }
  return Serve(options, main_began);
}

}  // namespace
}  // namespace tfs3

int main(int argc, char** argv) {
  // Otherwise oneDNN's allocator keeps the memory of models that are unloaded.
  // It looks when TensorFlow allocates for the first time.
  setenv("TF_ONEDNN_USE_SYSTEM_ALLOCATOR", "1", /*overwrite=*/0);
  tfs3::EndProcess(
      tfs3::Main(absl::MakeConstSpan(argv, argc).subspan(1), absl::Now()));
}
