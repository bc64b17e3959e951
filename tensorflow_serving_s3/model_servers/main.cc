// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// tensorflow_model_server: see ServerHelp in server_options.cc for its use.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "absl/log/absl_log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "tensorflow/c/c_api.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow_serving/config/model_server_config.pb.h"
#include "tensorflow_serving_s3/core/resource_preserving_policy.h"
#include "tensorflow_serving_s3/model_servers/config_file_poller.h"
#include "tensorflow_serving_s3/model_servers/grpc/methods.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"
#include "tensorflow_serving_s3/model_servers/health_reporter.h"
#include "tensorflow_serving_s3/model_servers/logging.h"
#include "tensorflow_serving_s3/model_servers/model_config.h"
#include "tensorflow_serving_s3/model_servers/request_gate.h"
#include "tensorflow_serving_s3/model_servers/rest/http_server.h"
#include "tensorflow_serving_s3/model_servers/rest/routes.h"
#include "tensorflow_serving_s3/model_servers/server_core.h"
#include "tensorflow_serving_s3/model_servers/server_options.h"
#include "tensorflow_serving_s3/model_servers/startup_timing.h"
#include "tensorflow_serving_s3/model_servers/stop_signal.h"
#include "tensorflow_serving_s3/model_servers/version.h"

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

absl::StatusOr<ModelServerConfig> ModelConfigOf(const ServerOptions& options) {
  if (!options.model_config_file.empty()) {
    if (!options.model_base_path.empty()) {
      ABSL_LOG(WARNING) << "--model_base_path has no effect beside "
                           "--model_config_file";
    }
    return ReadModelServerConfig(tensorflow::Env::Default(),
                                 options.model_config_file);
  }
  ModelServerConfig config;
  auto* model = config.mutable_model_config_list()->add_config();
  model->set_name(options.model_name);
  model->set_base_path(options.model_base_path);
  return config;
}

ServerCore::Options CoreOptions(const ServerOptions& options,
                                ModelServerConfig config) {
  ServerCore::Options core;
  core.config = std::move(config);
  core.file_system_poll_wait_seconds = options.file_system_poll_wait_seconds;
  core.servable_versions_always_present =
      options.servable_versions_always_present;
  core.saved_model.flush_filesystem_caches = options.flush_filesystem_caches;
  if (options.aspired_version_policy == kResourcePreserving) {
    core.aspired_version_policy = std::make_unique<ResourcePreservingPolicy>();
  }
  core.total_memory_limit_bytes =
      static_cast<uint64_t>(options.total_model_memory_limit_bytes);
  core.num_load_threads = static_cast<int>(options.num_load_threads);
  core.num_unload_threads = static_cast<int>(options.num_unload_threads);
  core.max_num_load_retries = static_cast<int>(options.max_num_load_retries);
  core.load_retry_interval =
      absl::Microseconds(options.load_retry_interval_micros);
  core.allow_version_labels = options.allow_version_labels;
  core.allow_version_labels_for_unavailable_models =
      options.allow_version_labels_for_unavailable_models;
  return core;
}

absl::StatusOr<std::unique_ptr<rest::HttpServer>> StartRest(
    const ServerOptions& options, const ServerCore* core, RequestGate* gate) {
  rest::Routes::Options route_options;
  route_options.timeout = absl::Milliseconds(options.rest_api_timeout_in_ms);
  rest::HttpServer::Options server_options;
  server_options.port = static_cast<int>(options.rest_api_port);
  return rest::HttpServer::Start(server_options,
                                 rest::Routes(core, core, gate, route_options));
}

absl::StatusOr<std::unique_ptr<grpc::Server>> StartGrpc(
    const ServerOptions& options, ServerCore* core, RequestGate* gate) {
  grpc::ServerOptions server_options;
  server_options.addresses = {absl::StrCat("0.0.0.0:", options.port)};
  server_options.gate = gate;
  server_options.serve_health = options.enable_grpc_healthcheck_service;
  grpc::StartResult started = grpc::Server::Start(
      server_options, grpc::MakeMethods(core, core, grpc::ModelMethodOptions()));
  if (started.server == nullptr) {
    return absl::FailedPreconditionError(started.error);
  }
  return std::move(started.server);
}

