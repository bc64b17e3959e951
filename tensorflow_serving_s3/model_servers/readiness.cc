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
