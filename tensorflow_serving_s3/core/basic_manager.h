// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_BASIC_MANAGER_H_
#define TENSORFLOW_SERVING_S3_CORE_BASIC_MANAGER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/load_admission.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/loader_harness.h"
#include "tensorflow_serving_s3/core/managed_versions.h"
#include "tensorflow_serving_s3/core/manager.h"
#include "tensorflow_serving_s3/core/scheduled_thread_pool.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/servable_state.h"
#include "tensorflow_serving_s3/core/serving_map.h"

namespace tfs3 {

// Loads and unloads versions on request, and gives out handles. It decides
// nothing except when to retry. A manager that decides, such as
// AspiredVersionsManager, uses it.
//
//   BasicManager manager({&bus});
//   manager.ManageServable({{"half", 1}, std::move(loader)});
//   manager.LoadServable({"half", 1});    // Returns immediately.
//   ... GetServableHandle ...
//   manager.UnloadServable({"half", 1});  // Returns immediately.
//
// Loads and unloads run on the threads of the manager. The manager retries a
// failed load up to `max_num_load_retries` times. The wait between the attempts
// starts at `first_load_retry_interval` and doubles up to
// `load_retry_interval`. The wait occupies no thread.
//
// With a memory limit, a version loads only if the estimate of its loader fits
// beside the reservations of all other versions that are loading, loaded or not
// yet unloaded:
//  - A version that does not fit now waits in kLoadRequested, and is published
//    as kLoading with the reason as health. It loads when there is enough free
//    memory; see LoadAdmission for the order.
//  - A version whose estimate is above the limit fails immediately with
//    RESOURCE_EXHAUSTED.
//  - After a load the reservation shrinks to the new estimate of the loader.
//
// Every change of state is published:
//  - kStart: managed, not loaded. Health: OK, or why the data is awaited.
//  - kLoading: loading. Health: OK, or the error of the last attempt if there
//    will be another one.
//  - kAvailable: GetServableHandle returns handles before this is published.
//    Health: OK, or why the data cannot be replaced.
//  - kUnloading: GetServableHandle returns handles until this is published.
//  - kEnd: unloaded. Health: OK, or the error that ended the version.
//
// Thread-safe; see Manager. The destructor cancels waiting loads, waits for
// running loads, unloads everything and joins its threads. It waits until all
// handles are released, and logs which versions it waits for.
class BasicManager final : public Manager {
 public:
  struct Options {
    // Where states are published; may be null. Must outlive the manager.
    EventBus<ServableState>* servable_event_bus = nullptr;
    // Zero or less: one for each processor, but at least two.
    int num_load_threads = 0;
    int num_unload_threads = 0;
    // After the first try; zero or less means one try only.
    int max_num_load_retries = 5;
    // The longest wait before a retry.
    absl::Duration load_retry_interval = absl::Minutes(1);
    // The wait before the first retry, if that is shorter.
    absl::Duration first_load_retry_interval = absl::Seconds(1);
    // For the estimates of all versions together. Zero: no limit, and the
    // loaders are not asked for estimates.
    uint64_t total_memory_limit_bytes = 0;
    // Called after a load or an unload has succeeded or failed, and for every
    // waiting load after memory was freed. Called on any thread, without a
    // lock. May be null.
    std::function<void(const ServableId& id)> on_change;
  };

  using Snapshot = ManagedVersions::Snapshot;

  explicit BasicManager(Options options);
  ~BasicManager() override;

  // Adds a version without loading it. A version that is an error is in state
  // kError or, if its data is awaited, in kAwaitingData. ALREADY_EXISTS if the
  // version is managed.
  absl::Status ManageServable(ServableData<std::unique_ptr<Loader>> version);

  // Removes a version that is not loaded: a version that is new, in error or
  // without data, or that waits for a thread, a retry or memory.
  // FAILED_PRECONDITION in any other state, NOT_FOUND if it is not managed.
  absl::Status StopManagingServable(const ServableId& id);

  // Gives other data to a version that is not loaded. Same as
  // StopManagingServable and ManageServable, but no kEnd is published. On an
  // error, which is one of StopManagingServable, `version` is not moved from.
  absl::Status RestartServable(ServableData<std::unique_ptr<Loader>>&& version);

