// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_RESOURCE_PRESERVING_POLICY_H_
#define TENSORFLOW_SERVING_S3_CORE_RESOURCE_PRESERVING_POLICY_H_

#include <optional>
#include <vector>

#include "tensorflow_serving_s3/core/aspired_version_policy.h"

namespace tfs3 {

// Never holds more than what is aspired: the policy for servables so large
// that the old and the new version do not fit side by side. The price is a
// time without any version during a switch.
//
//   options.aspired_version_policy =
//       std::make_unique<ResourcePreservingPolicy>();
//
// Unloads all versions that are not aspired, the lowest first; loads only when
// none of them is left, loaded, loading or leaving. Then the highest new
// version first. A version that gets other data (see Loader::origin) is
// unloaded before the new data is loaded.
class ResourcePreservingPolicy final : public AspiredVersionPolicy {
 public:
  std::optional<ServableAction> GetNextAction(
      const std::vector<AspiredServableStateSnapshot>& versions) const override;

  bool LoadsBesideOldData() const override { return false; }
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_RESOURCE_PRESERVING_POLICY_H_
