// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_MODEL_SERVER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_MODEL_SERVER_H_

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tensorflow_serving/config/model_server_config.pb.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/source.h"
#include "tensorflow_serving_s3/core/storage_path.h"
#include "tensorflow_serving_s3/model_servers/base/load_progress_reporter.h"
#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/base/request_observer.h"
#include "tensorflow_serving_s3/model_servers/base/startup_timing.h"
#include "tensorflow_serving_s3/model_servers/config_file_poller.h"
#include "tensorflow_serving_s3/model_servers/custom_source.h"
#include "tensorflow_serving_s3/model_servers/endpoints.h"
#include "tensorflow_serving_s3/model_servers/health_reporter.h"
#include "tensorflow_serving_s3/model_servers/model_server_settings.h"
#include "tensorflow_serving_s3/model_servers/monitoring/request_metrics.h"
#include "tensorflow_serving_s3/model_servers/net/http/http_server.h"
#include "tensorflow_serving_s3/model_servers/options/server_options.h"
#include "tensorflow_serving_s3/model_servers/path_hiding/path_hider.h"
#include "tensorflow_serving_s3/model_servers/path_hiding/path_hiding_view.h"
#include "tensorflow_serving_s3/model_servers/request_logging/access_log.h"
#include "tensorflow_serving_s3/model_servers/request_logging/request_logger.h"
#include "tensorflow_serving_s3/model_servers/server_core.h"

namespace tfs3 {

// The whole server: models, REST, gRPC and metrics. The program
// tensorflow_model_server and the C API wrap it.
//
//   ModelServer::Options options;
//   options.server = ...;  // See ParseServerOptions.
//   auto server = ModelServer::Create(std::move(options));
//   if (!server.ok()) return server.status();
//   if (absl::Status status = (*server)->Start(); !status.ok()) return status;
//   ...
//   (*server)->Stop();
//
// Does not handle signals, and does not initialise the log; see main.cc. Start
// and Stop may be called from different threads.
class ModelServer {
 public:
  struct Options {
    ServerOptions server;
    // See ServerCore::Options. With a source, server.has_custom_source must be
    // true.
    Source<StoragePath>* source = nullptr;
    CustomSource::Problems source_problems;
    // The start of main, for the log line of StartupTiming.
    absl::Time main_began = absl::Now();
  };

  // Reads the files of the options and connects the parts. Errors name the flag
  // or the file, and the cure.
  static absl::StatusOr<std::unique_ptr<ModelServer>> Create(Options options);

  ModelServer(const ModelServer&) = delete;
  ModelServer& operator=(const ModelServer&) = delete;

  // Closes the ports without waiting for requests, if Stop has not been called.
  // Waits for the requests in progress and for models that are loading, and
  // unloads all models.
  ~ModelServer();

  // Opens the ports, then begins to load models. Call it once. Returns an error
  // that names the address and the cure if a port cannot be opened.
  absl::Status Start();

  // Reports that the server is not ready, answers requests for
  // --drain_delay_seconds, refuses new requests, waits up to --drain_seconds
  // for the requests in progress, closes the ports, and writes the remaining
  // request logs. Does not wait for models that are loading. Call it once,
  // after Start.
  void Stop();

  ServerCore* core() { return core_.get(); }

 private:
  ModelServer(Options options, ModelServerSettings settings,
              std::unique_ptr<ServerCore> core, int64_t max_batched_requests);

  absl::Status OpenPorts();
  Backend MakeBackend();

  const Options options_;
  const ModelServerSettings settings_;
  const int64_t max_batched_requests_;
  // In the order of use: destruction first closes the ports and last unloads
  // the models.
  const std::unique_ptr<ServerCore> core_;
  StartupTiming timing_;
  RequestGate gate_;
  RequestMetrics metrics_;
  AccessLog access_log_;
  RequestObservers observers_;
  RequestLogger request_logger_;
  PathHider path_hider_;
  const PathHidingView path_hiding_view_;
  std::unique_ptr<
      EventBus<tensorflow::serving::ModelServerConfig>::Subscription>
      config_subscription_;
  RequestMemory request_memory_;
  ApiCounters counters_;
  std::unique_ptr<net::HttpServer> rest_;  // Null without REST.
  GrpcServers grpc_;
  std::optional<HealthReporter> health_;
  std::optional<LoadProgressReporter> load_progress_;
  std::optional<ConfigFilePoller> config_poller_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_MODEL_SERVER_H_
