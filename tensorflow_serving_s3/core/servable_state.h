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

// What the world may know about a servable version; the event that managers
// publish on an EventBus<ServableState>.
//
// A version goes through the states in their order, and may skip some. kEnd
// is the last one, unless the version is aspired again and starts over. A
// version that is not loaded yet starts over too, at kStart, when other data of
// it comes.
struct ServableState {
  enum class ManagerState {
    kStart,      // A manager knows of it; nothing has been done yet. It may
                 // not be whole yet (then `health` says what is missing).
    kLoading,    // Loading, or waiting for the next try after a failed load
                 // (then `health` says why the last one failed).
    kAvailable,  // Handles can be had.
    kUnloading,  // No new handles; unloads when the last one is released.
    kEnd,        // Not there any more, or (health not OK) never came to be.
  };

  ServableId id;
  ManagerState manager_state = ManagerState::kStart;
  // OK, or the error that this version met.
  absl::Status health;

  // "half version 7: LOADING, NOT_FOUND: ..."; for people, not for parsing.
  std::string DebugString() const;
};

// "START", "LOADING", "AVAILABLE", "UNLOADING" or "END", the words of
// TensorFlow Serving's status API.
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
