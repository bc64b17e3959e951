// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/health_reporter.h"

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
  states_ =
      core->servable_event_bus()->Subscribe([this](const ServableState& state) {
        report_(state.id.name, core_->IsAvailable(state.id.name));
        ReportServer();
      });
  configs_ = core->config_event_bus()->Subscribe(
      [this](const tensorflow::serving::ModelServerConfig& /*config*/) {
        ReportModels();
      });
  ReportModels();
}

void HealthReporter::ReportServer() {
  for (const char* name : kServerNames) report_(name, core_->IsReady());
}

void HealthReporter::ReportModels() {
  for (const ModelSummary& model : core_->ListModels()) {
    report_(model.name, model.available);
  }
  ReportServer();
}

}  // namespace tfs3
