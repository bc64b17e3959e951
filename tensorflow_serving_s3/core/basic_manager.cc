// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/basic_manager.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/log/log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/loader_harness.h"
#include "tensorflow_serving_s3/core/scheduled_thread_pool.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/servable_state.h"

// The order of things, on which the consistency of what is published rests:
// a change is published before the harness enters the state that lets another
// thread act on it. So the events of one version come in their order without
// any lock being held while subscribers run.

namespace tfs3 {
namespace {

using ManagerState = ServableState::ManagerState;

int NumThreads(int option) {
  if (option > 0) return option;
  return std::max(2, static_cast<int>(std::thread::hardware_concurrency()));
}

absl::Status NotManaged(const ServableId& id) {
  return absl::NotFoundError(absl::StrCat(id.DebugString(), " is not managed"));
}

absl::Status WrongState(const LoaderHarness& harness, absl::string_view rule) {
  return absl::FailedPreconditionError(
      absl::StrCat(rule, "; ", harness.id().DebugString(), " is in state ",
                   HarnessStateName(harness.state())));
}

// Durations for people: "1.52s", not "1.523487113s".
std::string Rounded(absl::Duration duration) {
  return absl::FormatDuration(absl::Trunc(
      duration, duration < absl::Seconds(1) ? absl::Microseconds(1)
                                            : absl::Milliseconds(10)));
}

}  // namespace

BasicManager::BasicManager(Options options)
    : options_(std::move(options)),
      serving_(std::make_unique<ServingMap>()),
      unload_pool_(NumThreads(options_.num_unload_threads)),
      load_pool_(NumThreads(options_.num_load_threads)) {}

BasicManager::~BasicManager() {
  std::vector<ServableId> ids;
  {
    std::lock_guard<std::mutex> lock(mu_);
    shutting_down_ = true;
    for (const auto& [name, versions] : managed_) {
      for (const auto& [version, harness] : versions) {
        ids.push_back(harness->id());
      }
    }
  }
  // What has not begun never will; what is loading comes to an end.
  for (const ServableId& id : ids) StopManagingServable(id).IgnoreError();
  load_pool_.Stop();
  // Now everything is loaded, on its way out, or of no more use.
  for (const ServableId& id : ids) {
    if (!StopManagingServable(id).ok()) UnloadServable(id).IgnoreError();
  }
  {
    constexpr std::chrono::seconds kPatience(5);
    std::unique_lock<std::mutex> lock(mu_);
    while (!harness_removed_.wait_for(lock, kPatience,
                                      [this] { return managed_.empty(); })) {
      std::vector<std::string> left;
      for (const auto& [name, versions] : managed_) {
        for (const auto& [version, harness] : versions) {
          left.push_back(absl::StrCat(harness->id().DebugString(), " (",
                                      HarnessStateName(harness->state()), ")"));
        }
      }
      LOG(WARNING) << "Shutting down; still waiting for requests to release "
                      "their handles, or for the end of the unload, of: "
                   << absl::StrJoin(left, ", ");
    }
  }
  unload_pool_.Stop();
}

absl::Status BasicManager::ManageServable(
    ServableData<std::unique_ptr<Loader>> version) {
  const ServableId id = version.id();
  const absl::Status error = version.status();
  Harness harness = error.ok() ? std::make_shared<LoaderHarness>(
                                     id, std::move(version).data())
                               : std::make_shared<LoaderHarness>(id, error);
  {
    std::lock_guard<std::mutex> lock(mu_);
    const bool added =
        managed_[id.name].emplace(id.version, std::move(harness)).second;
    if (!added) {
      return absl::AlreadyExistsError(
          absl::StrCat(id.DebugString(), " is managed already"));
    }
  }
  Publish(id, error.ok() ? ManagerState::kStart : ManagerState::kEnd, error);
  return absl::OkStatus();
}

absl::Status BasicManager::StopManagingServable(const ServableId& id) {
  const Harness harness = FindHarness(id);
  if (harness == nullptr) return NotManaged(id);
  if (harness->Cancel()) {
    Publish(id, ManagerState::kEnd, harness->snapshot().status);
  } else if (harness->state() != LoaderHarness::State::kError) {
    return WrongState(*harness,
                      "Only a version that is not loaded can be dropped");
  }
  RemoveHarness(id);
  return absl::OkStatus();
}

absl::Status BasicManager::LoadServable(const ServableId& id) {
  const Harness harness = FindHarness(id);
  if (harness == nullptr) return NotManaged(id);
  if (!harness->RequestLoad()) {
    return WrongState(*harness, "Only a version in state New can be loaded");
  }
  if (harness->ApproveLoad()) {
    load_pool_.Schedule([this, harness] { RunLoad(harness); });
  }
  return absl::OkStatus();
}

absl::Status BasicManager::UnloadServable(const ServableId& id) {
  const Harness harness = FindHarness(id);
  if (harness == nullptr) return NotManaged(id);
  if (!harness->RequestUnload()) {
    return WrongState(*harness,
                      "Only a version in state Ready can be unloaded");
  }
  StartUnload(harness);
  return absl::OkStatus();
}

std::vector<LoaderHarness::Snapshot> BasicManager::GetManagedServableSnapshots(
    absl::string_view servable_name) const {
  std::vector<LoaderHarness::Snapshot> snapshots;
  std::lock_guard<std::mutex> lock(mu_);
  const auto versions = managed_.find(servable_name);
  if (versions == managed_.end()) return snapshots;
  for (const auto& [version, harness] : versions->second) {
    snapshots.push_back(harness->snapshot());
  }
  return snapshots;
}

std::vector<ServableId> BasicManager::ListAvailableServableIds() const {
  std::vector<ServableId> ids = serving_.Read([](const ServingMap& serving) {
    std::vector<ServableId> found;
    for (const auto& [name, versions] : serving) {
      for (const LoaderHarness* harness : versions) {
        found.push_back(harness->id());
      }
    }
    return found;
  });
  std::sort(ids.begin(), ids.end());
  return ids;
}

absl::StatusOr<UntypedServableHandle> BasicManager::GetUntypedServableHandle(
    const ServableRequest& request) const {
  UntypedServableHandle handle =
      serving_.Read([&request](const ServingMap& serving) {
        const auto versions = serving.find(request.name);
        if (versions == serving.end()) return UntypedServableHandle();
        for (LoaderHarness* harness : versions->second) {
          if (!request.version.has_value() ||
              *request.version == harness->id().version) {
            return harness->Acquire();
          }
        }
        return UntypedServableHandle();
      });
  if (!handle) {
    return absl::NotFoundError(absl::StrCat("Servable not found for request: ",
                                            request.DebugString()));
  }
  return handle;
}

BasicManager::Harness BasicManager::FindHarness(const ServableId& id) const {
  std::lock_guard<std::mutex> lock(mu_);
  const auto versions = managed_.find(id.name);
  if (versions == managed_.end()) return nullptr;
  const auto harness = versions->second.find(id.version);
  return harness == versions->second.end() ? nullptr : harness->second;
}

void BasicManager::RemoveHarness(const ServableId& id) {
  Harness removed;  // Freed outside the lock: its loader may take a while.
  std::lock_guard<std::mutex> lock(mu_);
  const auto versions = managed_.find(id.name);
  if (versions == managed_.end()) return;
  const auto harness = versions->second.find(id.version);
  if (harness == versions->second.end()) return;
  removed = std::move(harness->second);
  versions->second.erase(harness);
  if (versions->second.empty()) managed_.erase(versions);
  harness_removed_.notify_all();
}

void BasicManager::RunLoad(const Harness& harness) {
  if (!harness->StartLoading()) return;  // Cancelled meanwhile.
  const ServableId& id = harness->id();
  if (harness->snapshot().num_failed_loads == 0) {
    Publish(id, ManagerState::kLoading, absl::OkStatus());
  }
  LOG(INFO) << "Loading " << id;
  const absl::Time start = absl::Now();
  const absl::Status status = harness->Load();
  if (status.ok()) {
    AddToServingMap(harness.get());
    LOG(INFO) << "Loaded " << id << " in " << Rounded(absl::Now() - start);
    Publish(id, ManagerState::kAvailable, absl::OkStatus());
    harness->DoneLoading();
  } else {
    HandleFailedLoad(harness, status);
  }
  NotifyChange(id);
}

void BasicManager::HandleFailedLoad(const Harness& harness,
                                    const absl::Status& error) {
  const ServableId& id = harness->id();
  const int num_failed_loads = harness->snapshot().num_failed_loads + 1;
  const int max_loads = 1 + std::max(0, options_.max_num_load_retries);
  bool shutting_down;
  {
    std::lock_guard<std::mutex> lock(mu_);
    shutting_down = shutting_down_;
  }
  if (shutting_down || num_failed_loads >= max_loads) {
    LOG(ERROR) << "Loading " << id << " failed (attempt " << num_failed_loads
               << " of " << max_loads << ", the last one): " << error;
    Publish(id, ManagerState::kEnd, error);
    harness->Fail(error);
    return;
  }
  const absl::Duration delay = RetryDelay(num_failed_loads);
  LOG(WARNING) << "Loading " << id << " failed (attempt " << num_failed_loads
               << " of " << max_loads << "): " << error
               << "; it is tried again in " << delay;
  Publish(id, ManagerState::kLoading, error);
  harness->AwaitRetry(error);
  // Weak, so that a version that is dropped meanwhile is freed at once.
  load_pool_.ScheduleAfter(
      delay, [this, waiting = std::weak_ptr<LoaderHarness>(harness)] {
        if (const Harness harness = waiting.lock()) RunLoad(harness);
      });
}

absl::Duration BasicManager::RetryDelay(int num_failed_loads) const {
  absl::Duration delay = options_.first_load_retry_interval;
  for (int i = 1; i < num_failed_loads; ++i) {
    if (delay >= options_.load_retry_interval) break;
    delay *= 2;
  }
  return std::min(delay, options_.load_retry_interval);
}

void BasicManager::StartUnload(const Harness& harness) {
  Publish(harness->id(), ManagerState::kUnloading, absl::OkStatus());
  // After this no request can come to the harness any more.
  RemoveFromServingMap(harness.get());
  // The plain pointer holds: RunUnload is what ends the harness.
  harness->StartQuiescing([this, leaving = harness.get()] {
    unload_pool_.Schedule([this, leaving] { RunUnload(leaving); });
  });
}

void BasicManager::RunUnload(LoaderHarness* harness) {
  const ServableId id = harness->id();
  const absl::Time start = absl::Now();
  harness->Unload();
  LOG(INFO) << "Unloaded " << id << " in " << Rounded(absl::Now() - start);
  Publish(id, ManagerState::kEnd, absl::OkStatus());
  harness->DoneUnloading();
  RemoveHarness(id);
  NotifyChange(id);
}

void BasicManager::AddToServingMap(LoaderHarness* harness) {
  std::lock_guard<std::mutex> lock(serving_mu_);
  auto serving = std::make_unique<ServingMap>(
      serving_.Read([](const ServingMap& current) { return current; }));
  std::vector<LoaderHarness*>& versions = (*serving)[harness->id().name];
  const auto position = std::find_if(
      versions.begin(), versions.end(), [harness](const LoaderHarness* other) {
        return other->id().version < harness->id().version;
      });
  versions.insert(position, harness);
  serving_.Publish(std::move(serving));
}

void BasicManager::RemoveFromServingMap(LoaderHarness* harness) {
  std::lock_guard<std::mutex> lock(serving_mu_);
  auto serving = std::make_unique<ServingMap>(
      serving_.Read([](const ServingMap& current) { return current; }));
  const auto versions = serving->find(harness->id().name);
  versions->second.erase(
      std::find(versions->second.begin(), versions->second.end(), harness));
  if (versions->second.empty()) serving->erase(versions);
  serving_.Publish(std::move(serving));
}

void BasicManager::Publish(const ServableId& id, ManagerState state,
                           const absl::Status& health) const {
  if (options_.servable_event_bus == nullptr) return;
  options_.servable_event_bus->Publish(ServableState{id, state, health});
}

void BasicManager::NotifyChange(const ServableId& id) const {
  if (options_.on_change) options_.on_change(id);
}

}  // namespace tfs3
