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

// The life of one servable version: its loader, its state and its handles. A
// manager owns one harness for each version; this is the only place that
// knows the version's state.
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
// A harness without a loader is in Error or AwaitingData all its life, unless
// AwaitingData is cancelled.
//
// Transitions that two threads may race for tell by their result who won;
// any other transition from a wrong state is a fault of the program and ends
// it. Load and Unload run without the lock that guards the state, so that the
// state can be read meanwhile. Thread-safe.
class LoaderHarness : public ServableLease {
 public:
  enum class State {
    kNew,              // Nothing done yet.
    kLoadRequested,    // To be loaded, when there is room for it.
    kLoadApproved,     // Waits for a thread, or for the time of a retry.
    kLoading,          // The loader is at work.
    kReady,            // Loaded; handles can be had.
    kUnloadRequested,  // To be unloaded.
    kQuiescing,        // No new handles; waits for the last to be released.
    kQuiesced,         // Without handles; waits for a thread.
    kUnloading,        // The loader is at work.
    kDisabled,         // The end: unloaded, or cancelled before a load.
    kError,            // The end: never came to be; see status().
    kAwaitingData,     // There is nothing to load yet; see status().
  };

  using Clock = std::chrono::steady_clock;

  // What can be told of a harness at one moment.
  struct Snapshot {
    ServableId id;
    State state;
    // The last error, or OK.
    absl::Status status;
    // Calls of the loader that failed. Zero in kError means that there never
    // was a loader.
    int num_failed_loads;
    // Of the last error.
    Clock::time_point error_time;
    // See Loader::origin.
    std::string origin;
  };

  // In state kNew, kError or kAwaitingData.
  static std::shared_ptr<LoaderHarness> Create(
      ServableData<std::unique_ptr<Loader>> version);

  // In state kNew. `loader` is not null.
  LoaderHarness(ServableId id, std::unique_ptr<Loader> loader);

  // A version that came without a loader, in state kError or kAwaitingData.
  LoaderHarness(ServableId id, State state, const absl::Status& error);

  // A loader that is still loaded is unloaded by its own destructor.
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

  // Runs the loader; only in kLoading. The state does not change.
  absl::Status Load();

  // Asks the loader; only in kLoading, before or after Load.
  absl::StatusOr<ResourceEstimate> EstimateResources() const;

  // What follows instead of Load, if there is no room for it:
  // kLoading > kLoadRequested. Counts as no failed load.
  void AwaitResources(const absl::Status& reason);

  // What follows after Load:
  void DoneLoading();                          // kLoading > kReady
  void AwaitRetry(const absl::Status& error);  // kLoading > kLoadApproved
  void Fail(const absl::Status& error);        // kLoading > kError

  // kNew, kLoadRequested, kLoadApproved or kAwaitingData > kDisabled. False
  // from any other state: it is too late.
  [[nodiscard]] bool Cancel();

  // kReady > kUnloadRequested. False from any other state.
  [[nodiscard]] bool RequestUnload();

  // kUnloadRequested > kQuiescing. From now on Acquire must not be called; the
  // caller sees to that first. When no handle is left, which may be at once,
  // the state becomes kQuiesced and then `on_quiesced` is called once, on the
  // thread that releases the last handle: it must be quick. The harness may be
  // destroyed as soon as it has been called.
  void StartQuiescing(std::function<void()> on_quiesced);

  void Unload();         // kQuiesced > kUnloading; runs the loader.
  void DoneUnloading();  // kUnloading > kDisabled

  // A handle to the loaded servable. Only after a Load that was OK and before
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

  // The handles, and one more until StartQuiescing.
  std::atomic<int64_t> num_leases_{1};
  // Set by StartQuiescing; used by the one who brings num_leases_ to zero.
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
