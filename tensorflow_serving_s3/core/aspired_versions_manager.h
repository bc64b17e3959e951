// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_ASPIRED_VERSIONS_MANAGER_H_
#define TENSORFLOW_SERVING_S3_CORE_ASPIRED_VERSIONS_MANAGER_H_

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tensorflow_serving_s3/core/aspired_version_policy.h"
#include "tensorflow_serving_s3/core/basic_manager.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/loader_harness.h"
#include "tensorflow_serving_s3/core/manager.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/servable_state.h"
#include "tensorflow_serving_s3/core/target.h"

namespace tfs3 {

// Makes come true what sources aspire to: loads the versions that they list,
// unloads those that they no longer list, in the order that a policy gives.
//
//   AspiredVersionsManager::Options options;
//   options.aspired_version_policy =
//       std::make_unique<AvailabilityPreservingPolicy>();
//   options.servable_event_bus = &bus;
//   auto manager = AspiredVersionsManager::Create(std::move(options));
//   ConnectSourceToTarget(&source_of_loaders, manager->get());
//
// What a list of versions of one servable (see Source) does:
//  - A version that is new is loaded, and tried again if that fails; see
//    BasicManager for the retries and for what is published.
//  - A version that is loading or loaded stays as it is; its new loader is
//    dropped. So lists may be repeated at will.
//  - But a loader that would load other data (its origin() differs, and neither
//    is empty) takes the place of the old one, for instance when a model moved
//    to another path that has the same version. If the version is loaded, the
//    new data is loaded beside the old and replaces it without a gap; should it
//    fail, the old serves on and the version is AVAILABLE with that error as
//    health. A version that is not loaded yet, or has failed, is dropped for
//    the new one; a load that runs ends first. Unlisting the version, or
//    listing the old origin again, cancels it.
//  - A version that comes as an error is published as ended with that error,
//    and loaded when a later list has data for it. It counts as aspired, and
//    so a version that serves is not unloaded only because its successor is
//    broken. Likewise a version whose data is awaited, which is published as
//    starting, with the reason, and never as ended while it is listed.
//  - A version whose retries were used up is loaded anew, with the loader of a
//    later list, when load_retry_interval has passed since its last failure.
//  - A version that is listed again while it is being unloaded is loaded again
//    after that.
//  - A version that is not listed is unloaded when the policy says so, and
//    when its last handle is gone; if it waits for a load or a retry, it is
//    dropped at once.
// With a memory limit (see BasicManager), a version may have to wait for
// others to be unloaded. What serves is kept as long as that can help: but when
// an aspired version, or the new data of one, can only ever fit without the old
// of the same servable, the old is unloaded first, whatever the policy.
//
// Lists of one servable take effect in the order of the calls.
//
// Nothing is polled: a thread of the manager acts as soon as a list comes or a
// load or an unload ends. Thread-safe; see Manager for handles. The destructor
// waits for running loads and for the release of all handles, and unloads
// everything.
class AspiredVersionsManager final
    : public Manager,
      public TargetBase<std::unique_ptr<Loader>> {
 public:
  struct Options {
    // Required.
    std::unique_ptr<AspiredVersionPolicy> aspired_version_policy;
    // Where states are published; may be null. Must outlive the manager.
    EventBus<ServableState>* servable_event_bus = nullptr;
    // Zero or less: one for each processor, but at least two.
    int num_load_threads = 0;
    int num_unload_threads = 0;
    // After the first try; zero or less means one try only.
    int max_num_load_retries = 5;
    // The longest wait before a retry, and the wait after the last one before
    // a version that is still aspired is loaded anew.
    absl::Duration load_retry_interval = absl::Minutes(1);
    // The wait before the first retry, if that is shorter; it doubles from
    // retry to retry.
    absl::Duration first_load_retry_interval = absl::Seconds(1);
    // For the estimates of all versions together; zero: no limit.
    uint64_t total_memory_limit_bytes = 0;
  };

  // INVALID_ARGUMENT if there is no policy.
  static absl::StatusOr<std::unique_ptr<AspiredVersionsManager>> Create(
      Options options);

  ~AspiredVersionsManager() override;

  std::vector<ServableId> ListAvailableServableIds() const override;

  // The versions of a servable as they are at this moment, in order: with the
  // origin of the data that is loaded, and of what is to replace it. Says what
  // the published states do not: a version that gets other data is AVAILABLE
  // all the time.
  std::vector<BasicManager::Snapshot> GetManagedServableSnapshots(
      absl::string_view servable_name) const;

 protected:
  void SetAspiredVersions(
      absl::string_view servable_name,
      std::vector<ServableData<std::unique_ptr<Loader>>> versions) override;

 private:
  using Versions = std::vector<ServableData<std::unique_ptr<Loader>>>;

  // What is wanted of one servable. Only the managing thread has it.
  struct Stream {
    std::set<int64_t> aspired;
    // Aspired, but something else of that version (an unload, or a load of
    // other data) must end first.
    std::map<int64_t, ServableData<std::unique_ptr<Loader>>> pending;
  };

  explicit AspiredVersionsManager(Options options);

  absl::StatusOr<UntypedServableHandle> GetUntypedServableHandle(
      const ServableRequest& request) const override;

  // The managing thread.
  void RunManagingThread();
  void ApplyAspiredVersions(const std::string& servable_name,
                            Versions versions);
  // Lets an aspired version take effect on what there is of it (null if there
  // is nothing). Gives it back if something must end first.
  std::optional<ServableData<std::unique_ptr<Loader>>> TakeIn(
      ServableData<std::unique_ptr<Loader>> version,
      const BasicManager::Snapshot* current);
  // Whether `version` should take the place of one that has failed or has no
  // data yet.
  bool ReplacesFailed(const ServableData<std::unique_ptr<Loader>>& version,
                      const LoaderHarness::Snapshot& failed) const;
  // Takes in what is pending; whether anything has changed by that.
  bool TakeInPending(Stream& stream,
                     const std::map<int64_t, BasicManager::Snapshot>& managed);
  // If an aspired version waits for resources that only the unload of others of
  // the same servable can free: starts one. Whether it did.
  bool MakeRoom(const Stream& stream,
                const std::map<int64_t, BasicManager::Snapshot>& managed);
  // Does all that can be done for a servable now.
  void AdvanceStream(const std::string& servable_name);
  std::map<int64_t, BasicManager::Snapshot> GetManaged(
      const std::string& servable_name) const;
  void Manage(ServableData<std::unique_ptr<Loader>> version);

  const std::unique_ptr<AspiredVersionPolicy> policy_;
  const absl::Duration load_retry_interval_;

  std::mutex mu_;
  std::condition_variable wake_;
  // Guarded by mu_.
  bool stopping_ = false;
  // The newest list of every servable for which one has come.
  std::map<std::string, Versions, std::less<>> incoming_;
  // Servables of which a version has changed its state.
  std::set<std::string> changed_;

  std::map<std::string, Stream> streams_;  // Of the managing thread.

  std::unique_ptr<BasicManager> basic_manager_;
  std::thread managing_thread_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_ASPIRED_VERSIONS_MANAGER_H_
