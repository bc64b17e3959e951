// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/basic_manager.h"

#include <algorithm>
#include <memory>
#include <mutex>
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
#include "tensorflow_serving_s3/core/load_admission.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/loader_harness.h"
#include "tensorflow_serving_s3/core/managed_versions.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/servable_state.h"

// The order of operations keeps the published states of one version in their
// order: a change is published before the harness enters the state in which
// another thread may act on it. For a replacement this is not enough, because
// another thread may begin to unload its version at any time: outcome_mu_
// prevents that.

namespace tfs3 {
namespace {

using ManagerState = ServableState::ManagerState;
using State = LoaderHarness::State;

int NumThreads(int option) {
  if (option > 0) {
    return option;
  }
  return std::max(2, static_cast<int>(std::thread::hardware_concurrency()));
}

// Formats a duration for logs: "1.52s", not "1.523487113s".
std::string Rounded(absl::Duration duration) {
  return absl::FormatDuration(absl::Trunc(
      duration, duration < absl::Seconds(1) ? absl::Microseconds(1)
                                            : absl::Milliseconds(10)));
}

}  // namespace

BasicManager::BasicManager(Options options)
    : options_(std::move(options)),
      admission_({options_.total_memory_limit_bytes,
                  [this](const Harness& harness) {
                    load_pool_.Schedule([this, harness] { RunLoad(harness); });
                  },
                  [this](const ServableId& id) { NotifyChange(id); }}),
      unload_pool_(NumThreads(options_.num_unload_threads)),
      load_pool_(NumThreads(options_.num_load_threads)) {}

BasicManager::~BasicManager() {
  shutting_down_ = true;
  const std::vector<ServableId> ids = versions_.List();
  // Cancels waiting loads. Running loads continue.
  for (const ServableId& id : ids) {
    CancelReplacement(id).IgnoreError();
    StopManagingServable(id).IgnoreError();
  }
  load_pool_.Stop();
  // Now every version is loaded, is being unloaded, or can be dropped.
  for (const ServableId& id : ids) {
    if (!StopManagingServable(id).ok()) {
      UnloadServable(id).IgnoreError();
    }
  }
  while (true) {
    const std::vector<std::string> left =
        versions_.WaitUntilEmpty(absl::Seconds(5));
    if (left.empty()) {
      break;
    }
    LOG(WARNING) << "Shutting down; still waiting for requests to release "
                    "their handles, or for the end of the unload, of: "
                 << absl::StrJoin(left, ", ");
  }
  unload_pool_.Stop();
}

absl::Status BasicManager::ManageServable(
    ServableData<std::unique_ptr<Loader>> version) {
  const Harness harness = LoaderHarness::Create(std::move(version));
  const LoaderHarness::Snapshot start = harness->snapshot();
  const absl::Status status = versions_.Add(harness);
  if (status.ok()) {
    PublishStart(start);
  }
  return status;
}

absl::Status BasicManager::StopManagingServable(const ServableId& id) {
  const absl::StatusOr<Harness> harness = versions_.CancelLoad(id);
  if (!harness.ok()) {
    return harness.status();
  }
  // The end of a version in kError was published when its load failed.
  if ((*harness)->state() == State::kDisabled) {
    Publish(id, ManagerState::kEnd, (*harness)->snapshot().status);
  }
  versions_.Remove(id);
  admission_.Release(**harness);
  return absl::OkStatus();
}

absl::Status BasicManager::RestartServable(
    ServableData<std::unique_ptr<Loader>>&& version) {
  const absl::StatusOr<Harness> old = versions_.CancelLoad(version.id());
  if (!old.ok()) {
    return old.status();
  }
  const Harness harness = LoaderHarness::Create(std::move(version));
  const LoaderHarness::Snapshot start = harness->snapshot();
  versions_.Restart(harness);
  PublishStart(start);
  admission_.Release(**old);
  return absl::OkStatus();
}

absl::Status BasicManager::LoadServable(const ServableId& id) {
  const absl::StatusOr<Harness> harness = versions_.RequestLoad(id);
  if (!harness.ok()) {
    return harness.status();
  }
  StartLoad(*harness);
  return absl::OkStatus();
}

absl::Status BasicManager::UnloadServable(const ServableId& id) {
  absl::StatusOr<ManagedVersions::Unload> unload;
  {
    std::lock_guard<std::mutex> outcome_lock(outcome_mu_);
    unload = versions_.RequestUnload(id);
  }
  if (!unload.ok()) {
    return unload.status();
  }
  if (unload->cancelled_replacement != nullptr) {
    ReleaseCancelled(unload->cancelled_replacement);
  }
  StartUnload(unload->harness);
  return absl::OkStatus();
}

absl::Status BasicManager::ReplaceServable(const ServableId& id,
                                           std::unique_ptr<Loader> loader) {
  const auto replacement =
      std::make_shared<LoaderHarness>(id, std::move(loader));
  {
    std::lock_guard<std::mutex> outcome_lock(outcome_mu_);
    if (absl::Status status = versions_.AddReplacement(replacement);
        !status.ok()) {
      return status;
    }
  }
  LOG(INFO) << "Loading other data for " << id << ", " << replacement->origin()
            << ", beside what is loaded";
  if (replacement->RequestLoad()) {
    StartLoad(replacement);
  }
  return absl::OkStatus();
}

absl::Status BasicManager::CancelReplacement(const ServableId& id) {
  absl::StatusOr<Harness> replacement;
  {
    std::lock_guard<std::mutex> outcome_lock(outcome_mu_);
    replacement = versions_.CancelReplacement(id);
    if (!replacement.ok()) {
      return replacement.status();
    }
    if (versions_.Find(id)->state() == State::kReady &&
        !(*replacement)->snapshot().status.ok()) {
      Publish(id, ManagerState::kAvailable, absl::OkStatus());
    }
  }
  ReleaseCancelled(*replacement);
  return absl::OkStatus();
}

absl::Status BasicManager::UnloadForReplacement(const ServableId& id) {
  Harness current;
  {
    std::lock_guard<std::mutex> outcome_lock(outcome_mu_);
    const Harness replacement = versions_.FindReplacement(id);
    if (replacement == nullptr || !admission_.StopWaiting(replacement)) {
      return absl::FailedPreconditionError(absl::StrCat(
          "No replacement of ", id.DebugString(), " waits for resources"));
    }
    current = versions_.Find(id);
    // A version whose replacement waits is in kReady.
    ABSL_CHECK(current->RequestUnload()) << id;
  }
  LOG(INFO) << "Unloading " << id
            << " first: its new data does not fit beside the old";
  StartUnload(current);
  return absl::OkStatus();
}

bool BasicManager::MakesRoom(const ServableId& waiting,
                             const std::vector<ServableId>& others) const {
  Harness candidate = versions_.FindReplacement(waiting);
  if (candidate == nullptr) {
    candidate = versions_.Find(waiting);
  }
  std::vector<Harness> harnesses;
  for (const ServableId& id : others) {
    harnesses.push_back(versions_.Find(id));
  }
  return candidate != nullptr && admission_.MakesRoom(candidate, harnesses);
}

absl::Status BasicManager::WaitUntilLoaded(const ServableId& id) const {
  return versions_.WaitUntilLoaded(id);
}

std::vector<BasicManager::Snapshot> BasicManager::GetManagedServableSnapshots(
    absl::string_view servable_name) const {
  return versions_.Snapshots(servable_name);
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

void BasicManager::StartLoad(const Harness& harness) {
  if (!harness->ApproveLoad()) {
    return;
  }
  load_pool_.Schedule([this, harness] { RunLoad(harness); });
}

void BasicManager::RunLoad(const Harness& harness) {
  if (!harness->StartLoading()) {
    return;  // It was cancelled.
  }
  const ServableId& id = harness->id();
  if (harness->snapshot().num_failed_loads == 0 &&
      versions_.RoleOf(*harness) == Role::kCurrent) {
    Publish(id, ManagerState::kLoading, absl::OkStatus());
  }
  const LoadAdmission::Result result = admission_.Admit(*harness);
  switch (result.decision) {
    case LoadAdmission::Decision::kAdmitted: {
      LOG(INFO) << "Loading " << id;
      const absl::Time start = absl::Now();
      const absl::Status status = harness->Load();
      if (status.ok()) {
        LOG(INFO) << "Loaded " << id << " in " << Rounded(absl::Now() - start);
        admission_.ShrinkReservation(*harness);
        HandleGoodLoad(harness);
      } else {
        HandleFailedLoad(harness, status, /*may_retry=*/true);
      }
      break;
    }
    case LoadAdmission::Decision::kMustWait:
      AwaitResources(harness, result);
      break;
    case LoadAdmission::Decision::kRefused:
      HandleFailedLoad(harness, result.reason, result.may_retry);
      break;
  }
  NotifyChange(id);
}

void BasicManager::AwaitResources(const Harness& harness,
                                  const LoadAdmission::Result& result) {
  std::lock_guard<std::mutex> outcome_lock(outcome_mu_);
  const Role role = versions_.RoleOf(*harness);
  if (role == Role::kDetached) {
    FailDetached(harness, result.reason);
    return;
  }
  LOG(WARNING) << result.reason.message();
  PublishLoad(harness->id(), role, ManagerState::kLoading, result.reason);
  harness->AwaitResources(result.reason);
  admission_.Wait(harness, result.estimate);
}

void BasicManager::HandleGoodLoad(const Harness& harness) {
  const ServableId& id = harness->id();
  Harness replaced;
  Role role;
  {
    std::lock_guard<std::mutex> outcome_lock(outcome_mu_);
    role = versions_.RoleOf(*harness);
    if (role == Role::kReplacement) {
      replaced = versions_.FinishReplacement(harness);
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
      QuiesceAndUnload(replaced);
      return;
    case Role::kDetached:
      harness->DoneLoading();
      ABSL_CHECK(harness->RequestUnload()) << id;
      QuiesceAndUnload(harness);
      return;
  }
}

void BasicManager::HandleFailedLoad(const Harness& harness,
                                    const absl::Status& error, bool may_retry) {
  admission_.Release(*harness);
  const ServableId& id = harness->id();
  const int num_failed_loads = harness->snapshot().num_failed_loads + 1;
  const int max_loads = 1 + std::max(0, options_.max_num_load_retries);
  std::lock_guard<std::mutex> outcome_lock(outcome_mu_);
  const Role role = versions_.RoleOf(*harness);
  if (role == Role::kDetached) {
    FailDetached(harness, error);
    return;
  }
  absl::Status health = error;
  if (role == Role::kReplacement) {
    health = absl::Status(
        error.code(),
        absl::StrCat("Still served from ", versions_.Find(id)->origin(),
                     ", because ", harness->origin(),
                     " cannot be loaded: ", error.message()));
  }
  if (!may_retry || shutting_down_ || num_failed_loads >= max_loads) {
    LOG(ERROR) << "Loading " << id << " failed (attempt " << num_failed_loads
               << " of " << max_loads << ", the last one): " << error;
    PublishLoad(id, role, ManagerState::kEnd, health);
    harness->Fail(error);
    return;
  }
  const absl::Duration delay = RetryDelay(num_failed_loads);
  LOG(WARNING) << "Loading " << id << " failed (attempt " << num_failed_loads
               << " of " << max_loads << "): " << error
               << "; it is tried again in " << delay;
  PublishLoad(id, role, ManagerState::kLoading, health);
  harness->AwaitRetry(error);
  // A weak pointer: a version that is dropped is destroyed immediately.
  load_pool_.ScheduleAfter(
      delay, [this, waiting = std::weak_ptr<LoaderHarness>(harness)] {
        if (const Harness harness = waiting.lock()) {
          RunLoad(harness);
        }
      });
}

void BasicManager::FailDetached(const Harness& harness,
                                const absl::Status& error) {
  harness->Fail(error);
  versions_.RemoveDetached(harness);
}

absl::Duration BasicManager::RetryDelay(int num_failed_loads) const {
  absl::Duration delay = options_.first_load_retry_interval;
  for (int i = 1; i < num_failed_loads; ++i) {
    if (delay >= options_.load_retry_interval) {
      break;
    }
    delay *= 2;
  }
  return std::min(delay, options_.load_retry_interval);
}

void BasicManager::StartUnload(const Harness& harness) {
  Publish(harness->id(), ManagerState::kUnloading, absl::OkStatus());
  // After this no request can acquire the harness.
  serving_.Remove(harness.get());
  QuiesceAndUnload(harness);
}

void BasicManager::QuiesceAndUnload(const Harness& harness) {
  admission_.MarkUnloading(*harness);
  harness->StartQuiescing([this, harness] {
    unload_pool_.Schedule([this, harness] { RunUnload(harness); });
  });
}

void BasicManager::RunUnload(const Harness& harness) {
  const ServableId id = harness->id();
  const absl::Time start = absl::Now();
  harness->Unload();
  LOG(INFO) << "Unloaded " << id << " in " << Rounded(absl::Now() - start);
  if (versions_.RoleOf(*harness) == Role::kDetached) {
    admission_.Release(*harness);
    harness->DoneUnloading();
    versions_.RemoveDetached(harness);
  } else {
    // The end is published before a load that waits for the memory starts.
    Publish(id, ManagerState::kEnd, absl::OkStatus());
    admission_.Release(*harness);
    harness->DoneUnloading();
    RemoveOrContinueWithReplacement(id);
  }
  NotifyChange(id);
}

void BasicManager::RemoveOrContinueWithReplacement(const ServableId& id) {
  Harness next;
  {
    std::lock_guard<std::mutex> outcome_lock(outcome_mu_);
    next = versions_.FindReplacement(id);
    if (next != nullptr) {
      Publish(id, ManagerState::kStart, absl::OkStatus());
      versions_.ContinueWithReplacement(id);
    }
  }
  if (next == nullptr) {
    versions_.Remove(id);
  } else {
    StartLoad(next);
  }
}

void BasicManager::ReleaseCancelled(const Harness& harness) {
  admission_.MarkUnloading(*harness);
  if (harness->state() == State::kDisabled) {
    admission_.Release(*harness);
  }
}

void BasicManager::PublishStart(const LoaderHarness::Snapshot& start) const {
  Publish(
      start.id,
      start.state == State::kError ? ManagerState::kEnd : ManagerState::kStart,
      start.status);
}

void BasicManager::PublishLoad(const ServableId& id, Role role,
                               ManagerState state,
                               const absl::Status& health) const {
  Publish(id, role == Role::kReplacement ? ManagerState::kAvailable : state,
          health);
}

void BasicManager::Publish(const ServableId& id, ManagerState state,
                           const absl::Status& health) const {
  if (options_.servable_event_bus == nullptr) {
    return;
  }
  options_.servable_event_bus->Publish(ServableState{id, state, health});
}

void BasicManager::NotifyChange(const ServableId& id) const {
  versions_.NotifyChange();
  if (options_.on_change) {
    options_.on_change(id);
  }
}

}  // namespace tfs3
