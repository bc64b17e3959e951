// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/basic_manager.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/log/absl_check.h"
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
#include "tensorflow_serving_s3/core/resources.h"
#include "tensorflow_serving_s3/core/scheduled_thread_pool.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/servable_state.h"

// The order of things, on which the consistency of what is published rests:
// a change is published before the harness enters the state that lets another
// thread act on it. So the events of one version come in their order. What is
// published of a replacement concerns a version that another thread may begin
// to unload at any time; that is what outcome_mu_ is for.

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
      resources_(
          ResourceEstimate::MainMemory(options_.total_memory_limit_bytes)),
      unload_pool_(NumThreads(options_.num_unload_threads)),
      load_pool_(NumThreads(options_.num_load_threads)) {}

BasicManager::~BasicManager() {
  std::vector<ServableId> ids;
  {
    std::lock_guard<std::mutex> lock(mu_);
    shutting_down_ = true;
    for (const auto& [name, versions] : managed_) {
      for (const auto& [number, version] : versions) {
        ids.push_back(version.current->id());
      }
    }
  }
  // What has not begun never will; what is loading comes to an end.
  for (const ServableId& id : ids) {
    CancelReplacement(id).IgnoreError();
    StopManagingServable(id).IgnoreError();
  }
  load_pool_.Stop();
  // Now everything is loaded, on its way out, or of no more use.
  for (const ServableId& id : ids) {
    if (!StopManagingServable(id).ok()) UnloadServable(id).IgnoreError();
  }
  {
    constexpr std::chrono::seconds kPatience(5);
    std::unique_lock<std::mutex> lock(mu_);
    while (!changed_.wait_for(lock, kPatience, [this] {
      return managed_.empty() && departing_.empty();
    })) {
      std::vector<std::string> left;
      const auto add = [&left](const LoaderHarness& harness) {
        left.push_back(absl::StrCat(harness.id().DebugString(), " (",
                                    HarnessStateName(harness.state()), ")"));
      };
      for (const auto& [name, versions] : managed_) {
        for (const auto& [number, version] : versions) add(*version.current);
      }
      for (const auto& [harness, owner] : departing_) add(*harness);
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
  Harness harness = MakeHarness(std::move(version));
  const LoaderHarness::Snapshot start = harness->snapshot();
  {
    std::lock_guard<std::mutex> lock(mu_);
    const bool added =
        managed_[id.name]
            .emplace(id.version, Version{std::move(harness), nullptr})
            .second;
    if (!added) {
      return absl::AlreadyExistsError(
          absl::StrCat(id.DebugString(), " is managed already"));
    }
  }
  PublishStart(start);
  return absl::OkStatus();
}

BasicManager::Harness BasicManager::MakeHarness(
    ServableData<std::unique_ptr<Loader>> version) {
  const ServableId id = version.id();
  if (version.ok()) {
    return std::make_shared<LoaderHarness>(id, std::move(version).data());
  }
  return std::make_shared<LoaderHarness>(
      id,
      version.is_awaited() ? LoaderHarness::State::kAwaitingData
                           : LoaderHarness::State::kError,
      version.status());
}

void BasicManager::PublishStart(const LoaderHarness::Snapshot& start) const {
  Publish(start.id,
          start.state == LoaderHarness::State::kError ? ManagerState::kEnd
                                                      : ManagerState::kStart,
          start.status);
}

absl::Status BasicManager::Cancel(LoaderHarness& harness) {
  if (harness.Cancel() || harness.state() == LoaderHarness::State::kError) {
    return absl::OkStatus();
  }
  return WrongState(harness,
                    "Only a version that is not loaded can be dropped");
}

absl::Status BasicManager::StopManagingServable(const ServableId& id) {
  const Harness harness = FindHarness(id);
  if (harness == nullptr) return NotManaged(id);
  if (absl::Status status = Cancel(*harness); !status.ok()) return status;
  // The end of one in kError has been published.
  if (harness->state() == LoaderHarness::State::kDisabled) {
    Publish(id, ManagerState::kEnd, harness->snapshot().status);
  }
  RemoveHarness(id);
  ReleaseResources(harness.get());
  return absl::OkStatus();
}

absl::Status BasicManager::RestartServable(
    ServableData<std::unique_ptr<Loader>>&& version) {
  const ServableId id = version.id();
  const Harness old = FindHarness(id);
  if (old == nullptr) return NotManaged(id);
  if (absl::Status status = Cancel(*old); !status.ok()) return status;
  Harness harness = MakeHarness(std::move(version));
  const LoaderHarness::Snapshot start = harness->snapshot();
  {
    std::lock_guard<std::mutex> lock(mu_);
    // It has no replacement: that is for versions in kReady.
    FindVersionLocked(id)->current = std::move(harness);
    changed_.notify_all();
  }
  PublishStart(start);
  ReleaseResources(old.get());
  return absl::OkStatus();
}

absl::Status BasicManager::LoadServable(const ServableId& id) {
  const Harness harness = FindHarness(id);
  if (harness == nullptr) return NotManaged(id);
  if (!harness->RequestLoad()) {
    return WrongState(*harness, "Only a version in state New can be loaded");
  }
  StartLoad(harness);
  return absl::OkStatus();
}

absl::Status BasicManager::UnloadServable(const ServableId& id) {
  Harness harness;
  Harness replacement;
  {
    std::lock_guard<std::mutex> outcome_lock(outcome_mu_);
    std::lock_guard<std::mutex> lock(mu_);
    Version* const version = FindVersionLocked(id);
    if (version == nullptr) return NotManaged(id);
    harness = version->current;
    if (!harness->RequestUnload()) {
      return WrongState(*harness,
                        "Only a version in state Ready can be unloaded");
    }
    replacement = TakeReplacementLocked(*version);
  }
  ReleaseIfCancelled(replacement);
  StartUnload(harness);
  return absl::OkStatus();
}

absl::Status BasicManager::ReplaceServable(const ServableId& id,
                                           std::unique_ptr<Loader> loader) {
  const auto replacement =
      std::make_shared<LoaderHarness>(id, std::move(loader));
  Harness failed;  // Freed outside the locks.
  {
    std::lock_guard<std::mutex> outcome_lock(outcome_mu_);
    std::lock_guard<std::mutex> lock(mu_);
    Version* const version = FindVersionLocked(id);
    if (version == nullptr) return NotManaged(id);
    if (version->current->state() != LoaderHarness::State::kReady) {
      return WrongState(*version->current,
                        "Only a version in state Ready can be replaced");
    }
    if (version->replacement != nullptr &&
        version->replacement->state() != LoaderHarness::State::kError) {
      return absl::FailedPreconditionError(absl::StrCat(
          id.DebugString(), " is being replaced already; cancel that first"));
    }
    failed = std::exchange(version->replacement, replacement);
  }
  LOG(INFO) << "Loading other data for " << id << ", " << replacement->origin()
            << ", beside what is loaded";
  if (replacement->RequestLoad()) StartLoad(replacement);
  return absl::OkStatus();
}

absl::Status BasicManager::CancelReplacement(const ServableId& id) {
  Harness replacement;
  {
    std::lock_guard<std::mutex> outcome_lock(outcome_mu_);
    bool available = false;
    {
      std::lock_guard<std::mutex> lock(mu_);
      Version* const version = FindVersionLocked(id);
      if (version == nullptr) return NotManaged(id);
      replacement = TakeReplacementLocked(*version);
      if (replacement == nullptr) {
        return absl::NotFoundError(
            absl::StrCat(id.DebugString(), " is not being replaced"));
      }
      available = version->current->state() == LoaderHarness::State::kReady;
    }
    if (available && !replacement->snapshot().status.ok()) {
      Publish(id, ManagerState::kAvailable, absl::OkStatus());
    }
  }
  ReleaseIfCancelled(replacement);
  return absl::OkStatus();
}

absl::Status BasicManager::UnloadForReplacement(const ServableId& id) {
  Harness harness;
  {
    std::lock_guard<std::mutex> outcome_lock(outcome_mu_);
    std::lock_guard<std::mutex> lock(mu_);
    Version* const version = FindVersionLocked(id);
    if (version == nullptr) return NotManaged(id);
    std::lock_guard<std::mutex> resources_lock(resources_mu_);
    const auto waiting =
        version->replacement == nullptr
            ? waiting_.end()
            : std::find_if(waiting_.begin(), waiting_.end(),
                           [version](const Waiting& w) {
                             return w.harness.lock() == version->replacement;
                           });
    // A replacement can only be there beside a version that is loaded, or that
    // is being unloaded for it already; then it does not stand in waiting_.
    if (waiting == waiting_.end() || !version->current->RequestUnload()) {
      return WrongState(
          *version->current,
          "Only a replacement that waits for resources can be unloaded for");
    }
    // It does not try again before the old data is gone.
    waiting_.erase(waiting);
    harness = version->current;
  }
  LOG(INFO) << "Unloading " << id
            << " first: its new data does not fit beside the old";
  StartUnload(harness);
  return absl::OkStatus();
}

bool BasicManager::MakesRoom(const ServableId& waiting,
                             const std::vector<ServableId>& others) const {
  std::lock_guard<std::mutex> lock(mu_);
  const Version* const version = FindVersionLocked(waiting);
  if (version == nullptr) return false;
  const Harness& candidate =
      version->replacement != nullptr ? version->replacement : version->current;
  std::vector<ResourceTracker::Owner> owners;
  for (const ServableId& id : others) {
    const Version* const other = FindVersionLocked(id);
    if (other != nullptr) owners.push_back(other->current.get());
  }
  std::lock_guard<std::mutex> resources_lock(resources_mu_);
  for (const Waiting& entry : waiting_) {
    if (entry.harness.lock() != candidate) continue;
    return !resources_.FitsWithout(entry.estimate, {}) &&
           resources_.FitsWithout(entry.estimate, owners);
  }
  return false;
}

absl::Status BasicManager::WaitUntilLoaded(const ServableId& id) const {
  const Harness harness = FindHarness(id);
  if (harness == nullptr) return NotManaged(id);
  std::unique_lock<std::mutex> lock(mu_);
  changed_.wait(lock, [&harness] {
    return harness->state() >= LoaderHarness::State::kReady;
  });
  const LoaderHarness::Snapshot end = harness->snapshot();
  if (end.state == LoaderHarness::State::kDisabled && end.status.ok()) {
    return absl::CancelledError(absl::StrCat(
        id.DebugString(), " was dropped before its load had ended"));
  }
  return end.status;
}

std::vector<BasicManager::Snapshot> BasicManager::GetManagedServableSnapshots(
    absl::string_view servable_name) const {
  std::vector<Snapshot> snapshots;
  std::lock_guard<std::mutex> lock(mu_);
  const auto versions = managed_.find(servable_name);
  if (versions == managed_.end()) return snapshots;
  for (const auto& [number, version] : versions->second) {
    Snapshot snapshot{version.current->snapshot(), std::nullopt};
    if (version.replacement != nullptr) {
      snapshot.replacement = version.replacement->snapshot();
    }
    snapshots.push_back(std::move(snapshot));
  }
  return snapshots;
}

std::vector<ServableId> BasicManager::ListAvailableServableIds() const {
  return serving_.List();
}

absl::StatusOr<UntypedServableHandle> BasicManager::GetUntypedServableHandle(
    const ServableRequest& request) const {
  UntypedServableHandle handle = serving_.Acquire(request);
  if (!handle) {
    return absl::NotFoundError(absl::StrCat("Servable not found for request: ",
                                            request.DebugString()));
  }
  return handle;
}

BasicManager::Version* BasicManager::FindVersionLocked(const ServableId& id) {
  const auto versions = managed_.find(id.name);
  if (versions == managed_.end()) return nullptr;
  const auto version = versions->second.find(id.version);
  return version == versions->second.end() ? nullptr : &version->second;
}

const BasicManager::Version* BasicManager::FindVersionLocked(
    const ServableId& id) const {
  return const_cast<BasicManager*>(this)->FindVersionLocked(id);
}

BasicManager::Harness BasicManager::FindHarness(const ServableId& id) const {
  std::lock_guard<std::mutex> lock(mu_);
  const Version* const version = FindVersionLocked(id);
  return version == nullptr ? nullptr : version->current;
}

BasicManager::Role BasicManager::RoleLocked(
    const LoaderHarness& harness) const {
  const Version* const version = FindVersionLocked(harness.id());
  if (version != nullptr && version->current.get() == &harness) {
    return Role::kCurrent;
  }
  if (version != nullptr && version->replacement.get() == &harness) {
    return Role::kReplacement;
  }
  return Role::kDeparting;
}

BasicManager::Harness BasicManager::TakeReplacementLocked(Version& version) {
  Harness replacement = std::move(version.replacement);
  version.replacement = nullptr;
  if (replacement != nullptr && !replacement->Cancel() &&
      replacement->state() == LoaderHarness::State::kLoading) {
    // The thread that loads it finds out at the end.
    departing_.emplace(replacement.get(), replacement);
    std::lock_guard<std::mutex> resources_lock(resources_mu_);
    resources_.MarkLeaving(replacement.get());
  }
  return replacement;
}

void BasicManager::RemoveHarness(const ServableId& id) {
  Version removed;  // Freed outside the lock: its loader may take a while.
  std::lock_guard<std::mutex> lock(mu_);
  const auto versions = managed_.find(id.name);
  if (versions == managed_.end()) return;
  const auto version = versions->second.find(id.version);
  if (version == versions->second.end()) return;
  removed = std::move(version->second);
  versions->second.erase(version);
  if (versions->second.empty()) managed_.erase(versions);
  changed_.notify_all();
}

void BasicManager::RemoveDeparting(LoaderHarness* harness) {
  Harness removed;  // Freed outside the lock, as above.
  std::lock_guard<std::mutex> lock(mu_);
  const auto position = departing_.find(harness);
  if (position == departing_.end()) return;
  removed = std::move(position->second);
  departing_.erase(position);
  changed_.notify_all();
}

void BasicManager::StartLoad(const Harness& harness) {
  if (!harness->ApproveLoad()) return;
  load_pool_.Schedule([this, harness] { RunLoad(harness); });
}

void BasicManager::RunLoad(const Harness& harness) {
  if (!harness->StartLoading()) return;  // Cancelled meanwhile.
  const ServableId& id = harness->id();
  Role role;
  {
    std::lock_guard<std::mutex> lock(mu_);
    role = RoleLocked(*harness);
  }
  // Only another thread can make a current one of another role, and not while
  // it is loading; of a replacement nothing is to be told yet.
  if (role == Role::kCurrent && harness->snapshot().num_failed_loads == 0) {
    Publish(id, ManagerState::kLoading, absl::OkStatus());
  }
  if (ReserveResources(harness)) {
    LOG(INFO) << "Loading " << id;
    const absl::Time start = absl::Now();
    const absl::Status status = harness->Load();
    if (status.ok()) {
      LOG(INFO) << "Loaded " << id << " in " << Rounded(absl::Now() - start);
      ShrinkReservation(*harness);
      HandleGoodLoad(harness);
    } else {
      HandleFailedLoad(harness, status, /*may_retry=*/true);
    }
  }
  NotifyChange(id);
}

bool BasicManager::ReserveResources(const Harness& harness) {
  if (options_.total_memory_limit_bytes == 0) return true;
  {
    std::lock_guard<std::mutex> lock(resources_mu_);
    // It has waited, and was approved with its estimate.
    if (resources_.Holds(harness.get())) return true;
  }
  const absl::StatusOr<ResourceEstimate> estimate =
      harness->EstimateResources();
  if (!estimate.ok()) {
    HandleFailedLoad(harness, estimate.status(), /*may_retry=*/true);
    return false;
  }
  {
    std::lock_guard<std::mutex> lock(resources_mu_);
    if (resources_.Reserve(harness.get(), *estimate)) return true;
  }
  if (!resources_.FitsAlone(*estimate)) {  // Of the limits, which are constant.
    HandleFailedLoad(
        harness,
        absl::ResourceExhaustedError(absl::StrCat(
            harness->id().DebugString(), " needs about ",
            estimate->DebugString(), ", more than the limit of ",
            resources_.limits().DebugString(),
            " for all servables; raise the limit "
            "(total_memory_limit_bytes) or make the servable smaller")),
        /*may_retry=*/false);
    return false;
  }
  AwaitResources(harness, *estimate);
  return false;
}

void BasicManager::AwaitResources(const Harness& harness,
                                  const ResourceEstimate& estimate) {
  const ServableId& id = harness->id();
  bool departing = false;
  {
    std::lock_guard<std::mutex> outcome_lock(outcome_mu_);
    Role role;
    {
      std::lock_guard<std::mutex> lock(mu_);
      role = RoleLocked(*harness);
    }
    std::string taken;
    {
      std::lock_guard<std::mutex> lock(resources_mu_);
      taken = resources_.reserved().DebugString();
    }
    const absl::Status reason = absl::ResourceExhaustedError(absl::StrCat(
        id.DebugString(), " waits for resources: it needs about ",
        estimate.DebugString(), "; ", taken, " of the limit of ",
        resources_.limits().DebugString(),
        " are taken. It is loaded as soon as other servables have freed "
        "enough; or raise the limit (total_memory_limit_bytes)"));
    departing = role == Role::kDeparting;
    if (departing) {
      harness->Fail(reason);
    } else {
      LOG(WARNING) << reason.message();
      Publish(id,
              role == Role::kReplacement ? ManagerState::kAvailable
                                         : ManagerState::kLoading,
              reason);
      harness->AwaitResources(reason);
      std::lock_guard<std::mutex> lock(resources_mu_);
      waiting_.push_back({harness, estimate});
    }
  }
  if (departing) {
    RemoveDeparting(harness.get());
  } else {
    // Something may have been freed since the estimate was compared.
    ApproveWaitingLoads(/*freed=*/false);
  }
}

void BasicManager::HandleGoodLoad(const Harness& harness) {
  const ServableId& id = harness->id();
  Harness replaced;
  Role role;
  {
    std::lock_guard<std::mutex> outcome_lock(outcome_mu_);
    std::lock_guard<std::mutex> lock(mu_);
    role = RoleLocked(*harness);
    if (role == Role::kReplacement) {
      Version& version = *FindVersionLocked(id);
      // It is in kReady as long as it has a replacement that does not wait.
      ABSL_CHECK(version.current->RequestUnload()) << id;
      version.replacement = nullptr;
      replaced = std::exchange(version.current, harness);
      departing_.emplace(replaced.get(), replaced);
    }
  }
  switch (role) {
    case Role::kCurrent:
      serving_.Add(harness.get());
      Publish(id, ManagerState::kAvailable, absl::OkStatus());
      harness->DoneLoading();
      return;
    case Role::kReplacement:
      serving_.Replace(replaced.get(), harness.get());
      LOG(INFO) << id << " is now served from " << harness->origin()
                << " instead of " << replaced->origin();
      Publish(id, ManagerState::kAvailable, absl::OkStatus());
      harness->DoneLoading();
      QuiesceAndUnload(replaced.get());
      return;
    case Role::kDeparting:
      harness->DoneLoading();
      ABSL_CHECK(harness->RequestUnload()) << id;
      QuiesceAndUnload(harness.get());
      return;
  }
}

void BasicManager::HandleFailedLoad(const Harness& harness,
                                    const absl::Status& error, bool may_retry) {
  // A failed load leaves nothing behind.
  ReleaseResources(harness.get());
  const ServableId& id = harness->id();
  const int num_failed_loads = harness->snapshot().num_failed_loads + 1;
  const int max_loads = 1 + std::max(0, options_.max_num_load_retries);
  Role role;
  {
    std::lock_guard<std::mutex> outcome_lock(outcome_mu_);
    absl::Status health = error;
    bool is_final = false;
    {
      std::lock_guard<std::mutex> lock(mu_);
      role = RoleLocked(*harness);
      is_final = !may_retry || shutting_down_ || num_failed_loads >= max_loads;
      if (role == Role::kReplacement) {
        health = absl::Status(
            error.code(), absl::StrCat("Still served from ",
                                       FindVersionLocked(id)->current->origin(),
                                       ", because ", harness->origin(),
                                       " cannot be loaded: ", error.message()));
      }
    }
    if (role == Role::kDeparting) {
      harness->Fail(error);
    } else if (is_final) {
      LOG(ERROR) << "Loading " << id << " failed (attempt " << num_failed_loads
                 << " of " << max_loads << ", the last one): " << error;
      Publish(id,
              role == Role::kReplacement ? ManagerState::kAvailable
                                         : ManagerState::kEnd,
              health);
      harness->Fail(error);
    } else {
      const absl::Duration delay = RetryDelay(num_failed_loads);
      LOG(WARNING) << "Loading " << id << " failed (attempt "
                   << num_failed_loads << " of " << max_loads << "): " << error
                   << "; it is tried again in " << delay;
      Publish(id,
              role == Role::kReplacement ? ManagerState::kAvailable
                                         : ManagerState::kLoading,
              health);
      harness->AwaitRetry(error);
      // Weak, so that a version that is dropped meanwhile is freed at once.
      load_pool_.ScheduleAfter(
          delay, [this, waiting = std::weak_ptr<LoaderHarness>(harness)] {
            if (const Harness harness = waiting.lock()) RunLoad(harness);
          });
    }
  }
  if (role == Role::kDeparting) RemoveDeparting(harness.get());
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
  serving_.Remove(harness.get());
  QuiesceAndUnload(harness.get());
}

void BasicManager::QuiesceAndUnload(LoaderHarness* harness) {
  {
    std::lock_guard<std::mutex> lock(resources_mu_);
    resources_.MarkLeaving(harness);
  }
  // The plain pointer holds: RunUnload is what ends the harness.
  harness->StartQuiescing([this, harness] {
    unload_pool_.Schedule([this, harness] { RunUnload(harness); });
  });
}

void BasicManager::RunUnload(LoaderHarness* harness) {
  const ServableId id = harness->id();
  const absl::Time start = absl::Now();
  harness->Unload();
  LOG(INFO) << "Unloaded " << id << " in " << Rounded(absl::Now() - start);
  Role role;
  {
    std::lock_guard<std::mutex> lock(mu_);
    role = RoleLocked(*harness);
  }
  if (role == Role::kDeparting) {
    ReleaseResources(harness);
    harness->DoneUnloading();
    RemoveDeparting(harness);
  } else {
    // The end is published before what has waited for it can be loaded.
    Publish(id, ManagerState::kEnd, absl::OkStatus());
    ReleaseResources(harness);
    harness->DoneUnloading();
    EndOrGoOnWithReplacement(id);
  }
  NotifyChange(id);
}

void BasicManager::EndOrGoOnWithReplacement(const ServableId& id) {
  Harness next;
  Harness unloaded;  // Freed outside the locks.
  {
    std::lock_guard<std::mutex> outcome_lock(outcome_mu_);
    {
      std::lock_guard<std::mutex> lock(mu_);
      next = FindVersionLocked(id)->replacement;
    }
    if (next != nullptr) {
      Publish(id, ManagerState::kStart, absl::OkStatus());
      std::lock_guard<std::mutex> lock(mu_);
      Version& version = *FindVersionLocked(id);
      unloaded = std::exchange(version.current, next);
      version.replacement = nullptr;
    }
  }
  if (next == nullptr) {
    RemoveHarness(id);
  } else {
    StartLoad(next);
  }
}

void BasicManager::ShrinkReservation(const LoaderHarness& harness) {
  if (options_.total_memory_limit_bytes == 0) return;
  const absl::StatusOr<ResourceEstimate> estimate = harness.EstimateResources();
  if (!estimate.ok()) {
    LOG(WARNING) << harness.id()
                 << " is loaded, but cannot tell what it takes; "
                 << "the estimate from before the load holds on: "
                 << estimate.status();
    return;
  }
  bool freed;
  {
    std::lock_guard<std::mutex> lock(resources_mu_);
    freed = resources_.Shrink(&harness, *estimate);
  }
  if (freed) ApproveWaitingLoads(freed);
}

void BasicManager::ReleaseResources(const LoaderHarness* harness) {
  bool freed;
  {
    std::lock_guard<std::mutex> lock(resources_mu_);
    freed = resources_.Release(harness);
  }
  if (freed) ApproveWaitingLoads(freed);
}

void BasicManager::ReleaseIfCancelled(const Harness& harness) {
  if (harness != nullptr &&
      harness->state() == LoaderHarness::State::kDisabled) {
    ReleaseResources(harness.get());
  }
}

void BasicManager::ApproveWaitingLoads(bool freed) {
  std::vector<Harness>
      seen;  // Freed outside the lock, should they be the last.
  std::vector<Harness> approved;
  std::vector<ServableId> waiting_still;
  {
    std::lock_guard<std::mutex> lock(resources_mu_);
    std::vector<Waiting> left;
    for (Waiting& waiting : waiting_) {
      const Harness harness = waiting.harness.lock();
      if (harness == nullptr) continue;
      seen.push_back(harness);
      if (harness->state() != LoaderHarness::State::kLoadRequested) continue;
      if (!resources_.Reserve(harness.get(), waiting.estimate)) {
        waiting_still.push_back(harness->id());
        left.push_back(std::move(waiting));
      } else if (harness->ApproveLoad()) {
        approved.push_back(harness);
      } else {
        resources_.Release(harness.get());  // Cancelled at this very moment.
      }
    }
    waiting_ = std::move(left);
  }
  for (const Harness& harness : approved) {
    load_pool_.Schedule([this, harness] { RunLoad(harness); });
  }
  if (!freed) return;
  // Who decides about unloads may decide otherwise now.
  for (const ServableId& id : waiting_still) NotifyChange(id);
}

void BasicManager::Publish(const ServableId& id, ManagerState state,
                           const absl::Status& health) const {
  if (options_.servable_event_bus == nullptr) return;
  options_.servable_event_bus->Publish(ServableState{id, state, health});
}

void BasicManager::NotifyChange(const ServableId& id) const {
  {
    std::lock_guard<std::mutex> lock(mu_);
    changed_.notify_all();
  }
  if (options_.on_change) options_.on_change(id);
}

}  // namespace tfs3
