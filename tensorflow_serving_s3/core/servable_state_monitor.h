// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_SERVABLE_STATE_MONITOR_H_
#define TENSORFLOW_SERVING_S3_CORE_SERVABLE_STATE_MONITOR_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/servable_state.h"

namespace tfs3 {

// Listens to an EventBus<ServableState> and remembers the latest state of every
// servable version.
//
//   EventBus<ServableState> bus;  // given to a manager
//   ServableStateMonitor monitor(&bus);
//   for (const auto& [version, entry] : monitor.GetVersionStates("half")) ...
//
// What it keeps is bounded: of the versions that have ended (kEnd) it keeps
// the newest few, those with an error before those without, and of the
// servables of which all versions have ended likewise. Versions that have not
// ended are always kept. ForgetEnded makes it forget more.
//
// Thread-safe. The bus may be destroyed before or after the monitor. The
// monitor sees an event before Publish returns.
class ServableStateMonitor {
 public:
  struct Options {
    // Ended versions that are kept of one servable.
    size_t max_ended_versions = 32;
    // Servables that are kept although all of their versions have ended.
    size_t max_ended_servables = 1000;
  };

  struct ServableStateAndTime {
    ServableState state;
    // When the version came into this state.
    absl::Time time;
  };
  // The newest version first.
  using VersionMap =
      std::map<int64_t, ServableStateAndTime, std::greater<int64_t>>;
  using ServableMap = std::map<std::string, VersionMap, std::less<>>;

  explicit ServableStateMonitor(EventBus<ServableState>* bus);
  ServableStateMonitor(EventBus<ServableState>* bus, const Options& options);
  ServableStateMonitor(const ServableStateMonitor&) = delete;
  ServableStateMonitor& operator=(const ServableStateMonitor&) = delete;

  // From now on, in place of those named before, these versions of a servable
  // are forgotten when they have ended: at once, or as soon as they end. For
  // versions of which nothing is left.
  void ForgetEnded(absl::string_view servable_name, std::set<int64_t> versions);

  // The latest state of one version; nothing if it is not known (any more).
  std::optional<ServableStateAndTime> GetState(const ServableId& id) const;

  // All versions of one servable that are known; empty if none are.
  VersionMap GetVersionStates(absl::string_view servable_name) const;

  ServableMap GetAllServableStates() const;

  // Waits until every one of `servables` has come to the state `goal` since
  // the call or is in it when called. A request without a version is met by
  // any version of that servable. A version (or, without a version in the
  // request, every version) that ends instead makes its request fail.
  //
  // OK if all are met. When all are met or have failed, and one has failed:
  // the code of its error, or FAILED_PRECONDITION if it ended without one.
  // DEADLINE_EXCEEDED otherwise at `deadline`. The message names those that
  // are not met, with their states.
  absl::Status WaitUntilServablesReachState(
      const std::vector<ServableRequest>& servables,
      ServableState::ManagerState goal, absl::Time deadline) const;

 private:
  // One call of WaitUntilServablesReachState.
  struct Wait {
    ServableState::ManagerState goal;
    std::vector<ServableRequest> open;    // Neither met nor failed.
    std::vector<ServableRequest> failed;  // Ended without the goal.
  };

  void HandleEvent(const ServableState& state);
  void DropForgottenVersionsLocked(absl::string_view servable_name);
  void DropEndedVersionsLocked(VersionMap& versions);
  void DropEndedServablesLocked();
  // Moves the requests of `wait` that are settled by the states as they are.
  void SettleLocked(Wait& wait) const;
  std::string DescribeLocked(const ServableRequest& request) const;

  const Options options_;
  mutable std::mutex mu_;
  mutable std::condition_variable settled_;
  ServableMap states_;  // Guarded by mu_.
  // See ForgetEnded; guarded by mu_.
  std::map<std::string, std::set<int64_t>, std::less<>> forgotten_when_ended_;
  mutable std::list<Wait*> waits_;  // Guarded by mu_.
  // The last member, so that events stop before anything else goes.
  const std::unique_ptr<EventBus<ServableState>::Subscription> subscription_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_SERVABLE_STATE_MONITOR_H_
