// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/aspired_versions_manager.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tensorflow_serving_s3/core/aspired_version_policy.h"
#include "tensorflow_serving_s3/core/basic_manager.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/loader_harness.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"

namespace tfs3 {
namespace {

using State = LoaderHarness::State;

bool HasFailedOrAwaitsData(State state) {
  return state == State::kError || state == State::kAwaitingData;
}

// Whether the version is neither loaded nor loading.
bool CanBeDropped(State state) {
  return state == State::kNew || state == State::kLoadRequested ||
         state == State::kLoadApproved || HasFailedOrAwaitsData(state);
}

bool IsUnloading(State state) {
  return state == State::kUnloadRequested || state == State::kQuiescing ||
         state == State::kQuiesced || state == State::kUnloading ||
         state == State::kDisabled;
}

void LogIfNotLoadable(const ServableData<std::unique_ptr<Loader>>& version) {
  if (version.is_awaited()) {
    LOG(INFO) << version.id()
              << " is not loaded yet: " << version.status().message();
  } else if (!version.ok()) {
    LOG(WARNING) << version.id() << " cannot be loaded: " << version.status();
  }
}

bool OriginsDiffer(const std::string& a, const std::string& b) {
  return !a.empty() && !b.empty() && a != b;
}

}  // namespace

absl::StatusOr<std::unique_ptr<AspiredVersionsManager>>
AspiredVersionsManager::Create(Options options) {
  if (options.aspired_version_policy == nullptr) {
    return absl::InvalidArgumentError(
        "AspiredVersionsManager needs an aspired_version_policy, such as "
        "AvailabilityPreservingPolicy");
  }
  return std::unique_ptr<AspiredVersionsManager>(
      new AspiredVersionsManager(std::move(options)));
}

AspiredVersionsManager::AspiredVersionsManager(Options options)
    : policy_(std::move(options.aspired_version_policy)),
      load_retry_interval_(options.load_retry_interval) {
  BasicManager::Options basic;
  basic.servable_event_bus = options.servable_event_bus;
  basic.num_load_threads = options.num_load_threads;
  basic.num_unload_threads = options.num_unload_threads;
  basic.max_num_load_retries = options.max_num_load_retries;
  basic.load_retry_interval = options.load_retry_interval;
  basic.first_load_retry_interval = options.first_load_retry_interval;
  basic.total_memory_limit_bytes = options.total_memory_limit_bytes;
  basic.on_change = [this](const ServableId& id) {
    std::lock_guard<std::mutex> lock(mu_);
    changed_.insert(id.name);
    wake_.notify_one();
  };
  basic_manager_ = std::make_unique<BasicManager>(std::move(basic));
  managing_thread_ = std::thread([this] { RunManagingThread(); });
}

AspiredVersionsManager::~AspiredVersionsManager() {
  Detach();
  {
    std::lock_guard<std::mutex> lock(mu_);
    stopping_ = true;
    wake_.notify_one();
  }
  managing_thread_.join();
  // Before the members that on_change uses.
  basic_manager_.reset();
}

std::vector<ServableId> AspiredVersionsManager::ListAvailableServableIds()
    const {
  return basic_manager_->ListAvailableServableIds();
}

std::vector<BasicManager::Snapshot>
AspiredVersionsManager::GetManagedServableSnapshots(
    absl::string_view servable_name) const {
  return basic_manager_->GetManagedServableSnapshots(servable_name);
}

absl::StatusOr<UntypedServableHandle>
AspiredVersionsManager::GetUntypedServableHandle(
    const ServableRequest& request) const {
  return basic_manager_->GetUntypedServableHandle(request);
}

void AspiredVersionsManager::SetAspiredVersions(absl::string_view servable_name,
                                                Versions versions) {
  std::lock_guard<std::mutex> lock(mu_);
  // A list is complete, so a newer list replaces an older one. The old loaders
  // are destroyed with `versions`, after the lock is released.
  incoming_[std::string(servable_name)].swap(versions);
  wake_.notify_one();
}

void AspiredVersionsManager::RunManagingThread() {
  std::unique_lock<std::mutex> lock(mu_);
  while (true) {
    wake_.wait(lock, [this] {
      return stopping_ || !incoming_.empty() || !changed_.empty();
    });
    if (stopping_) {
      return;
    }
    auto incoming = std::exchange(incoming_, {});
    std::set<std::string> changed = std::exchange(changed_, {});
    lock.unlock();
    for (auto& [servable_name, versions] : incoming) {
      ApplyAspiredVersions(servable_name, std::move(versions));
      changed.insert(servable_name);
    }
    for (const std::string& servable_name : changed) {
      AdvanceStream(servable_name);
    }
    lock.lock();
  }
}

void AspiredVersionsManager::ApplyAspiredVersions(
    const std::string& servable_name, Versions versions) {
  Stream& stream = streams_[servable_name];
  stream.aspired.clear();
  stream.pending.clear();
  std::map<int64_t, BasicManager::Snapshot> managed = GetManaged(servable_name);
  // Errors come last. Otherwise a subscriber could see a servable whose known
  // versions have all ended, although another version will start.
  std::stable_partition(
      versions.begin(), versions.end(),
      [](const ServableData<std::unique_ptr<Loader>>& v) { return v.ok(); });
  for (ServableData<std::unique_ptr<Loader>>& version : versions) {
    const ServableId id = version.id();
    if (id.name != servable_name) {
      LOG(ERROR) << "A source lists " << id << " among the versions of "
                 << servable_name << "; the version is ignored";
      continue;
    }
    if (!stream.aspired.insert(id.version).second) {
      LOG(ERROR) << "A source lists " << id
                 << " twice; the first entry with data is used";
      continue;
    }
    const auto current = managed.find(id.version);
    std::optional<ServableData<std::unique_ptr<Loader>>> left =
        ApplyVersion(std::move(version),
                     current == managed.end() ? nullptr : &current->second);
    if (left.has_value()) {
      stream.pending.emplace(id.version, *std::move(left));
    }
  }
}

std::optional<ServableData<std::unique_ptr<Loader>>>
AspiredVersionsManager::ApplyVersion(
    ServableData<std::unique_ptr<Loader>> version,
    const BasicManager::Snapshot* current) {
  if (current == nullptr) {
    Manage(std::move(version));
    return std::nullopt;
  }
  const ServableId id = version.id();
  const State state = current->state;
  const std::string origin = version.ok() ? version.data()->origin() : "";
  const bool is_being_replaced = current->replacement.has_value();
  if (IsUnloading(state)) {
    if (is_being_replaced) {
      // It is being unloaded for its new data.
      if (!OriginsDiffer(origin, current->replacement->origin)) {
        return std::nullopt;
      }
      basic_manager_->CancelReplacement(id).IgnoreError();
    }
    return version;
  }
  if (!version.ok() || !OriginsDiffer(origin, current->origin)) {
    // A replacement that has just finished cannot be cancelled.
    if (is_being_replaced &&
        OriginsDiffer(origin, current->replacement->origin) &&
        !basic_manager_->CancelReplacement(id).ok()) {
      return version;
    }
    if (HasFailedOrAwaitsData(state) && ReplacesFailed(version, *current)) {
      LogIfNotLoadable(version);
      basic_manager_->RestartServable(std::move(version)).IgnoreError();
    }
    return std::nullopt;
  }
  if (state != State::kReady) {
    // A running load ends first.
    if (!CanBeDropped(state) ||
        !basic_manager_->RestartServable(std::move(version)).ok()) {
      return version;
    }
    return std::nullopt;
  }
  if (!policy_->LoadsBesideOldData()) {
    LOG(INFO) << "Unloading " << id << " first, then loading it from " << origin
              << " instead of " << current->origin;
    const absl::Status status = basic_manager_->UnloadServable(id);
    if (!status.ok()) {
      LOG(ERROR) << "Cannot unload " << id << ": " << status;
    }
    return version;
  }
  if (is_being_replaced) {
    if (!OriginsDiffer(origin, current->replacement->origin)) {
      if (current->replacement->state != State::kError ||
          !ReplacesFailed(version, *current->replacement)) {
        return std::nullopt;
      }
    } else if (!basic_manager_->CancelReplacement(id).ok()) {
      return version;  // It has just finished.
    }
  }
  const absl::Status status =
      basic_manager_->ReplaceServable(id, std::move(version).data());
  if (!status.ok()) {
    LOG(ERROR) << "Cannot replace the data of " << id << ": " << status;
  }
  return std::nullopt;
}

bool AspiredVersionsManager::ReplacesFailed(
    const ServableData<std::unique_ptr<Loader>>& version,
    const LoaderHarness::Snapshot& failed) const {
  if (!version.ok()) {
    return version.status() != failed.status ||
           version.is_awaited() != (failed.state == State::kAwaitingData);
  }
  if (failed.num_failed_loads == 0) {
    return true;
  }
  return LoaderHarness::Clock::now() - failed.error_time >=
         absl::ToChronoNanoseconds(load_retry_interval_);
}

void AspiredVersionsManager::AdvanceStream(const std::string& servable_name) {
  const auto position = streams_.find(servable_name);
  if (position == streams_.end()) {
    return;
  }
  Stream& stream = position->second;
  while (true) {
    std::map<int64_t, BasicManager::Snapshot> managed;
    std::vector<AspiredServableStateSnapshot> versions;
    for (auto& [number, snapshot] : GetManaged(servable_name)) {
      const bool is_aspired = stream.aspired.count(number) > 0;
      // A running load is not dropped. When it has ended, this function is
      // called again.
      if (!is_aspired && CanBeDropped(snapshot.state) &&
          basic_manager_->StopManagingServable(snapshot.id).ok()) {
        continue;
      }
      if (!is_aspired && snapshot.replacement.has_value()) {
        basic_manager_->CancelReplacement(snapshot.id).IgnoreError();
        snapshot.replacement.reset();
      }
      versions.push_back({snapshot.id, snapshot.state, is_aspired});
      managed.emplace(number, std::move(snapshot));
    }
    if (ApplyPending(stream, managed)) {
      continue;
    }

    const std::optional<AspiredVersionPolicy::ServableAction> action =
        policy_->GetNextAction(versions);
    if (!action.has_value()) {
      if (MakeRoom(stream, managed)) {
        continue;
      }
      if (versions.empty() && stream.aspired.empty()) {
        streams_.erase(position);
      }
      return;
    }
    const absl::Status status =
        action->action == AspiredVersionPolicy::Action::kLoad
            ? basic_manager_->LoadServable(action->id)
            : basic_manager_->UnloadServable(action->id);
    if (!status.ok()) {
      LOG(ERROR) << "The policy decided to " << *action
                 << ", but that failed: " << status;
      return;
    }
  }
}

bool AspiredVersionsManager::ApplyPending(
    Stream& stream, const std::map<int64_t, BasicManager::Snapshot>& managed) {
  bool any = false;
  auto pending = std::exchange(stream.pending, {});
  for (auto& [number, version] : pending) {
    const auto current = managed.find(number);
    std::optional<ServableData<std::unique_ptr<Loader>>> left =
        ApplyVersion(std::move(version),
                     current == managed.end() ? nullptr : &current->second);
    if (left.has_value()) {
      stream.pending.emplace(number, *std::move(left));
    }
    // ApplyVersion unloads or replaces a ready version.
    any |= !left.has_value() ||
           (current != managed.end() && current->second.state == State::kReady);
  }
  return any;
}

bool AspiredVersionsManager::MakeRoom(
    const Stream& stream,
    const std::map<int64_t, BasicManager::Snapshot>& managed) {
  std::vector<ServableId> unaspired;
  for (const auto& [number, version] : managed) {
    if (version.state == State::kReady && stream.aspired.count(number) == 0) {
      unaspired.push_back(version.id);
    }
  }
  for (const auto& [number, version] : managed) {
    if (stream.aspired.count(number) == 0) {
      continue;
    }
    std::vector<ServableId> others = unaspired;
    if (version.replacement.has_value()) {
      if (version.replacement->state != State::kLoadRequested) {
        continue;
      }
      others.push_back(version.id);
    } else if (version.state != State::kLoadRequested) {
      continue;
    }
    if (!basic_manager_->MakesRoom(version.id, others)) {
      continue;
    }
    const absl::Status status =
        unaspired.empty() ? basic_manager_->UnloadForReplacement(version.id)
                          : basic_manager_->UnloadServable(unaspired.front());
    if (status.ok()) {
      return true;
    }
    LOG(ERROR) << "Cannot make room for " << version.id << ": " << status;
  }
  return false;
}

std::map<int64_t, BasicManager::Snapshot> AspiredVersionsManager::GetManaged(
    const std::string& servable_name) const {
  std::map<int64_t, BasicManager::Snapshot> managed;
  for (BasicManager::Snapshot& snapshot :
       basic_manager_->GetManagedServableSnapshots(servable_name)) {
    managed.emplace(snapshot.id.version, std::move(snapshot));
  }
  return managed;
}

void AspiredVersionsManager::Manage(
    ServableData<std::unique_ptr<Loader>> version) {
  LogIfNotLoadable(version);
  const ServableId id = version.id();
  const absl::Status status =
      basic_manager_->ManageServable(std::move(version));
  if (!status.ok()) {
    LOG(ERROR) << "Cannot manage " << id << ": " << status;
  }
}

}  // namespace tfs3
