// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/source_versions.h"

#include <iterator>
#include <utility>

namespace tfs3 {
namespace {

template <typename Map>
void EraseOthers(const std::set<std::string, std::less<>>& models, Map* map) {
  for (auto it = map->begin(); it != map->end();) {
    it = models.count(it->first) > 0 ? std::next(it) : map->erase(it);
  }
}

}  // namespace

void SourceVersions::SetFound(const std::string& model,
                              const std::string& base_path,
                              const std::set<int64_t>& versions) {
  std::lock_guard<std::mutex> lock(mu_);
  FoundVersions& found = found_[model];
  if (found.base_path != base_path) {
    found = FoundVersions{base_path, {}, {}};
  }
  found.vanished.insert(found.present.begin(), found.present.end());
  for (const int64_t version : versions) {
    found.vanished.erase(version);
  }
  found.present = versions;
}

void SourceVersions::SetAspired(
    absl::string_view model, std::vector<ServableData<StoragePath>> versions) {
  std::lock_guard<std::mutex> lock(mu_);
  aspired_.insert_or_assign(std::string(model), std::move(versions));
}

void SourceVersions::RemoveOthers(
    const std::set<std::string, std::less<>>& models) {
  std::lock_guard<std::mutex> lock(mu_);
  EraseOthers(models, &found_);
  EraseOthers(models, &aspired_);
}

std::optional<std::set<int64_t>> SourceVersions::Found(
    absl::string_view model) const {
  std::lock_guard<std::mutex> lock(mu_);
  const auto found = found_.find(model);
  if (found == found_.end()) {
    return std::nullopt;
  }
  return found->second.present;
}

std::set<int64_t> SourceVersions::Vanished(absl::string_view model) const {
  // The manager still loads an aspired version if it appears again.
  const std::set<int64_t> aspired = AspiredNumbers(model);
  std::lock_guard<std::mutex> lock(mu_);
  const auto found = found_.find(model);
  if (found == found_.end()) {
    return {};
  }
  std::set<int64_t> vanished = found->second.vanished;
  for (const int64_t version : aspired) {
    vanished.erase(version);
  }
  return vanished;
}

std::vector<ServableData<StoragePath>> SourceVersions::Aspired(
    absl::string_view model) const {
  std::lock_guard<std::mutex> lock(mu_);
  const auto aspired = aspired_.find(model);
  if (aspired == aspired_.end()) {
    return {};
  }
  return aspired->second;
}

std::set<int64_t> SourceVersions::AspiredNumbers(
    absl::string_view model) const {
  std::set<int64_t> numbers;
  for (const ServableData<StoragePath>& version : Aspired(model)) {
    numbers.insert(version.id().version);
  }
  return numbers;
}

}  // namespace tfs3
