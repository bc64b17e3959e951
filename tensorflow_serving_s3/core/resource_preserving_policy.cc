// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/resource_preserving_policy.h"

#include <optional>
#include <vector>

#include "tensorflow_serving_s3/core/aspired_version_policy.h"
#include "tensorflow_serving_s3/core/loader_harness.h"
#include "tensorflow_serving_s3/core/servable_id.h"

namespace tfs3 {
namespace {

using State = LoaderHarness::State;

// Whether the version is being unloaded, even if it is aspired again.
bool IsUnloading(State state) {
  return state == State::kUnloadRequested || state == State::kQuiescing ||
         state == State::kQuiesced || state == State::kUnloading;
}

bool UsesNoMemory(State state) {
  return state == State::kNew || state == State::kDisabled ||
         state == State::kError || state == State::kAwaitingData;
}

}  // namespace

std::optional<AspiredVersionPolicy::ServableAction>
ResourcePreservingPolicy::GetNextAction(
    const std::vector<AspiredServableStateSnapshot>& versions) const {
  const AspiredServableStateSnapshot* lowest_unaspired_ready = nullptr;
  bool must_wait = false;
  for (const AspiredServableStateSnapshot& version : versions) {
    must_wait |= IsUnloading(version.state) ||
                 (!version.is_aspired && !UsesNoMemory(version.state));
    if (!version.is_aspired && version.state == State::kReady &&
        (lowest_unaspired_ready == nullptr ||
         version.id.version < lowest_unaspired_ready->id.version)) {
      lowest_unaspired_ready = &version;
    }
  }
  if (lowest_unaspired_ready != nullptr) {
    return ServableAction{Action::kUnload, lowest_unaspired_ready->id};
  }
  if (must_wait) {
    return std::nullopt;
  }
  if (const std::optional<ServableId> id =
          GetHighestAspiredNewServableId(versions)) {
    return ServableAction{Action::kLoad, *id};
  }
  return std::nullopt;
}

}  // namespace tfs3
