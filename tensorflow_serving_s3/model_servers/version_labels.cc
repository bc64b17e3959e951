// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/version_labels.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace tfs3 {

VersionLabels::VersionLabels() : models_(std::make_unique<ModelMap>()) {}

VersionLabels::ModelMap VersionLabels::Current() const {
  return models_.Read([](const ModelMap& models) { return models; });
}

std::optional<VersionLabels::Target> VersionLabels::Find(
    absl::string_view model, absl::string_view label) const {
  return models_.Read([&](const ModelMap& models) -> std::optional<Target> {
    const auto labels = models.find(model);
    if (labels == models.end()) {
      return std::nullopt;
    }
    const auto target = labels->second.find(label);
    if (target == labels->second.end()) {
      return std::nullopt;
    }
    return target->second;
  });
}

void VersionLabels::Assign(
    const tensorflow::serving::ModelServerConfig& config,
    const std::function<bool(const ServableId&)>& is_available) {
  std::lock_guard<std::mutex> lock(mu_);
  auto models = std::make_unique<ModelMap>();
  for (const auto& model : config.model_config_list().config()) {
    for (const auto& [label, version] : model.version_labels()) {
      Target target{version, std::nullopt};
      const auto old = Find(model.name(), label);
      if (old.has_value() && !is_available({model.name(), version})) {
        target.previous = old->version == version
                              ? old->previous
                              : old->previous.value_or(old->version);
      }
      (*models)[model.name()].emplace(label, target);
    }
  }
  models_.Publish(std::move(models));
}

void VersionLabels::VersionIsAvailable(const ServableId& id) {
  std::lock_guard<std::mutex> lock(mu_);
  const bool waits = models_.Read([&id](const ModelMap& models) {
    const auto labels = models.find(id.name);
    if (labels == models.end()) {
      return false;
    }
    for (const auto& [label, target] : labels->second) {
      if (target.version == id.version && target.previous.has_value()) {
        return true;
      }
    }
    return false;
  });
  if (!waits) {
    return;
  }
  auto models = std::make_unique<ModelMap>(Current());
  for (auto& [label, target] : (*models)[id.name]) {
    if (target.version == id.version) {
      target.previous.reset();
    }
  }
  models_.Publish(std::move(models));
}

}  // namespace tfs3
