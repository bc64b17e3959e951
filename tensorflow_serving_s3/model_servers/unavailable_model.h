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

// What is known of a model for which a request cannot be answered. The
// functions below put it into a sentence for the client, without a full stop:
// what the case is, and what helps.
struct UnavailableModel {
  std::string name;
  bool is_configured = false;
  // All models of the configuration.
  std::vector<std::string> configured_models;
  std::string base_path;
  // How the last look into the base path went.
  absl::Status polled;
  // The versions in the base path; nothing if it could not be listed.
  std::optional<std::set<int64_t>> found;
  // The versions that the server is to serve.
  std::set<int64_t> aspired;
  ServableStateMonitor::VersionMap states;
  // The labels, and the versions that they point at.
  std::map<std::string, int64_t, std::less<>> labels;
};

// Why no version can be had.
std::string WhyNoVersion(const UnavailableModel& model);

// Why one version cannot be had. `label` is the one that the request named, and
// empty if it named the version.
std::string WhyNotVersion(const UnavailableModel& model, int64_t version,
                          absl::string_view label);

// Why a label means nothing.
std::string WhyNotLabel(const UnavailableModel& model, absl::string_view label);

// What became of a version: "is being loaded; ...".
std::string DescribeState(const ServableState& state, bool is_aspired);

// "a, b, c", or the first few of many; "none".
std::string NamesOf(const std::vector<std::string>& names);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_UNAVAILABLE_MODEL_H_
