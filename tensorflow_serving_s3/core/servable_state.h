// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_SERVABLE_STATE_H_
#define TENSORFLOW_SERVING_S3_CORE_SERVABLE_STATE_H_

#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/core/servable_id.h"

namespace tfs3 {

// The state of a servable version. Managers publish it on an
// EventBus<ServableState>.
//
// A version has the states in the order below, and may skip some. After kEnd a
// version that is aspired again returns to kStart. A version that is not loaded
// returns to kStart when it gets other data.
struct ServableState {
  enum class ManagerState {
    kStart,      // Managed, not loading yet. If its data is awaited, `health`
                 // says what is missing.
    kLoading,    // Loading, or waiting for a retry or for resources; then
                 // `health` is the last error.
    kAvailable,  // Loaded; there are handles.
    kUnloading,  // No new handles; unloads when the last one is released.
    kEnd,        // Unloaded or dropped; if `health` is not OK, not loaded.
  };

  ServableId id;
  ManagerState manager_state = ManagerState::kStart;
  // OK, or the error of this version.
  absl::Status health;

  // "half version 7: LOADING, NOT_FOUND: ..."; for people, not for parsing.
  std::string DebugString() const;
};

// "START", "LOADING", "AVAILABLE", "UNLOADING" or "END", as in the status API
// of TensorFlow Serving.
absl::string_view ManagerStateName(ServableState::ManagerState state);

inline bool operator==(const ServableState& a, const ServableState& b) {
  return a.manager_state == b.manager_state && a.id == b.id &&
         a.health == b.health;
}
inline bool operator!=(const ServableState& a, const ServableState& b) {
  return !(a == b);
}

std::ostream& operator<<(std::ostream& out, const ServableState& state);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_SERVABLE_STATE_H_
