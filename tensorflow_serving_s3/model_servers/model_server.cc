// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/model_server.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/log/absl_log.h"
#include "absl/memory/memory.h"
#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/filesystem/flavour/flavour.h"
#include "tensorflow_serving_s3/model_servers/base/stderr_lines.h"
#include "tensorflow_serving_s3/model_servers/drain.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"

namespace tfs3 {
namespace {

using ::tensorflow::serving::ModelServerConfig;

// The period of the log lines about a long load.
constexpr absl::Duration kLoadReportPeriod = absl::Seconds(5);

RequestLogger::Options LoggerOptionsOf(const SavedModelOptions& saved_model) {
  RequestLogger::Options options;
  options.saved_model_tags.assign(saved_model.tags.begin(),
                                  saved_model.tags.end());
  return options;
}

// Configures the S3 filesystem of this program.
void UseS3Flavour(const S3Flavour& flavour, const ServerOptions& options) {
  ABSL_LOG(INFO) << "S3 filesystem: " << flavour.name << " (" << flavour.library
                 << ")";
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

}  // namespace

absl::StatusOr<std::unique_ptr<ModelServer>> ModelServer::Create(
    Options options) {
  absl::StatusOr<ModelServerSettings> settings =
      ReadModelServerSettings(options.server);
  if (!settings.ok()) {
    return settings.status();
  }
  const int64_t max_batched_requests =
      MaxBatchedRequests(settings->saved_model);
  ServerCore::Options core_options =
      CoreOptionsOf(options.server, settings->models, settings->saved_model);
  core_options.source = options.source;
  core_options.source_problems = options.source_problems;
  absl::StatusOr<std::unique_ptr<ServerCore>> core =
      ServerCore::Create(std::move(core_options));
  if (!core.ok()) {
    return core.status();
  }
  UseS3Flavour(LinkedS3Flavour(), options.server);
  return absl::WrapUnique(
      new ModelServer(std::move(options), *std::move(settings),
                      *std::move(core), max_batched_requests));
}

ModelServer::ModelServer(Options options, ModelServerSettings settings,
                         std::unique_ptr<ServerCore> core,
                         int64_t max_batched_requests)
    : options_(std::move(options)),
      settings_(std::move(settings)),
      max_batched_requests_(max_batched_requests),
      core_(std::move(core)),
      timing_(options_.main_began, core_->servable_event_bus()),
      metrics_({[this](absl::string_view model) {
                  return core_->IsConfigured(model);
                },
                options_.server.enable_signature_metrics}),
      access_log_(LogFormatOf(options_.server),
                  [](const std::string& line) { WriteToStderr(line); }),
      request_logger_(LoggerOptionsOf(settings_.saved_model)),
      path_hiding_view_(core_.get(), core_.get(), &path_hider_),
      request_memory_(RequestMemoryBytes(options_.server)) {
  observers_.Add(&metrics_);
  if (options_.server.access_log) {
    observers_.Add(&access_log_);
  }
  request_logger_.SetConfig(core_->config());
  path_hider_.SetKnownPaths(PathsToHide(options_.server, core_->config()));
  config_subscription_ = core_->config_event_bus()->Subscribe(
      [this](const ModelServerConfig& in_force) {
        request_logger_.SetConfig(in_force);
        path_hider_.SetKnownPaths(PathsToHide(options_.server, in_force));
      });
}

ModelServer::~ModelServer() = default;

Backend ModelServer::MakeBackend() {
  Backend backend{core_.get(),          core_.get(),
                  core_.get(),          &gate_,
                  &observers_,          &request_logger_,
                  settings_.tls,        settings_.prometheus_path,
                  max_batched_requests_};
  backend.memory = &request_memory_;
  backend.counters = &counters_;
  backend.reloads = core_->reload_counters();
  backend.health_services = HealthReporter::Services(*core_);
  if (options_.server.hide_server_paths) {
    backend.lookup = &path_hiding_view_;
    backend.status = &path_hiding_view_;
    backend.path_hider = &path_hider_;
  }
  return backend;
}

absl::Status ModelServer::OpenPorts() {
  const Backend backend = MakeBackend();
  if (HasRest(options_.server)) {
    auto rest = StartRest(options_.server, backend);
    if (!rest.ok()) {
      return rest.status();
    }
    rest_ = *std::move(rest);
  }
  auto grpc = StartGrpc(options_.server, backend);
  if (!grpc.ok()) {
    return grpc.status();
  }
  grpc_ = *std::move(grpc);
  return absl::OkStatus();
}

absl::Status ModelServer::Start() {
  // Before any model loads: errors then explain why a model is not available.
  if (absl::Status status = OpenPorts(); !status.ok()) {
    return status;
  }
  timing_.PortsAreOpen();
  if (grpc_.serving != nullptr &&
      options_.server.enable_grpc_healthcheck_service) {
    health_.emplace(core_.get(), [server = grpc_.serving.get()](
                                     const std::string& service, bool serving) {
      server->SetServing(service, serving);
    });
  }
  load_progress_.emplace(kLoadReportPeriod, [](const std::string& line) {
    ABSL_LOG(INFO) << line;
  });
  core_->Start();
  if (options_.server.model_config_file_poll_wait_seconds > 0) {
    config_poller_.emplace(
        ConfigFilePoller::Options{
            options_.server.model_config_file,
            absl::Seconds(options_.server.model_config_file_poll_wait_seconds),
            core_->reload_counters()},
        settings_.models, core_.get());
  }
  return absl::OkStatus();
}

void ModelServer::Stop() {
  DrainOptions drain;
  drain.delay = std::chrono::seconds(options_.server.drain_delay_seconds);
  drain.timeout = std::chrono::seconds(options_.server.drain_seconds);
  drain.socket_paths = SocketPathsOf(options_.server);
  drain.core = core_.get();
  drain.gate = &gate_;
  drain.grpc_servers = &grpc_;
  drain.rest_server = rest_.get();
  Drain(drain);
  if (!request_logger_.Flush(kCloseTimeout)) {
    ABSL_LOG(WARNING)
        << "Lost some requests of the request log: their files could not be "
           "written in time";
  }
}

}  // namespace tfs3
