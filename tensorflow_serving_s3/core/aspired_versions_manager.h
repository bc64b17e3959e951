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

// Loads the versions that sources list and unloads all others, in the order
// that a policy decides.
//
//   AspiredVersionsManager::Options options;
//   options.aspired_version_policy =
//       std::make_unique<AvailabilityPreservingPolicy>();
//   options.servable_event_bus = &bus;
//   auto manager = AspiredVersionsManager::Create(std::move(options));
//   ConnectSourceToTarget(&source_of_loaders, manager->get());
//
// The effect of a list of versions of one servable (see Source):
//  - A new version is loaded, with retries. See BasicManager for the retries
//  and
//    the published states.
//  - A version that is loading or loaded is not changed; its new loader is
//    dropped. So a source may repeat its list.
//  - If the new loader has another origin() and neither origin is empty, the
//    data of the version is replaced, for instance because a model moved to
//    another path with the same version number:
//     - If the version is loaded, the new data is loaded beside the old data
//     and
//       replaces it without a gap. If that fails, the old data still serves,
//       and the version is AVAILABLE with that error as health.
//     - If the version is not loaded or has failed, it restarts with the new
//       data. A running load ends first.
//     - A list without the version, or with the old origin, cancels the
//       replacement.
//  - A version that is an error is published as ended with that error. It is
//    loaded when a later list has data for it. It is aspired, so an old version
//    is not unloaded because its successor is broken.
//  - A version whose data is awaited is published as starting, with the reason.
//    It is aspired too.
//  - A version whose retries are exhausted is loaded again, with the loader of
//  a
//    later list, when load_retry_interval has passed since its last failure.
//  - A version that is listed again while it is being unloaded is loaded again
//    after the unload.
//  - A version that is not listed is unloaded when the policy decides so and
//  its
//    last handle is released. If it waits for a load or a retry, it is dropped
//    immediately.
//
// With a memory limit (see BasicManager), a version may have to wait for the
// unload of others. If an aspired version, or the new data of a version, fits
// only after the unload of an old version of the same servable, the old version
// is unloaded first, whatever the policy.
//
// Lists of one servable take effect in the order of the calls.
//
// Nothing is polled: a thread of the manager acts when a list arrives or a load
// or an unload ends. Thread-safe; see Manager for handles. The destructor waits
// for running loads and for the release of all handles, and unloads everything.
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
    // The longest wait before a retry. Also the wait after the last retry until
    // a version that is still aspired is loaded again.
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

  // Returns the versions of a servable, in order, with the origins of their
  // data and of the data that replaces it. The published states do not contain
  // this: a version is AVAILABLE while its data is replaced.
  std::vector<BasicManager::Snapshot> GetManagedServableSnapshots(
      absl::string_view servable_name) const;

 protected:
  void SetAspiredVersions(
      absl::string_view servable_name,
      std::vector<ServableData<std::unique_ptr<Loader>>> versions) override;

 private:
  using Versions = std::vector<ServableData<std::unique_ptr<Loader>>>;

  // The last list of one servable. Only the managing thread uses it.
  struct Stream {
    std::set<int64_t> aspired;
    // Aspired versions for which an unload, or a load of other data, must end
    // first.
    std::map<int64_t, ServableData<std::unique_ptr<Loader>>> pending;
  };

  explicit AspiredVersionsManager(Options options);

  absl::StatusOr<UntypedServableHandle> GetUntypedServableHandle(
      const ServableRequest& request) const override;

  // The managing thread.
  void RunManagingThread();
  void ApplyAspiredVersions(const std::string& servable_name,
                            Versions versions);
  // Applies an aspired version to its managed version `current` (null if it is
  // not managed). Returns `version` if a load or an unload must end first.
  std::optional<ServableData<std::unique_ptr<Loader>>> ApplyVersion(
      ServableData<std::unique_ptr<Loader>> version,
      const BasicManager::Snapshot* current);
  // Whether `version` restarts a version that has failed or has no data yet.
  bool ReplacesFailed(const ServableData<std::unique_ptr<Loader>>& version,
                      const LoaderHarness::Snapshot& failed) const;
  // Applies the pending versions. Returns whether anything has changed.
  bool ApplyPending(Stream& stream,
                    const std::map<int64_t, BasicManager::Snapshot>& managed);
  // If an aspired version waits for resources that only the unload of another
  // version of the same servable can free, starts that unload. Returns whether
  // it did.
  bool MakeRoom(const Stream& stream,
                const std::map<int64_t, BasicManager::Snapshot>& managed);
  // Executes the actions of the policy until there is none.
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
  // The newest list of every servable that is not applied yet.
  std::map<std::string, Versions, std::less<>> incoming_;
  // Servables with a version that has changed its state.
  std::set<std::string> changed_;

  std::map<std::string, Stream> streams_;  // Used by the managing thread.

  std::unique_ptr<BasicManager> basic_manager_;
  std::thread managing_thread_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_ASPIRED_VERSIONS_MANAGER_H_
