// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/health_reporter.h"

#include <iterator>
#include <utility>

namespace tfs3 {
namespace {

constexpr const char* kServerNames[] = {
    "",
    "tensorflow.serving.ModelService",
    "tensorflow.serving.PredictionService",
};

}  // namespace

HealthReporter::HealthReporter(ServerCore* core, Report report)
    : core_(core), report_(std::move(report)) {
  states_ = core->servable_event_bus()->Subscribe(
      [this](const ServableState& state) { ReportModel(state.id.name); });
  configs_ = core->config_event_bus()->Subscribe(
      [this](const tensorflow::serving::ModelServerConfig& config) {
        ReportModels(config);
      });
  ReportModels(core->config());
}

std::vector<std::string> HealthReporter::Services(const ServerCore& core) {
  std::vector<std::string> services(std::begin(kServerNames),
                                    std::end(kServerNames));
  const tensorflow::serving::ModelServerConfig config = core.config();
  for (const auto& model : config.model_config_list().config()) {
    services.push_back(model.name());
  }
  return services;
}

void HealthReporter::ReportServerLocked() {
  for (const char* name : kServerNames) {
    report_(name, core_->IsReady());
  }
}

void HealthReporter::ReportModel(const std::string& name) {
  std::lock_guard<std::mutex> lock(mu_);
  report_(name, core_->IsAvailable(name));
  ReportServerLocked();
}

void HealthReporter::ReportModels(
    const tensorflow::serving::ModelServerConfig& config) {
  std::lock_guard<std::mutex> lock(mu_);
  for (const auto& model : config.model_config_list().config()) {
    report_(model.name(), core_->IsAvailable(model.name()));
  }
  ReportServerLocked();
}

}  // namespace tfs3
