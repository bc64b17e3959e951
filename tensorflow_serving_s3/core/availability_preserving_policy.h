// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_AVAILABILITY_PRESERVING_POLICY_H_
#define TENSORFLOW_SERVING_S3_CORE_AVAILABILITY_PRESERVING_POLICY_H_

#include <optional>
#include <vector>

#include "tensorflow_serving_s3/core/aspired_version_policy.h"

namespace tfs3 {

// Loads the new version before it unloads the old one. So an available servable
// stays available, and if the new version fails to load, the old one still
// serves. Both versions are in memory at the same time.
//
// The rule is the same as in TensorFlow Serving. Unloads the lowest ready
// version that is not aspired if
//   - no version is aspired, or
//   - an aspired version is ready, or
//   - another version that is not aspired is ready too.
// Otherwise loads the highest aspired version in state kNew.
class AvailabilityPreservingPolicy : public AspiredVersionPolicy {
 public:
  std::optional<ServableAction> GetNextAction(
      const std::vector<AspiredServableStateSnapshot>& versions) const override;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_AVAILABILITY_PRESERVING_POLICY_H_
