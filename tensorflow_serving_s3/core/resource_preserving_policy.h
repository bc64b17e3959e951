// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_RESOURCE_PRESERVING_POLICY_H_
#define TENSORFLOW_SERVING_S3_CORE_RESOURCE_PRESERVING_POLICY_H_

#include <optional>
#include <vector>

#include "tensorflow_serving_s3/core/aspired_version_policy.h"

namespace tfs3 {

// Unloads the old version before it loads the new one: for servables so large
// that both versions do not fit into memory at the same time. During a switch
// no version serves.
//
//   options.aspired_version_policy =
//       std::make_unique<ResourcePreservingPolicy>();
//
// Unloads all versions that are not aspired, the lowest first. When none of
// them is loaded, loading or unloading any more, loads the aspired versions,
// the highest first. A version that gets other data (see Loader::origin) is
// unloaded before the new data is loaded.
class ResourcePreservingPolicy final : public AspiredVersionPolicy {
 public:
  std::optional<ServableAction> GetNextAction(
      const std::vector<AspiredServableStateSnapshot>& versions) const override;

  bool LoadsBesideOldData() const override { return false; }
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_RESOURCE_PRESERVING_POLICY_H_
