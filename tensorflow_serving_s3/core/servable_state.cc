// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/servable_state.h"

#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace tfs3 {

absl::string_view ManagerStateName(ServableState::ManagerState state) {
  switch (state) {
    case ServableState::ManagerState::kStart:
      return "START";
    case ServableState::ManagerState::kLoading:
      return "LOADING";
    case ServableState::ManagerState::kAvailable:
      return "AVAILABLE";
    case ServableState::ManagerState::kUnloading:
      return "UNLOADING";
    case ServableState::ManagerState::kEnd:
      return "END";
  }
  return "UNKNOWN";
}

std::string ServableState::DebugString() const {
  return absl::StrCat(id.DebugString(), ": ", ManagerStateName(manager_state),
                      ", ", health.ToString());
}

std::ostream& operator<<(std::ostream& out, const ServableState& state) {
  return out << state.DebugString();
}

}  // namespace tfs3
