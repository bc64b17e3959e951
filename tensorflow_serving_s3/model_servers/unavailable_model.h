// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_UNAVAILABLE_MODEL_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_UNAVAILABLE_MODEL_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/core/servable_state.h"
#include "tensorflow_serving_s3/core/servable_state_monitor.h"

namespace tfs3 {

// The known facts about a model that is not available. The functions below turn
// them into a sentence for the client, without a period: the cause and the
// cure.
struct UnavailableModel {
  std::string name;
  bool is_configured = false;
  // Whether a custom source reports the models, in place of a configuration.
  bool has_custom_source = false;
  // All models of the configuration.
  std::vector<std::string> configured_models;
  std::string base_path;
  // The result of the last poll of the base path.
  absl::Status polled;
  // The versions in the base path; nullopt if it could not be listed.
  std::optional<std::set<int64_t>> found;
  // The versions that the server should serve.
  std::set<int64_t> aspired;
  ServableStateMonitor::VersionMap states;
  // The labels and their versions.
  std::map<std::string, int64_t, std::less<>> labels;
};

// Explains why no version is available.
std::string ExplainNoVersion(const UnavailableModel& model);

// Explains why `version` is not available. `label` is the label in the request;
// empty if the request has the version.
std::string ExplainUnavailableVersion(const UnavailableModel& model,
                                      int64_t version, absl::string_view label);

// Explains why a label does not exist.
std::string ExplainUnavailableLabel(const UnavailableModel& model,
                                    absl::string_view label);

// Describes the state of a version: "is being loaded; ...".
std::string DescribeState(const ServableState& state, bool is_aspired);

// Returns "a, b, c", the first ten of many names, or "none".
std::string NamesOf(const std::vector<std::string>& names);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_UNAVAILABLE_MODEL_H_
