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

// One version as a policy sees it.
struct AspiredServableStateSnapshot {
  ServableId id;
  LoaderHarness::State state;
  // Whether the source wants it now.
  bool is_aspired;
};

// Decides in which order the versions of one servable are loaded and unloaded
// when the aspired versions change: whether to be never without a version, or
// never to hold more than needed.
//
// A manager asks for the next action until there is none, and again whenever a
// version has changed its state. Stateless, so thread-safe.
class AspiredVersionPolicy {
 public:
  enum class Action { kLoad, kUnload };

  struct ServableAction {
    Action action;
    ServableId id;
  };

  virtual ~AspiredVersionPolicy() = default;

  // What to do next with the versions of one servable; nothing, if all is as
  // it should be or something must finish first. kLoad is for versions in
  // state kNew, kUnload for versions in state kReady.
  virtual std::optional<ServableAction> GetNextAction(
      const std::vector<AspiredServableStateSnapshot>& versions) const = 0;

  // How a loaded version gets other data (see Loader::origin): loaded beside
  // the old and put in its place when it is ready, without a gap; or, if this
  // is false, after the old has been unloaded.
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
