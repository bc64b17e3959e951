// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/unavailable_model.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace tfs3 {
namespace {

using ManagerState = ServableState::ManagerState;

std::string NotConfigured(const UnavailableModel& model) {
  if (model.has_custom_source) {
    return absl::StrCat("the source reports no version of model \"", model.name,
                        "\"; its models: ", NamesOf(model.configured_models),
                        model.polled.ok() ? "" : "; ", model.polled.message());
  }
  const std::string what =
      model.states.empty()
          ? absl::StrCat("no model \"", model.name, "\" is configured")
          : absl::StrCat("model \"", model.name,
                         "\" was removed from the configuration");
  return absl::StrCat(
      what, "; configured models: ", NamesOf(model.configured_models));
}

std::string AvailableVersions(const UnavailableModel& model) {
  std::vector<int64_t> available;
  for (const auto& [version, known] : model.states) {
    if (known.state.manager_state == ManagerState::kAvailable) {
      available.push_back(version);
    }
  }
  return available.empty() ? "no version of it is available"
                           : absl::StrCat("available versions: ",
                                          absl::StrJoin(available, ", "));
}

// Describes a version without a state.
std::string DescribeUnknown(const UnavailableModel& model, int64_t version) {
  if (!model.found.has_value()) {
    return absl::StrCat("is not known: ", model.polled.message());
  }
  if (model.found->count(version) == 0) {
    return absl::StrCat("is not in ", model.base_path, "; ",
                        AvailableVersions(model));
  }
  if (model.aspired.count(version) > 0) {
    return "waits to be loaded; send the request again when its state is "
           "AVAILABLE";
  }
  return absl::StrCat(
      "is in ", model.base_path,
      ", but the model_version_policy of the model excludes it; ",
      AvailableVersions(model));
}

}  // namespace

std::string NamesOf(const std::vector<std::string>& names) {
  constexpr size_t kMax = 10;
  if (names.empty()) {
    return "none";
  }
  const size_t count = std::min(names.size(), kMax);
  std::string text = absl::StrJoin(names.begin(), names.begin() + count, ", ");
  if (names.size() > kMax) {
    absl::StrAppend(&text, " and ", names.size() - kMax, " more");
  }
  return text;
}

std::string DescribeState(const ServableState& state, bool is_aspired) {
  const bool healthy = state.health.ok();
  const absl::string_view reason = state.health.message();
  switch (state.manager_state) {
    case ManagerState::kStart:
      return healthy ? "waits to be loaded; send the request again when its "
                       "state is AVAILABLE"
                     : absl::StrCat("is not loaded yet: ", reason);
    case ManagerState::kLoading:
      return healthy
                 ? "is being loaded; send the request again when its state is "
                   "AVAILABLE"
                 : absl::StrCat(
                       "is not loaded yet, and the server tries again: ",
                       reason);
    case ManagerState::kAvailable:
      return "is available now; send the request again";
    case ManagerState::kUnloading:
      return "is being unloaded";
    case ManagerState::kEnd:
      break;
  }
  if (healthy) {
    return "was unloaded";
  }
  return is_aspired ? absl::StrCat("failed to load: ", reason)
                    : absl::StrCat("failed to load earlier: ", reason);
}

std::string ExplainUnavailableVersion(const UnavailableModel& model,
                                      int64_t version,
                                      absl::string_view label) {
  if (!model.is_configured) {
    return NotConfigured(model);
  }
  const std::string subject =
      label.empty() ? absl::StrCat("version ", version, " ")
                    : absl::StrCat("label \"", label, "\" points at version ",
                                   version, ", which ");
  const auto known = model.states.find(version);
  if (known == model.states.end()) {
    return absl::StrCat(subject, DescribeUnknown(model, version));
  }
  const ServableState& state = known->second.state;
  std::string text = absl::StrCat(
      subject, DescribeState(state, model.aspired.count(version) > 0));
  // The version does not load again.
  if (state.manager_state == ManagerState::kUnloading ||
      (state.manager_state == ManagerState::kEnd && state.health.ok())) {
    absl::StrAppend(&text, "; ", AvailableVersions(model));
  }
  return text;
}

std::string ExplainNoVersion(const UnavailableModel& model) {
  if (!model.is_configured) {
    return NotConfigured(model);
  }
  // Describes a few versions that are loading or failed.
  constexpr size_t kMax = 3;
  std::vector<std::string> sentences;
  for (const auto& [version, known] : model.states) {
    const bool is_aspired = model.aspired.count(version) > 0;
    if (is_aspired && sentences.size() < kMax) {
      sentences.push_back(absl::StrCat("version ", version, " ",
                                       DescribeState(known.state, is_aspired)));
    }
  }
  if (!model.polled.ok()) {
    sentences.emplace_back(model.polled.message());
  }
  if (sentences.empty()) {
    return model.aspired.empty()
               ? absl::StrCat(
                     "its model_version_policy excludes all versions in ",
                     model.base_path)
               : "its versions wait to be loaded; send the request again when "
                 "one is AVAILABLE";
  }
  return absl::StrJoin(sentences, "; ");
}

std::string ExplainUnavailableLabel(const UnavailableModel& model,
                                    absl::string_view label) {
  if (!model.is_configured) {
    return NotConfigured(model);
  }
  const std::string what =
      absl::StrCat("model \"", model.name, "\" has no label \"", label, "\"");
  if (model.labels.empty()) {
    return absl::StrCat(what,
                        "; it has no labels; add version_labels to its "
                        "configuration, or request a version by its number, or "
                        "no version");
  }
  std::vector<std::string> names;
  for (const auto& [name, version] : model.labels) {
    names.push_back(name);
  }
  return absl::StrCat(what, "; its labels: ", NamesOf(names));
}

}  // namespace tfs3
