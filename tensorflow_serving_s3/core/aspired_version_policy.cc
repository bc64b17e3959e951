// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/aspired_version_policy.h"

#include <optional>
#include <ostream>
#include <vector>

#include "tensorflow_serving_s3/core/loader_harness.h"
#include "tensorflow_serving_s3/core/servable_id.h"

namespace tfs3 {

std::optional<ServableId> AspiredVersionPolicy::GetHighestAspiredNewServableId(
    const std::vector<AspiredServableStateSnapshot>& versions) {
  std::optional<ServableId> highest;
  for (const AspiredServableStateSnapshot& version : versions) {
    if (version.is_aspired && version.state == LoaderHarness::State::kNew &&
        (!highest.has_value() || version.id.version > highest->version)) {
      highest = version.id;
    }
  }
  return highest;
}

std::ostream& operator<<(std::ostream& out,
                         const AspiredVersionPolicy::ServableAction& action) {
  const bool load = action.action == AspiredVersionPolicy::Action::kLoad;
  return out << (load ? "load " : "unload ") << action.id;
}

}  // namespace tfs3
