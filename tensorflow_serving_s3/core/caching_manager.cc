// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/caching_manager.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/log/absl_check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "tensorflow_serving_s3/core/basic_manager.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"

namespace tfs3 {
namespace {

BasicManager::Options BasicOptions(const CachingManager::Options& options) {
  BasicManager::Options basic;
  basic.servable_event_bus = options.servable_event_bus;
  basic.num_load_threads = options.num_load_threads;
  basic.num_unload_threads = options.num_unload_threads;
  basic.max_num_load_retries = options.max_num_load_retries;
  basic.load_retry_interval = options.load_retry_interval;
  basic.first_load_retry_interval = options.first_load_retry_interval;
  return basic;
}

}  // namespace

CachingManager::CachingManager(const Options& options,
                               std::unique_ptr<LoaderFactory> factory)
    : factory_(std::move(factory)),
      basic_manager_(std::make_unique<BasicManager>(BasicOptions(options))) {
  ABSL_CHECK(factory_ != nullptr) << "A CachingManager needs a LoaderFactory";
}

std::vector<ServableId> CachingManager::ListAvailableServableIds() const {
  return basic_manager_->ListAvailableServableIds();
}

absl::StatusOr<UntypedServableHandle> CachingManager::GetUntypedServableHandle(
    const ServableRequest& request) const {
  ServableRequest specific = request;
  if (!specific.version.has_value()) {
    const absl::StatusOr<std::vector<int64_t>> versions =
        factory_->ListVersions(request.name);
    if (!versions.ok()) return versions.status();
    if (versions->empty()) {
      return absl::NotFoundError(absl::StrCat(
          "Servable not found for request: ", request.DebugString(),
          "; it has no version"));
    }
    specific.version = *std::max_element(versions->begin(), versions->end());
  }
  absl::StatusOr<UntypedServableHandle> handle =
      basic_manager_->GetUntypedServableHandle(specific);
  if (handle.ok()) return handle;
  const absl::Status loaded = LoadOnce({specific.name, *specific.version});
  if (!loaded.ok()) return loaded;
  return basic_manager_->GetUntypedServableHandle(specific);
}

absl::Status CachingManager::LoadOnce(const ServableId& id) const {
  std::shared_ptr<InFlight> load;
  {
    std::unique_lock<std::mutex> lock(mu_);
    const auto [position, is_first] = in_flight_.try_emplace(id);
    if (is_first) position->second = std::make_shared<InFlight>();
    load = position->second;
    if (!is_first) {
      done_.wait(lock, [&load] { return load->done; });
      return load->status;
    }
  }
  const absl::Status status = Load(id);
  std::lock_guard<std::mutex> lock(mu_);
  load->done = true;
  load->status = status;
  in_flight_.erase(id);
  done_.notify_all();
  return status;
}

absl::Status CachingManager::Load(const ServableId& id) const {
  // It may have been loaded since the request looked for it.
  if (basic_manager_->GetUntypedServableHandle(ServableRequest::FromId(id))
          .ok()) {
    return absl::OkStatus();
  }
  absl::StatusOr<std::unique_ptr<Loader>> loader = factory_->CreateLoader(id);
  if (!loader.ok()) return loader.status();
  absl::Status status =
      basic_manager_->ManageServable({id, *std::move(loader)});
  if (status.ok()) status = basic_manager_->LoadServable(id);
  if (status.ok()) status = basic_manager_->WaitUntilLoaded(id);
  // Out of the way of the next request's try.
  if (!status.ok()) basic_manager_->StopManagingServable(id).IgnoreError();
  return status;
}

}  // namespace tfs3
