// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_ASPIRED_VERSION_POLICIES_H_
#define TENSORFLOW_SERVING_S3_CORE_ASPIRED_VERSION_POLICIES_H_

#include <memory>
#include <vector>

#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/core/aspired_version_policy.h"

namespace tfs3 {

// An AspiredVersionPolicy that users choose by name.
struct NamedAspiredVersionPolicy {
  absl::string_view name;
  absl::string_view help;  // Ends the sentence "NAME: ".
  std::unique_ptr<AspiredVersionPolicy> (*create)();
};

// Returns all policies. The first one is the default.
const std::vector<NamedAspiredVersionPolicy>& AspiredVersionPolicies();

// Creates the policy with this name. Returns null if there is none.
//
//   options.aspired_version_policy =
//       CreateAspiredVersionPolicy("resource_preserving");
std::unique_ptr<AspiredVersionPolicy> CreateAspiredVersionPolicy(
    absl::string_view name);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_ASPIRED_VERSION_POLICIES_H_
