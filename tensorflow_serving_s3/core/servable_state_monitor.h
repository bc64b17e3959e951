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

// Subscribes to an EventBus<ServableState> and stores the latest state of every
// servable version.
//
//   EventBus<ServableState> bus;  // Also an option of a manager.
//   ServableStateMonitor monitor(&bus);
//   for (const auto& [version, entry] : monitor.GetVersionStates("half")) ...
//
// Its memory is bounded:
//  - All versions that have not ended (kEnd) are kept.
//  - Of each servable it keeps max_ended_versions ended versions: first the
//    versions with an error, then the versions that ended last.
//  - It keeps max_ended_servables servables without a version that has not
//    ended.
// ForgetEnded removes more of them.
//
// Thread-safe. The bus may be destroyed before or after the monitor. The
// monitor has stored an event when Publish returns.
class ServableStateMonitor {
 public:
  struct Options {
    // The maximum number of ended versions of one servable.
    size_t max_ended_versions = 32;
    // The maximum number of servables of which all versions have ended.
    size_t max_ended_servables = 1000;
  };

  struct ServableStateAndTime {
    ServableState state;
    // The time at which the state was published.
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

  // Forgets these versions of a servable: the ended ones immediately, the
  // others as soon as they end. A later call for the same servable replaces the
  // set. Use this for versions whose files were removed.
  void ForgetEnded(absl::string_view servable_name, std::set<int64_t> versions);

  // The latest state of one version; nothing if it is unknown or forgotten.
  std::optional<ServableStateAndTime> GetState(const ServableId& id) const;

  // All known versions of one servable.
  VersionMap GetVersionStates(absl::string_view servable_name) const;

  ServableMap GetAllServableStates() const;

  // Blocks until every request is met or has failed:
  //  - A request is met if its version is in the state `goal`, at the call or
  //    later. A request without a version is met by any version of the
  //    servable.
  //  - A request has failed if its version has ended. A request without a
  //    version has failed if all versions of the servable have ended.
  // Returns
  //  - OK if all requests are met;
  //  - the error code of the first failed version, or FAILED_PRECONDITION if it
  //    ended without an error;
  //  - DEADLINE_EXCEEDED if a request is neither met nor failed at `deadline`.
  // The message names the requests that are not met, and their states.
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
  // Removes met requests from `wait.open` and moves failed ones to
  // `wait.failed`.
  void SettleLocked(Wait& wait) const;
  std::string DescribeLocked(const ServableRequest& request) const;

  const Options options_;
  mutable std::mutex mu_;
  mutable std::condition_variable settled_;
  ServableMap states_;  // Guarded by mu_.
  // See ForgetEnded; guarded by mu_.
  std::map<std::string, std::set<int64_t>, std::less<>> forgotten_when_ended_;
  mutable std::list<Wait*> waits_;  // Guarded by mu_.
  // Last: its callback uses the members above.
  const std::unique_ptr<EventBus<ServableState>::Subscription> subscription_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_SERVABLE_STATE_MONITOR_H_
