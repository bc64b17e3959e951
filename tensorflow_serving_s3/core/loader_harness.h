// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_LOADER_HARNESS_H_
#define TENSORFLOW_SERVING_S3_CORE_LOADER_HARNESS_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/core/any_ptr.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/resources.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"

namespace tfs3 {

// The loader, the state and the handles of one servable version. A manager owns
// one harness for each version. Only the harness stores the state.
//
//              +-------- no room, awaits resources --------+
//              |              +-------------- retry --------+
//              v              v                             |
//   New > LoadRequested > LoadApproved > Loading -----------+
//    |         |              |             |  +> Error (no more retries)
//    +---------+-- Cancel ----+             v
//              v                          Ready > UnloadRequested > Quiescing
//          Disabled < Unloading < Quiesced <-- last handle released --+
//
// A harness without a loader stays in Error or AwaitingData, unless
// AwaitingData is cancelled.
//
// Several threads may request the same transition. Such a transition returns
// whether it happened. Any other transition from a wrong state ends the
// process. Load and Unload run without the lock that guards the state, so other
// threads can read the state. Thread-safe.
class LoaderHarness : public ServableLease {
 public:
  enum class State {
    kNew,              // Added to a manager.
    kLoadRequested,    // Waits for resources.
    kLoadApproved,     // Waits for a thread, or for the time of a retry.
    kLoading,          // Load is running.
    kReady,            // Loaded; handles can be acquired.
    kUnloadRequested,  // Will be unloaded.
    kQuiescing,        // No new handles; waits for the last to be released.
    kQuiesced,         // Without handles; waits for a thread.
    kUnloading,        // Unload is running.
    kDisabled,         // Final: unloaded, or cancelled before a load.
    kError,            // Final: not loaded; see Snapshot::status.
    kAwaitingData,     // There is no data yet; see Snapshot::status.
  };

  using Clock = std::chrono::steady_clock;

  // The state of a harness at one moment.
  struct Snapshot {
    ServableId id;
    State state;
    // The last error, or OK.
    absl::Status status;
    // The number of failed loads. Zero in kError: there is no loader.
    int num_failed_loads;
    // The time of the last error.
    Clock::time_point error_time;
    // See Loader::origin.
    std::string origin;
  };

  // In state kNew, kError or kAwaitingData.
  static std::shared_ptr<LoaderHarness> Create(
      ServableData<std::unique_ptr<Loader>> version);

  // In state kNew. `loader` is not null.
  LoaderHarness(ServableId id, std::unique_ptr<Loader> loader);

  // A version without a loader, in state kError or kAwaitingData.
  LoaderHarness(ServableId id, State state, const absl::Status& error);

  // If the servable is loaded, the destructor of the loader unloads it.
  ~LoaderHarness() override = default;

  const ServableId& id() const override { return id_; }
  Snapshot snapshot() const;
  State state() const;
  const std::string& origin() const { return origin_; }

  // kNew > kLoadRequested. False from any other state.
  [[nodiscard]] bool RequestLoad();

  // kLoadRequested > kLoadApproved. False if it was cancelled.
  [[nodiscard]] bool ApproveLoad();

  // kLoadApproved > kLoading. False if it was cancelled.
  [[nodiscard]] bool StartLoading();

  // Calls Loader::Load. Requires kLoading; does not change the state.
  absl::Status Load();

  // Calls Loader::EstimateResources. Requires kLoading.
  absl::StatusOr<ResourceEstimate> EstimateResources() const;

  // kLoading > kLoadRequested, instead of Load if there are not enough
  // resources. Does not count as a failed load.
  void AwaitResources(const absl::Status& reason);

  // After Load:
  void DoneLoading();                          // kLoading > kReady
  void AwaitRetry(const absl::Status& error);  // kLoading > kLoadApproved
  void Fail(const absl::Status& error);        // kLoading > kError

  // kNew, kLoadRequested, kLoadApproved or kAwaitingData > kDisabled. False
  // from any other state.
  [[nodiscard]] bool Cancel();

  // kReady > kUnloadRequested. False from any other state.
  [[nodiscard]] bool RequestUnload();

  // kUnloadRequested > kQuiescing. Acquire must not be called after this. When
  // no handle is left, which may be immediately, the state becomes kQuiesced
  // and then `on_quiesced` is called once, on the thread that releases the last
  // handle. It must be quick. It may destroy the harness.
  void StartQuiescing(std::function<void()> on_quiesced);

  void Unload();         // kQuiesced > kUnloading; calls Loader::Unload.
  void DoneUnloading();  // kUnloading > kDisabled

  // Returns a handle. Call this only after a successful Load and before
  // StartQuiescing.
  UntypedServableHandle Acquire();

  // The loaded servable.
  AnyPtr servable() const override { return servable_; }

 private:
  void Release() override;
  void TransitionLocked(State from, State to);

  const ServableId id_;
  const std::unique_ptr<Loader> loader_;
  const std::string origin_;
  // Set by Load, before any handle can be had.
  AnyPtr servable_;

  // The number of handles, plus one until StartQuiescing.
  std::atomic<int64_t> num_leases_{1};
  // Set by StartQuiescing, called by the thread that decrements num_leases_ to
  // zero.
  std::function<void()> on_quiesced_;

  mutable std::mutex mu_;
  // Guarded by mu_.
  State state_;
  absl::Status status_;
  int num_failed_loads_ = 0;
  Clock::time_point error_time_;
};

// "LoadRequested" and so on.
absl::string_view HarnessStateName(LoaderHarness::State state);

std::ostream& operator<<(std::ostream& out, LoaderHarness::State state);

// FAILED_PRECONDITION: `rule`, followed by the state of `harness`.
absl::Status WrongStateError(const LoaderHarness& harness,
                             absl::string_view rule);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_LOADER_HARNESS_H_
