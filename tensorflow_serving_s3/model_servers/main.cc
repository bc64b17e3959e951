// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// tensorflow_model_server: see ServerHelp in server_options.cc for its use.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
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
#include "tensorflow_serving_s3/model_servers/grpc/methods.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"
#include "tensorflow_serving_s3/model_servers/logging.h"
#include "tensorflow_serving_s3/model_servers/rest/http_server.h"
#include "tensorflow_serving_s3/model_servers/rest/routes.h"
#include "tensorflow_serving_s3/model_servers/server_core.h"
#include "tensorflow_serving_s3/model_servers/server_options.h"
#include "tensorflow_serving_s3/model_servers/startup_timing.h"
#include "tensorflow_serving_s3/model_servers/stop_signal.h"
#include "tensorflow_serving_s3/model_servers/version.h"

namespace tfs3 {
namespace {

// Exit codes, besides 0 for a server that was asked to stop.
constexpr int kCannotServe = 1;
constexpr int kBadCommandLine = 2;

// How long requests that are under way may take after the signal to stop.
constexpr std::chrono::milliseconds kGrace = std::chrono::seconds(10);

ServerCore::Options CoreOptions(const ServerOptions& options) {
  ServerCore::Options core;
  auto* model = core.model_config_list.add_config();
  model->set_name(options.model_name);
  model->set_base_path(options.model_base_path);
  core.file_system_poll_wait_seconds = options.file_system_poll_wait_seconds;
  core.num_load_threads = static_cast<int>(options.num_load_threads);
  core.num_unload_threads = static_cast<int>(options.num_unload_threads);
  core.max_num_load_retries = static_cast<int>(options.max_num_load_retries);
  core.load_retry_interval =
      absl::Microseconds(options.load_retry_interval_micros);
  return core;
}

absl::StatusOr<std::unique_ptr<rest::HttpServer>> StartRest(
    const ServerOptions& options, const ModelLookup* lookup) {
  rest::Routes::Options route_options;
  route_options.timeout = absl::Milliseconds(options.rest_api_timeout_in_ms);
  rest::HttpServer::Options server_options;
  server_options.port = static_cast<int>(options.rest_api_port);
  return rest::HttpServer::Start(server_options,
                                 rest::Routes(lookup, route_options));
}

absl::StatusOr<std::unique_ptr<grpc::Server>> StartGrpc(
    const ServerOptions& options, const ModelLookup* lookup) {
  grpc::ServerOptions server_options;
  server_options.addresses = {absl::StrCat("0.0.0.0:", options.port)};
  grpc::StartResult started = grpc::Server::Start(
      server_options, grpc::MakeMethods(lookup, grpc::MethodOptions()));
  if (started.server == nullptr) {
    return absl::FailedPreconditionError(started.error);
  }
  return std::move(started.server);
}

// Ends the process when all that is ours has been stopped, without the static
// destructors of libraries whose threads still run.
[[noreturn]] void EndProcess(int exit_code) {
  std::fflush(nullptr);
  std::_Exit(exit_code);
}

int Fail(const absl::Status& status, int exit_code) {
  std::fprintf(stderr, "tensorflow_model_server: %s\n",
               std::string(status.message()).c_str());
  return exit_code;
}

int Serve(const ServerOptions& options, absl::Time main_began) {
  CatchStopSignals();
  absl::StatusOr<std::unique_ptr<ServerCore>> core =
      ServerCore::Create(CoreOptions(options));
  if (!core.ok()) return Fail(core.status(), kBadCommandLine);
  StartupTiming timing(main_began, (*core)->servable_event_bus());

  // The ports open before there is a model to serve: until then requests are
  // told why there is none.
  std::unique_ptr<rest::HttpServer> rest_server;
  if (options.rest_api_port != 0) {
    auto started = StartRest(options, core->get());
    if (!started.ok()) return Fail(started.status(), kCannotServe);
    rest_server = *std::move(started);
    ABSL_LOG(INFO) << "REST on port " << rest_server->port();
  }
  std::unique_ptr<grpc::Server> grpc_server;
  if (options.port != 0) {
    auto started = StartGrpc(options, core->get());
    if (!started.ok()) return Fail(started.status(), kCannotServe);
    grpc_server = *std::move(started);
    ABSL_LOG(INFO) << "gRPC on port " << grpc_server->ports()[0];
  }
  timing.PortsAreOpen();
  (*core)->Start();

  const std::string signal_name = WaitForStopSignal();
  ABSL_LOG(INFO) << signal_name
                 << ": finishing the requests under way, then stopping";
  std::thread stop_grpc([&] {
    if (grpc_server != nullptr) grpc_server->Shutdown(kGrace);
  });
  if (rest_server != nullptr) rest_server->Stop(kGrace);
  stop_grpc.join();
  core->reset();
  ABSL_LOG(INFO) << "stopped";
  return 0;
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
  tfs3::EndProcess(
      tfs3::Main(absl::MakeConstSpan(argv, argc).subspan(1), absl::Now()));
}