// Ends the process as it is, without the destructors of what still runs.
[[noreturn]] void EndProcess(int exit_code) {
  std::fflush(nullptr);
  std::_Exit(exit_code);
}

int Fail(const absl::Status& status, int exit_code) {
  std::fprintf(stderr, "tensorflow_model_server: %s\n",
               std::string(status.message()).c_str());
  return exit_code;
}

// Lets the requests under way finish and no more in, then closes the ports.
void Drain(std::chrono::seconds patience, ServerCore* core, RequestGate* gate,
           grpc::Server* grpc_server, rest::HttpServer* rest_server) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  // First those who send requests are told to send them elsewhere.
  core->BeginStop();
  if (grpc_server != nullptr) grpc_server->SetNothingServing();
  gate->Close();
  if (!gate->WaitUntilEmpty(patience)) {
    ABSL_LOG(WARNING) << gate->size() << " requests are not done after "
                      << patience.count()
                      << " s (--drain_seconds); they are cut off";
    // The servers would wait for them however long they take.
    return;
  }
  // Clients that ask without a pause learn it by an answer, on the connections
  // that they have: a request that met a closing one would be lost.
  gate->WaitUntilQuiet(kQuietTime, kCloseTime);
  std::thread stop_grpc([&] {
    if (grpc_server != nullptr) grpc_server->Shutdown(kCloseTime);
  });
  // Answers by REST may still be on their way to slow clients.
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  if (rest_server != nullptr) rest_server->Stop(std::max(kCloseTime, left));
  stop_grpc.join();
}

int Serve(const ServerOptions& options, absl::Time main_began) {
  CatchStopSignals();
  absl::StatusOr<ModelServerConfig> config = ModelConfigOf(options);
  if (!config.ok()) return Fail(config.status(), kBadCommandLine);
  absl::StatusOr<std::unique_ptr<ServerCore>> created =
      ServerCore::Create(CoreOptions(options, *config));
  if (!created.ok()) return Fail(created.status(), kBadCommandLine);
  ServerCore* const core = created->get();
  StartupTiming timing(main_began, core->servable_event_bus());
  RequestGate gate;

  // The ports open before there is a model to serve: until then requests are
  // told why there is none.
  std::unique_ptr<rest::HttpServer> rest_server;
  if (options.rest_api_port != 0) {
    auto started = StartRest(options, core, &gate);
    if (!started.ok()) return Fail(started.status(), kCannotServe);
    rest_server = *std::move(started);
    ABSL_LOG(INFO) << "REST on port " << rest_server->port();
  }
  std::unique_ptr<grpc::Server> grpc_server;
  std::optional<HealthReporter> health;
  if (options.port != 0) {
    auto started = StartGrpc(options, core, &gate);
    if (!started.ok()) return Fail(started.status(), kCannotServe);
    grpc_server = *std::move(started);
    ABSL_LOG(INFO) << "gRPC on port " << grpc_server->ports()[0];
    if (options.enable_grpc_healthcheck_service) {
      health.emplace(core, [server = grpc_server.get()](
                               const std::string& service, bool serving) {
        server->SetServing(service, serving);
      });
    }
  }
  timing.PortsAreOpen();
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
  Drain(std::chrono::seconds(options.drain_seconds), core, &gate,
        grpc_server.get(), rest_server.get());
  ABSL_LOG(INFO) << "stopped";
  // Models that are loading, or would have to be unloaded, hold up nobody.
  EndProcess(0);
}

int Main(absl::Span<const char* const> arguments, absl::Time main_began) {
  ServerOptions options;
  if (absl::Status status = ParseServerOptions(arguments, &options);
      !status.ok()) {
    return Fail(status, kBadCommandLine);
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
  InitializeLogging();
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
