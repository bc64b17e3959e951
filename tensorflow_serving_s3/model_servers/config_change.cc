// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/config_change.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "tensorflow_serving_s3/model_servers/model_config.h"

namespace tfs3 {
namespace {

using ::tensorflow::serving::ModelConfig;
using ::tensorflow::serving::ModelServerConfig;

// Returns whether both have the same versions from the same place.
bool HaveSameVersions(const ModelConfig& a, const ModelConfig& b) {
  return a.base_path() == b.base_path() && PlatformOf(a) == PlatformOf(b) &&
         a.model_version_policy().SerializeAsString() ==
             b.model_version_policy().SerializeAsString();
}

// Checks one label of a model whose versions do not change. `old_version` is
// the version that the label points at now, if it exists.
absl::Status ValidateLabel(const std::string& label, const ServableId& target,
                           std::optional<int64_t> old_version,
                           const ChangeRules& rules) {
  if (old_version == target.version) {
    return absl::OkStatus();
  }
  const std::optional<ServableState> state = rules.state_of(target);
  if (state.has_value() &&
      state->manager_state == ServableState::ManagerState::kAvailable) {
    return absl::OkStatus();
  }
  const bool is_new = !old_version.has_value();
  if (is_new && rules.allow_new_labels_for_unavailable_versions) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "The version label \"", label, "\" of model \"", target.name,
      "\" cannot point at version ", target.version, ", which is ",
      state.has_value()
          ? absl::StrCat("in state ", ManagerStateName(state->manager_state))
          : "not known",
      "; a label can point at a version that is AVAILABLE",
      is_new ? ", or, if it is new, at any version with "
               "--allow_version_labels_for_unavailable_models"
             : ""));
}

}  // namespace

std::map<std::string, const ModelConfig*, std::less<>> ModelsByName(
    const ModelServerConfig& config) {
  std::map<std::string, const ModelConfig*, std::less<>> models;
  for (const ModelConfig& model : config.model_config_list().config()) {
    models.emplace(model.name(), &model);
  }
  return models;
}

bool HasModel(const ModelServerConfig& config, absl::string_view name) {
  const auto& models = config.model_config_list().config();
  return std::any_of(
      models.begin(), models.end(),
      [name](const ModelConfig& model) { return model.name() == name; });
}

std::vector<std::string> ChangedModels(const ModelServerConfig& current,
                                       const ModelServerConfig& next) {
  const auto current_models = ModelsByName(current);
  std::vector<std::string> changed;
  for (const ModelConfig& model : next.model_config_list().config()) {
    const auto known = current_models.find(model.name());
    if (known == current_models.end() ||
        !HaveSameVersions(*known->second, model)) {
      changed.push_back(model.name());
    }
  }
  return changed;
}

std::vector<std::string> RemovedModels(const ModelServerConfig& current,
                                       const ModelServerConfig& next) {
  const auto next_models = ModelsByName(next);
  std::vector<std::string> removed;
  for (const auto& [name, model] : ModelsByName(current)) {
    if (next_models.count(name) == 0) {
      removed.push_back(name);
    }
  }
  return removed;
}

absl::Status ValidateChange(const ModelServerConfig& current,
                            const ModelServerConfig& next,
                            const ChangeRules& rules) {
  // A program that is still writing the file is the usual cause.
  if (!next.has_model_config_list() && current.has_model_config_list()) {
    return absl::FailedPreconditionError(
        "The new model configuration is empty; to remove all models, write "
        "model_config_list {}");
  }
  const auto current_models = ModelsByName(current);
  for (const ModelConfig& model : next.model_config_list().config()) {
    const auto known = current_models.find(model.name());
    // The versions of a changed model load after the change.
    if (known == current_models.end() ||
        !HaveSameVersions(*known->second, model)) {
      continue;
    }
    const auto& old_labels = known->second->version_labels();
    for (const auto& [label, version] : model.version_labels()) {
      const auto old = old_labels.find(label);
      if (absl::Status status = ValidateLabel(
              label, ServableId{model.name(), version},
              old == old_labels.end() ? std::nullopt
                                      : std::optional<int64_t>(old->second),
              rules);
          !status.ok()) {
        return status;
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace tfs3
