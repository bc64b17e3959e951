// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/aspired_version_policies.h"

#include <memory>
#include <vector>

#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/core/aspired_version_policy.h"
#include "tensorflow_serving_s3/core/availability_preserving_policy.h"
#include "tensorflow_serving_s3/core/resource_preserving_policy.h"

namespace tfs3 {
namespace {

template <typename Policy>
std::unique_ptr<AspiredVersionPolicy> Create() {
  return std::make_unique<Policy>();
}

}  // namespace

const std::vector<NamedAspiredVersionPolicy>& AspiredVersionPolicies() {
  static const auto& policies = *new std::vector<NamedAspiredVersionPolicy>{
      {"availability_preserving",
       "load a new version, then unload the old one.",
       Create<AvailabilityPreservingPolicy>},
      {"resource_preserving",
       "unload the old version first, for models of which two versions do not "
       "fit into memory.",
       Create<ResourcePreservingPolicy>},
  };
  return policies;
}

std::unique_ptr<AspiredVersionPolicy> CreateAspiredVersionPolicy(
    absl::string_view name) {
  for (const NamedAspiredVersionPolicy& policy : AspiredVersionPolicies()) {
    if (policy.name == name) {
      return policy.create();
    }
  }
  return nullptr;
}

}  // namespace tfs3
