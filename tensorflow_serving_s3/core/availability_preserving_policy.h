// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_AVAILABILITY_PRESERVING_POLICY_H_
#define TENSORFLOW_SERVING_S3_CORE_AVAILABILITY_PRESERVING_POLICY_H_

#include <optional>
#include <vector>

#include "tensorflow_serving_s3/core/aspired_version_policy.h"

namespace tfs3 {

// Loads the new version before it unloads the old one, so that a servable that
// is available stays available; a new version that fails to load leaves the
// old one serving. The price: both are in memory for a while.
//
// The rule is TensorFlow Serving's. The lowest ready version that is not
// aspired any more is unloaded if
//   - no version is aspired, or
//   - an aspired version is ready, or
//   - further versions that are not aspired are ready too.
// Otherwise the highest aspired version that is new is loaded.
class AvailabilityPreservingPolicy : public AspiredVersionPolicy {
 public:
  std::optional<ServableAction> GetNextAction(
      const std::vector<AspiredServableStateSnapshot>& versions) const override;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_AVAILABILITY_PRESERVING_POLICY_H_
