// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/readiness.h"

#include <iterator>
#include <utility>

namespace tfs3 {

void Readiness::Await(Awaited awaited) {
  std::lock_guard<std::mutex> lock(mu_);
  if (ready_) {
    return;
  }
  awaited_ = std::move(awaited);
  UpdateLocked();
}

void Readiness::AwaitConfig(
    const tensorflow::serving::ModelServerConfig& config,
    const std::function<std::set<int64_t>(const std::string& model)>&
        available_versions) {
  if (ready_) {
    return;
  }
  Awaited awaited;
  for (const auto& model : config.model_config_list().config()) {
    const std::string& name = model.name();
    const std::set<int64_t> available = available_versions(name);
    if (available.empty()) {
      awaited.models.insert(name);
    }
    for (const auto& [label, version] : model.version_labels()) {
      if (available.count(version) == 0) {
        awaited.versions.insert({name, version});
      }
    }
  }
  Await(std::move(awaited));
  // Versions may have become available before Await.
  for (const auto& model : config.model_config_list().config()) {
    for (const int64_t version : available_versions(model.name())) {
      VersionIsAvailable({model.name(), version});
    }
  }
}

void Readiness::VersionIsAvailable(const ServableId& id) {
  if (ready_) {
    return;
  }
  std::lock_guard<std::mutex> lock(mu_);
  awaited_.models.erase(id.name);
  awaited_.versions.erase(id);
  UpdateLocked();
}

void Readiness::AwaitAtMost(const std::string& model,
                            const std::set<int64_t>& versions) {
  if (ready_) {
    return;
  }
  std::lock_guard<std::mutex> lock(mu_);
  for (auto it = awaited_.versions.begin(); it != awaited_.versions.end();) {
    it = it->name == model && versions.count(it->version) == 0
             ? awaited_.versions.erase(it)
             : std::next(it);
  }
  UpdateLocked();
}

Readiness::Awaited Readiness::awaited() const {
  std::lock_guard<std::mutex> lock(mu_);
  return awaited_;
}

void Readiness::UpdateLocked() {
  if (awaited_.models.empty() && awaited_.versions.empty()) {
    ready_ = true;
  }
}

}  // namespace tfs3
