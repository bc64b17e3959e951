// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_CACHING_MANAGER_H_
#define TENSORFLOW_SERVING_S3_CORE_CACHING_MANAGER_H_

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tensorflow_serving_s3/core/basic_manager.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/manager.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/servable_state.h"

namespace tfs3 {

// Loads a version when it is first asked for, and keeps it: for servables that
// no source announces.
//
//   CachingManager manager({}, std::make_unique<MyLoaderFactory>());
//   auto handle = manager.GetServableHandle<Model>(
//       ServableRequest::Specific("half", 7));  // waits for the load
//
// Promises:
//  - A version is loaded once, however many threads ask for it at once; they
//    all wait for that load. Who asks for a version that is loaded waits for
//    nothing.
//  - An error of a load, or of the factory, is returned to all who waited for
//    it; the next request tries again.
//  - A request for the latest version gets the highest of those that the
//    factory lists at that moment, loaded or not.
// Nothing is unloaded before the end. Thread-safe; no request may run when the
// destructor does.
class CachingManager final : public Manager {
 public:
  // Makes loaders. Thread-safe.
  class LoaderFactory {
   public:
    virtual ~LoaderFactory() = default;

    // A loader for this version. NOT_FOUND if there is no such version.
    virtual absl::StatusOr<std::unique_ptr<Loader>> CreateLoader(
        const ServableId& id) = 0;

    // The versions that there are of a servable, in any order. Asked for at
    // every request for a latest version, so it should be quick.
    virtual absl::StatusOr<std::vector<int64_t>> ListVersions(
        absl::string_view servable_name) = 0;
  };

  struct Options {
    // Where states are published; may be null. Must outlive the manager.
    EventBus<ServableState>* servable_event_bus = nullptr;
    // Zero or less: one for each processor, but at least two.
    int num_load_threads = 0;
    int num_unload_threads = 0;
    // After the first try, while the requests wait; see BasicManager.
    int max_num_load_retries = 0;
    absl::Duration load_retry_interval = absl::Minutes(1);
    absl::Duration first_load_retry_interval = absl::Seconds(1);
  };

  // `factory` is not null.
  CachingManager(const Options& options,
                 std::unique_ptr<LoaderFactory> factory);

  // Those that are loaded.
  std::vector<ServableId> ListAvailableServableIds() const override;

 private:
  // A load that threads wait for.
  struct InFlight {
    bool done = false;
    absl::Status status;
  };

  absl::StatusOr<UntypedServableHandle> GetUntypedServableHandle(
      const ServableRequest& request) const override;

  // OK when it is loaded.
  absl::Status LoadOnce(const ServableId& id) const;
  absl::Status Load(const ServableId& id) const;

  const std::unique_ptr<LoaderFactory> factory_;

  mutable std::mutex mu_;
  mutable std::condition_variable done_;
  // Guarded by mu_, and so is what the pointers lead to.
  mutable std::map<ServableId, std::shared_ptr<InFlight>> in_flight_;

  const std::unique_ptr<BasicManager> basic_manager_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_CACHING_MANAGER_H_
