// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/availability_preserving_policy.h"

#include <optional>
#include <vector>

#include "tensorflow_serving_s3/core/aspired_version_policy.h"
#include "tensorflow_serving_s3/core/loader_harness.h"
#include "tensorflow_serving_s3/core/servable_id.h"

namespace tfs3 {

std::optional<AspiredVersionPolicy::ServableAction>
AvailabilityPreservingPolicy::GetNextAction(
    const std::vector<AspiredServableStateSnapshot>& versions) const {
  bool any_aspired = false;
  bool aspired_is_ready = false;
  int num_unaspired_ready = 0;
  const AspiredServableStateSnapshot* lowest_unaspired_ready = nullptr;
  for (const AspiredServableStateSnapshot& version : versions) {
    const bool ready = version.state == LoaderHarness::State::kReady;
    if (version.is_aspired) {
      any_aspired = true;
      aspired_is_ready |= ready;
    } else if (ready) {
      ++num_unaspired_ready;
      if (lowest_unaspired_ready == nullptr ||
          version.id.version < lowest_unaspired_ready->id.version) {
        lowest_unaspired_ready = &version;
      }
    }
  }
  if (lowest_unaspired_ready != nullptr &&
      (!any_aspired || aspired_is_ready || num_unaspired_ready > 1)) {
    return ServableAction{Action::kUnload, lowest_unaspired_ready->id};
  }
  if (const std::optional<ServableId> id =
          GetHighestAspiredNewServableId(versions)) {
    return ServableAction{Action::kLoad, *id};
  }
  return std::nullopt;
}

}  // namespace tfs3
