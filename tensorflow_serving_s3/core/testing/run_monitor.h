// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_TESTING_RUN_MONITOR_H_
#define TENSORFLOW_SERVING_S3_CORE_TESTING_RUN_MONITOR_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <ostream>
#include <string>

#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/servable_state.h"

namespace tfs3 {

// Counts what random sequences did, to show that they cover the cases.
struct RandomRunStats {
  int64_t sequences = 0;
  int64_t lists = 0;
  int64_t loads = 0;  // Calls of Load, failed ones included.
  int64_t failed_loads = 0;
  int64_t unloads = 0;
  int64_t handles = 0;
  // Published states that say that the data of a version could not be replaced,
  // or that a version waits for resources.
  int64_t failed_replacements = 0;
  int64_t resource_waits = 0;
};

std::ostream& operator<<(std::ostream& out, const RandomRunStats& stats);

// A condition that is not true after this time is a failure.
inline constexpr std::chrono::seconds kRunTimeout(60);

// Records the loads, unloads and published states of a random sequence. Fails
// the current test of googletest if
//  - the published states of a version are not in an allowed order, or
//  - the loaded data needs more memory than the limit.
// Thread-safe.
class RunMonitor {
 public:
  using States = std::map<ServableId, ServableState>;
  // A condition on the last state of each version and on the number of loaded
  // servables.
  using Condition = std::function<bool(const States&, int64_t loaded)>;

  // The limit is in bytes; zero: no limit.
  explicit RunMonitor(uint64_t limit) : limit_(limit) {}

  // Called by loaders.
  void OnLoadStart(uint64_t bytes);
  void OnLoadFailure(uint64_t bytes);
  void OnLoadSuccess();
  void OnUnload(uint64_t bytes);

  // Called for every published state.
  void OnState(const ServableState& state);

  // Blocks until `condition` is true, for kRunTimeout at most. Returns whether
  // it is true.
  bool WaitUntil(const Condition& condition);
  // Same, but waits for a millisecond at most.
  bool WaitBriefly(const Condition& condition);
  // Blocks until the next event, or for half a millisecond at most.
  void WaitForChange();

  int64_t loaded() const;
  void AddTo(RandomRunStats* stats) const;
  std::string DebugString() const;

 private:
  const uint64_t limit_;
  mutable std::mutex mu_;
  std::condition_variable changed_;
  // Guarded by mu_.
  States states_;
  RandomRunStats stats_;
  int64_t loaded_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_TESTING_RUN_MONITOR_H_