  // Starts to load a version in state kNew. FAILED_PRECONDITION in any other
  // state, NOT_FOUND if it is not managed.
  absl::Status LoadServable(const ServableId& id);

  // Starts to unload a version in state kReady. After the unload the version is
  // not managed any more. FAILED_PRECONDITION in any other state, NOT_FOUND if
  // it is not managed.
  absl::Status UnloadServable(const ServableId& id);

  // Replaces the data of a version in state kReady without a gap:
  //  1. Loads `loader` beside the old data, with the usual retries.
  //  2. Gives new handles the new data.
  //  3. Unloads the old data when its last handle is released.
  // The version is kAvailable all the time; while the new data fails to load or
  // waits for resources, with the reason as health. Drops a replacement that
  // has failed before.
  // FAILED_PRECONDITION in any other state or during another replacement,
  // NOT_FOUND if the version is not managed.
  absl::Status ReplaceServable(const ServableId& id,
                               std::unique_ptr<Loader> loader);

  // Cancels ReplaceServable: the version keeps its data. A running load
  // continues; its data is then unloaded without being served. NOT_FOUND if
  // there is no replacement.
  absl::Status CancelReplacement(const ServableId& id);

  // For a replacement that waits for resources: unloads the old data first,
  // then loads the new data. The gap is published as an unload and a load.
  // FAILED_PRECONDITION if no replacement of the version waits for resources.
  absl::Status UnloadForReplacement(const ServableId& id);

  // Whether the version `waiting`, or its replacement, waits for resources that
  // the unloads in progress will not free, but that they and the unload of
  // `others` would free.
  bool MakesRoom(const ServableId& waiting,
                 const std::vector<ServableId>& others) const;

  // Blocks until the load of a version has succeeded, or has failed after all
  // retries. OK if the version is loaded; else its last error, CANCELLED if it
  // was dropped, NOT_FOUND if it is not managed.
  absl::Status WaitUntilLoaded(const ServableId& id) const;

  // The managed versions of a servable, in order.
  std::vector<Snapshot> GetManagedServableSnapshots(
      absl::string_view servable_name) const;

  std::vector<ServableId> ListAvailableServableIds() const override;

  absl::StatusOr<UntypedServableHandle> GetUntypedServableHandle(
      const ServableRequest& request) const override;

 private:
  using Harness = ManagedVersions::Harness;
  using Role = ManagedVersions::Role;

  void StartLoad(const Harness& harness);
  void RunLoad(const Harness& harness);
  void AwaitResources(const Harness& harness,
                      const LoadAdmission::Result& result);
  void HandleGoodLoad(const Harness& harness);
  void HandleFailedLoad(const Harness& harness, const absl::Status& error,
                        bool may_retry);
  void FailDetached(const Harness& harness, const absl::Status& error);
  absl::Duration RetryDelay(int num_failed_loads) const;

  void StartUnload(const Harness& harness);
  void QuiesceAndUnload(const Harness& harness);
  void RunUnload(const Harness& harness);
  // After an unload: removes the version, or loads its replacement.
  void RemoveOrContinueWithReplacement(const ServableId& id);

  // Frees the reservation of a harness that was cancelled. A harness that was
  // cancelled during its load frees it later.
  void ReleaseCancelled(const Harness& harness);

  void PublishStart(const LoaderHarness::Snapshot& start) const;
  // Publishes the state of a load. A version whose replacement is loading stays
  // kAvailable.
  void PublishLoad(const ServableId& id, Role role,
                   ServableState::ManagerState state,
                   const absl::Status& health) const;
  void Publish(const ServableId& id, ServableState::ManagerState state,
               const absl::Status& health) const;
  void NotifyChange(const ServableId& id) const;

  const Options options_;

  // Held from the decision about the result of a load or a replacement until
  // the state is published. So nothing is published about a version that
  // another thread begins to unload. Locked before all other mutexes.
  // Subscribers run while it is held.
  std::mutex outcome_mu_;

  std::atomic<bool> shutting_down_{false};

  ManagedVersions versions_;
  LoadAdmission admission_;

  // versions_ keeps the harnesses in this map alive.
  ServingMap serving_;

  // Last: their threads use the members above.
  ScheduledThreadPool unload_pool_;
  ScheduledThreadPool load_pool_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_BASIC_MANAGER_H_
