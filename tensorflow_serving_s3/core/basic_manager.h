// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_BASIC_MANAGER_H_
#define TENSORFLOW_SERVING_S3_CORE_BASIC_MANAGER_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/loader_harness.h"
#include "tensorflow_serving_s3/core/manager.h"
#include "tensorflow_serving_s3/core/scheduled_thread_pool.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/servable_state.h"
#include "tensorflow_serving_s3/core/snapshot_ptr.h"

namespace tfs3 {

// Loads and unloads the versions that it is told to, and hands out handles. It
// decides nothing by itself but when to retry; managers with a plan (such as
// AspiredVersionsManager) stand on it.
//
//   BasicManager manager({&bus});
//   manager.ManageServable({{"half", 1}, std::move(loader)});
//   manager.LoadServable({"half", 1});    // returns at once
//   ... GetServableHandle ...
//   manager.UnloadServable({"half", 1});  // returns at once
//
// Loads and unloads run on threads of their own. A load that fails is tried
// again up to `max_num_load_retries` times; the wait between the tries starts
// at `first_load_retry_interval` and doubles up to `load_retry_interval`, so
// that a fault that is mended soon is soon forgotten. The wait occupies no
// thread.
//
// Every change of state is published: kAvailable after handles can be had,
// kUnloading before they no longer can. A failed load that will be tried again
// is published as kLoading with the error as health; one that will not, or a
// version that came as an error, as kEnd with the error.
//
// Thread-safe; see Manager. The destructor cancels what waits, lets running
// loads finish, unloads everything and joins its threads. Until all handles
// have been released it waits for them, and says so in the log.
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
    // Called after a load or an unload has come to an end, whatever the end;
    // on any thread, without a lock. May be null.
    std::function<void(const ServableId& id)> on_change;
  };

  explicit BasicManager(Options options);
  ~BasicManager() override;

  // Takes a version into its care; it is not loaded yet. Data that is an error
  // is published as such and kept in state kError. ALREADY_EXISTS if the
  // version is managed.
  absl::Status ManageServable(ServableData<std::unique_ptr<Loader>> version);

  // Drops a version that is not loaded: one that is new or in error, or that
  // waits for a thread or a retry (that is cancelled at once).
  // FAILED_PRECONDITION in any other state, NOT_FOUND if it is not managed.
  absl::Status StopManagingServable(const ServableId& id);

  // Starts to load a version in state kNew. FAILED_PRECONDITION in any other
  // state, NOT_FOUND if it is not managed.
  absl::Status LoadServable(const ServableId& id);

  // Starts to unload a version in state kReady; when it is done, the version
  // is not managed any more. FAILED_PRECONDITION in any other state, NOT_FOUND
  // if it is not managed.
  absl::Status UnloadServable(const ServableId& id);

  // The managed versions of a servable, in order.
  std::vector<LoaderHarness::Snapshot> GetManagedServableSnapshots(
      absl::string_view servable_name) const;

  std::vector<ServableId> ListAvailableServableIds() const override;

  absl::StatusOr<UntypedServableHandle> GetUntypedServableHandle(
      const ServableRequest& request) const override;

 private:
  using Harness = std::shared_ptr<LoaderHarness>;
  // The versions that can be had, the newest first. The managed map keeps the
  // harnesses alive as long as they stand here.
  using ServingMap =
      std::unordered_map<std::string, std::vector<LoaderHarness*>>;

  // Null if it is not managed.
  Harness FindHarness(const ServableId& id) const;

  void RunLoad(const Harness& harness);
  void HandleFailedLoad(const Harness& harness, const absl::Status& error);
  void StartUnload(const Harness& harness);
  void RunUnload(LoaderHarness* harness);

  void AddToServingMap(LoaderHarness* harness);
  void RemoveFromServingMap(LoaderHarness* harness);
  void RemoveHarness(const ServableId& id);

  void Publish(const ServableId& id, ServableState::ManagerState state,
               const absl::Status& health) const;
  void NotifyChange(const ServableId& id) const;
  absl::Duration RetryDelay(int num_failed_loads) const;

  const Options options_;

  mutable std::mutex mu_;
  std::condition_variable harness_removed_;
  // Guarded by mu_.
  bool shutting_down_ = false;
  std::map<std::string, std::map<int64_t, Harness>, std::less<>> managed_;

  // Read by requests; replaced under serving_mu_.
  std::mutex serving_mu_;
  SnapshotPtr<ServingMap> serving_;

  // Last, so that their threads end before anything else goes.
  ScheduledThreadPool unload_pool_;
  ScheduledThreadPool load_pool_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_BASIC_MANAGER_H_
