// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_ASPIRED_VERSION_POLICY_H_
#define TENSORFLOW_SERVING_S3_CORE_ASPIRED_VERSION_POLICY_H_

#include <optional>
#include <ostream>
#include <vector>

#include "tensorflow_serving_s3/core/loader_harness.h"
#include "tensorflow_serving_s3/core/servable_id.h"

namespace tfs3 {

// What a policy knows about a version.
struct AspiredServableStateSnapshot {
  ServableId id;
  LoaderHarness::State state;
  // Whether the last list of the source contains it.
  bool is_aspired;
};

// Decides in which order the versions of one servable are loaded and unloaded
// when the aspired versions change. One policy keeps a version available during
// the change; another one saves memory (aspired_version_policies.h).
//
// A manager calls GetNextAction until it returns nothing, and again after every
// change of a version's state. Stateless and therefore thread-safe.
class AspiredVersionPolicy {
 public:
  enum class Action { kLoad, kUnload };

  struct ServableAction {
    Action action;
    ServableId id;
  };

  virtual ~AspiredVersionPolicy() = default;

  // Returns the next action for the versions of one servable. Returns nothing
  // if no action is needed, or if a load or an unload must end first. kLoad is
  // for versions in state kNew, kUnload for versions in state kReady.
  virtual std::optional<ServableAction> GetNextAction(
      const std::vector<AspiredServableStateSnapshot>& versions) const = 0;

  // Whether a loaded version that gets other data (see Loader::origin) loads it
  // beside the old data, and so without a gap. If false, the old data is
  // unloaded first.
  virtual bool LoadsBesideOldData() const { return true; }

 protected:
  // The highest aspired version in state kNew.
  static std::optional<ServableId> GetHighestAspiredNewServableId(
      const std::vector<AspiredServableStateSnapshot>& versions);
};

inline bool operator==(const AspiredVersionPolicy::ServableAction& a,
                       const AspiredVersionPolicy::ServableAction& b) {
  return a.action == b.action && a.id == b.id;
}

// "load half version 7"
std::ostream& operator<<(std::ostream& out,
                         const AspiredVersionPolicy::ServableAction& action);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_ASPIRED_VERSION_POLICY_H_
