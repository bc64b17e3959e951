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
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/loader_harness.h"
#include "tensorflow_serving_s3/core/manager.h"
#include "tensorflow_serving_s3/core/resources.h"
#include "tensorflow_serving_s3/core/scheduled_thread_pool.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/servable_state.h"
#include "tensorflow_serving_s3/core/serving_map.h"

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
// With a memory limit, a version loads only when what its loader estimates fits
// beside what others hold that are loading, loaded or not yet unloaded. One
// that does not fit now waits (in kLoadRequested, published as kLoading with
// the reason as health) and loads as soon as others have freed enough; those
// that wait are served in their order, but a small one may pass a large one.
// One that could not fit even alone fails at once with RESOURCE_EXHAUSTED.
// After a load the reservation shrinks to what the loader then estimates.
//
// Every change of state is published: kAvailable after handles can be had,
// kUnloading before they no longer can. A failed load that will be tried again
// is published as kLoading with the error as health; one that will not, or a
// version that came as an error, as kEnd with the error. A version whose data
// is awaited is published as kStart with the reason.
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
    // For the estimates of all versions together. Zero: no limit, and no
    // estimates are asked for.
    uint64_t total_memory_limit_bytes = 0;
    // Called after a load or an unload has come to an end, whatever the end,
    // and when what a load waits for has changed; on any thread, without a
    // lock. May be null.
    std::function<void(const ServableId& id)> on_change;
  };

  // What can be told of a managed version at one moment.
  struct Snapshot : LoaderHarness::Snapshot {
    // The data that is to take the place of what is loaded, see
    // ReplaceServable; in kError if it could not be loaded.
    std::optional<LoaderHarness::Snapshot> replacement;
  };

  explicit BasicManager(Options options);
  ~BasicManager() override;

  // Takes a version into its care; it is not loaded yet. Data that is an error
  // is published as such and kept in state kError or, if it is awaited, in
  // kAwaitingData. ALREADY_EXISTS if the version is managed.
  absl::Status ManageServable(ServableData<std::unique_ptr<Loader>> version);

  // Drops a version that is not loaded: one that is new, in error or without
  // data, or that waits for a thread or a retry (that is cancelled at once).
  // FAILED_PRECONDITION in any other state, NOT_FOUND if it is not managed.
  absl::Status StopManagingServable(const ServableId& id);

  // Lets a version start over with other data, as if it were dropped and taken
  // in again, but without an end in between that others could see. Errors as
  // for StopManagingServable; then `version` is still the caller's.
  absl::Status RestartServable(ServableData<std::unique_ptr<Loader>>&& version);

  // Starts to load a version in state kNew. FAILED_PRECONDITION in any other
  // state, NOT_FOUND if it is not managed.
  absl::Status LoadServable(const ServableId& id);

  // Starts to unload a version in state kReady; when it is done, the version
  // is not managed any more. FAILED_PRECONDITION in any other state, NOT_FOUND
  // if it is not managed.
  absl::Status UnloadServable(const ServableId& id);

  // Gives a version in state kReady other data, without a gap: `loader` is
  // loaded beside it, takes its place for new handles at one stroke, and then
  // the old data is unloaded when its last handle is released. The version
  // stays kAvailable all the time; while the new data fails to load (it is
  // tried again as usual) or waits for resources, with the reason as health.
  // A replacement that has failed before is dropped.
  // FAILED_PRECONDITION in any other state or while another replacement is
  // under way, NOT_FOUND if the version is not managed.
  absl::Status ReplaceServable(const ServableId& id,
                               std::unique_ptr<Loader> loader);

  // Ends what ReplaceServable has begun: the version keeps the data that it
  // has. A load that runs comes to its end and is then unloaded unseen.
  // NOT_FOUND if there is no replacement.
  absl::Status CancelReplacement(const ServableId& id);

  // For a replacement that waits for resources: unloads the old data first,
  // then loads the new, with a gap (published as an unload and a load).
  // FAILED_PRECONDITION if no replacement of the version waits for resources,
  // NOT_FOUND if the version is not managed.
  absl::Status UnloadForReplacement(const ServableId& id);

  // Whether the version `waiting`, or its replacement, waits for resources that
  // the unloads under way will not free, but that these and the unload of
  // `others` would.
  bool MakesRoom(const ServableId& waiting,
                 const std::vector<ServableId>& others) const;

  // Waits until a load that has been started comes to its end, retries
  // included. OK if the version is loaded; else its last error, CANCELLED if it
  // was dropped, NOT_FOUND if it is not managed.
  absl::Status WaitUntilLoaded(const ServableId& id) const;

  // The managed versions of a servable, in order.
  std::vector<Snapshot> GetManagedServableSnapshots(
      absl::string_view servable_name) const;

  std::vector<ServableId> ListAvailableServableIds() const override;

  absl::StatusOr<UntypedServableHandle> GetUntypedServableHandle(
      const ServableRequest& request) const override;

 private:
  using Harness = std::shared_ptr<LoaderHarness>;

  // One managed version.
  struct Version {
    Harness current;
    Harness replacement;  // Null if there is none.
  };

  // What a harness is to its version. One that departs is the business of
  // nobody else any more: replaced, or a replacement that was cancelled while
  // it was being loaded. Nothing is published about it.
  enum class Role { kCurrent, kReplacement, kDeparting };

  // A load that did not fit.
  struct Waiting {
    std::weak_ptr<LoaderHarness> harness;
    ResourceEstimate estimate;
  };

  // What becomes of a version that starts.
  static Harness MakeHarness(ServableData<std::unique_ptr<Loader>> version);
  void PublishStart(const LoaderHarness::Snapshot& start) const;

  // Ends the plans for a version that is not loaded.
  static absl::Status Cancel(LoaderHarness& harness);

  // Null if it is not managed.
  Harness FindHarness(const ServableId& id) const;
  Version* FindVersionLocked(const ServableId& id);
  const Version* FindVersionLocked(const ServableId& id) const;
  Role RoleLocked(const LoaderHarness& harness) const;
  // Cuts the replacement off its version; null if there is none.
  Harness TakeReplacementLocked(Version& version);

  void StartLoad(const Harness& harness);
  void RunLoad(const Harness& harness);
  // Reserves what the harness needs. False if that ended this try.
  bool ReserveResources(const Harness& harness);
  void AwaitResources(const Harness& harness, const ResourceEstimate& estimate);
  void HandleGoodLoad(const Harness& harness);
  void HandleFailedLoad(const Harness& harness, const absl::Status& error,
                        bool may_retry);
  void StartUnload(const Harness& harness);
  void QuiesceAndUnload(LoaderHarness* harness);
  void RunUnload(LoaderHarness* harness);

  void RemoveHarness(const ServableId& id);
  void RemoveDeparting(LoaderHarness* harness);
  // Ends the care for a version that was unloaded, or goes on with its
  // replacement.
  void EndOrGoOnWithReplacement(const ServableId& id);

  void ShrinkReservation(const LoaderHarness& harness);
  void ReleaseResources(const LoaderHarness* harness);
  void ReleaseIfCancelled(const Harness& harness);
  // Starts the waiting loads for which there is room now. If something has been
  // `freed`, those that wait on are news to whom it may concern.
  void ApproveWaitingLoads(bool freed);

  void Publish(const ServableId& id, ServableState::ManagerState state,
               const absl::Status& health) const;
  void NotifyChange(const ServableId& id) const;
  absl::Duration RetryDelay(int num_failed_loads) const;

  const Options options_;

  // Held while it is decided and published what becomes of a load or of a
  // replacement, so that nothing is published of a version that another thread
  // begins to unload. Taken before the mutexes below; subscribers run under it.
  std::mutex outcome_mu_;

  mutable std::mutex mu_;
  mutable std::condition_variable changed_;
  // Guarded by mu_.
  bool shutting_down_ = false;
  std::map<std::string, std::map<int64_t, Version>, std::less<>> managed_;
  std::map<LoaderHarness*, Harness> departing_;

  // Taken after mu_.
  mutable std::mutex resources_mu_;
  ResourceTracker resources_;     // Guarded by resources_mu_.
  std::vector<Waiting> waiting_;  // Guarded by resources_mu_; in their order.

  // What stands here is kept alive by managed_ or departing_.
  ServingMap serving_;

  // Last, so that their threads end before anything else goes.
  ScheduledThreadPool unload_pool_;
  ScheduledThreadPool load_pool_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_BASIC_MANAGER_H_
