// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/custom_source.h"

#include <utility>

#include "tensorflow_serving_s3/model_servers/model_config.h"

namespace tfs3 {
namespace {

using ::tensorflow::serving::ModelConfig;
using ::tensorflow::serving::ModelServerConfig;

// Passes the lists of a source to a function.
class ForwardingTarget final : public TargetBase<StoragePath> {
 public:
  explicit ForwardingTarget(Source<StoragePath>::AspiredVersionsCallback send)
      : send_(std::move(send)) {}
  ~ForwardingTarget() override { Detach(); }

 protected:
  void SetAspiredVersions(
      absl::string_view servable_name,
      std::vector<ServableData<StoragePath>> versions) override {
    send_(servable_name, std::move(versions));
  }

 private:
  const Source<StoragePath>::AspiredVersionsCallback send_;
};

// Returns the path of the highest version that has one; empty if none has.
StoragePath NewestPath(const std::vector<ServableData<StoragePath>>& versions) {
  const ServableData<StoragePath>* newest = nullptr;
  for (const ServableData<StoragePath>& version : versions) {
    if (version.ok() &&
        (newest == nullptr || version.id().version > newest->id().version)) {
      newest = &version;
    }
  }
  return newest == nullptr ? "" : newest->data();
}

}  // namespace

CustomSource::CustomSource(Source<StoragePath>* source, Problems problems)
    : source_(source), problems_(std::move(problems)) {}

void CustomSource::Connect(Source<StoragePath>::AspiredVersionsCallback send) {
  target_ = std::make_unique<ForwardingTarget>(
      [this, send = std::move(send)](
          absl::string_view model,
          std::vector<ServableData<StoragePath>> versions) {
        has_reported_ = true;
        send(model, std::move(versions));
      });
  ConnectSourceToTarget(source_, target_.get());
}

std::map<std::string, std::string> CustomSource::problems() const {
  return problems_ == nullptr ? std::map<std::string, std::string>()
                              : problems_();
}

absl::Status CustomSource::StatusOf(absl::string_view model) const {
  const std::map<std::string, std::string> known = problems();
  for (const std::string& name : {std::string(model), std::string()}) {
    const auto problem = known.find(name);
    if (problem != known.end() && !problem->second.empty()) {
      return absl::FailedPreconditionError(problem->second);
    }
  }
  return absl::OkStatus();
}

bool CustomSource::IsReady(
    const ModelServerConfig& config,
    const std::function<bool(absl::string_view model)>& is_available) const {
  if (was_ready_) {
    return true;
  }
  if (!has_reported_ && problems_ == nullptr) {
    return false;
  }
  if (!StatusOf("").ok()) {
    return false;
  }
  for (const ModelConfig& model : config.model_config_list().config()) {
    if (!is_available(model.name())) {
      return false;
    }
  }
  was_ready_ = true;
  return true;
}

ModelServerConfig CustomSource::UpdatedConfig(
    const ModelServerConfig& config, absl::string_view model,
    const std::vector<ServableData<StoragePath>>& versions) {
  ModelServerConfig updated;
  for (const ModelConfig& other : config.model_config_list().config()) {
    if (other.name() != model) {
      *updated.mutable_model_config_list()->add_config() = other;
    }
  }
  if (!versions.empty()) {
    ModelConfig* const added =
        updated.mutable_model_config_list()->add_config();
    added->set_name(std::string(model));
    added->set_model_platform(std::string(kTensorFlowPlatform));
    added->set_base_path(NewestPath(versions));
  }
  return updated;
}

}  // namespace tfs3
