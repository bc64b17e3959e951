// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/managed_versions.h"

#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/absl_check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tensorflow_serving_s3/core/loader_harness.h"
#include "tensorflow_serving_s3/core/servable_id.h"

namespace tfs3 {
namespace {

using State = LoaderHarness::State;

absl::Status NotManaged(const ServableId& id) {
  return absl::NotFoundError(absl::StrCat(id.DebugString(), " is not managed"));
}

}  // namespace

absl::Status ManagedVersions::Add(Harness harness) {
  const ServableId id = harness->id();
  std::lock_guard<std::mutex> lock(mu_);
  if (FindLocked(id) != nullptr) {
    return absl::AlreadyExistsError(
        absl::StrCat(id.DebugString(), " is managed already"));
  }
  versions_[id.name].emplace(id.version, Version{std::move(harness), nullptr});
  return absl::OkStatus();
}

ManagedVersions::Harness ManagedVersions::Find(const ServableId& id) const {
  std::lock_guard<std::mutex> lock(mu_);
  const Version* const version = FindLocked(id);
  return version == nullptr ? nullptr : version->current;
}

ManagedVersions::Harness ManagedVersions::FindReplacement(
    const ServableId& id) const {
  std::lock_guard<std::mutex> lock(mu_);
  const Version* const version = FindLocked(id);
  return version == nullptr ? nullptr : version->replacement;
}

absl::Status ManagedVersions::WaitUntilLoaded(const ServableId& id) const {
  const Harness harness = Find(id);
  if (harness == nullptr) {
    return NotManaged(id);
  }
  {
    std::unique_lock<std::mutex> lock(mu_);
    changed_.wait(lock, [&] { return harness->state() >= State::kReady; });
  }
  const LoaderHarness::Snapshot end = harness->snapshot();
  if (end.state == State::kDisabled && end.status.ok()) {
    return absl::CancelledError(absl::StrCat(
        id.DebugString(), " was dropped before its load had ended"));
  }
  return end.status;
}

ManagedVersions::Role ManagedVersions::RoleOf(
    const LoaderHarness& harness) const {
  std::lock_guard<std::mutex> lock(mu_);
  const Version* const version = FindLocked(harness.id());
  if (version == nullptr) {
    return Role::kDetached;
  }
  if (version->current.get() == &harness) {
    return Role::kCurrent;
  }
  if (version->replacement.get() == &harness) {
    return Role::kReplacement;
  }
  return Role::kDetached;
}

absl::StatusOr<ManagedVersions::Harness> ManagedVersions::RequestLoad(
    const ServableId& id) const {
  Harness harness = Find(id);
  if (harness == nullptr) {
    return NotManaged(id);
  }
  if (!harness->RequestLoad()) {
    return WrongStateError(*harness,
                           "Only a version in state New can be loaded");
  }
  return harness;
}

absl::StatusOr<ManagedVersions::Harness> ManagedVersions::CancelLoad(
    const ServableId& id) const {
  Harness harness = Find(id);
  if (harness == nullptr) {
    return NotManaged(id);
  }
  if (!harness->Cancel() && harness->state() != State::kError) {
    return WrongStateError(*harness,
                           "Only a version that is not loaded can be dropped");
  }
  return harness;
}

void ManagedVersions::Restart(Harness harness) {
  const ServableId id = harness->id();
  // `harness` takes the old harness out of the lock.
  std::lock_guard<std::mutex> lock(mu_);
  FindLocked(id)->current.swap(harness);
  changed_.notify_all();
}

void ManagedVersions::Remove(const ServableId& id) {
  Version removed;  // Destroyed after the lock is released.
  std::lock_guard<std::mutex> lock(mu_);
  Version* const version = FindLocked(id);
  if (version == nullptr) {
    return;
  }
  removed = std::move(*version);
  const auto versions = versions_.find(id.name);
  versions->second.erase(id.version);
  if (versions->second.empty()) {
    versions_.erase(versions);
  }
  changed_.notify_all();
}

absl::Status ManagedVersions::AddReplacement(Harness replacement) {
  const ServableId& id = replacement->id();
  std::lock_guard<std::mutex> lock(mu_);
  Version* const version = FindLocked(id);
  if (version == nullptr) {
    return NotManaged(id);
  }
  if (version->current->state() != State::kReady) {
    return WrongStateError(*version->current,
                           "Only a version in state Ready can be replaced");
  }
  if (version->replacement != nullptr &&
      version->replacement->state() != State::kError) {
    return absl::FailedPreconditionError(absl::StrCat(
        id.DebugString(), " is being replaced already; cancel that first"));
  }
  // A failed replacement is destroyed with the argument, after the lock.
  version->replacement.swap(replacement);
  return absl::OkStatus();
}

ManagedVersions::Harness ManagedVersions::FinishReplacement(
    const Harness& replacement) {
  std::lock_guard<std::mutex> lock(mu_);
  Version& version = *FindLocked(replacement->id());
  // A version with a replacement that is loading is in kReady.
  ABSL_CHECK(version.current->RequestUnload()) << replacement->id();
  Harness replaced = std::exchange(version.current, replacement);
  version.replacement = nullptr;
  detached_.insert(replaced);
  return replaced;
}

void ManagedVersions::ContinueWithReplacement(const ServableId& id) {
  Harness unloaded;  // Destroyed after the lock is released.
  std::lock_guard<std::mutex> lock(mu_);
  Version& version = *FindLocked(id);
  unloaded = std::exchange(version.current, std::move(version.replacement));
}

absl::StatusOr<ManagedVersions::Harness> ManagedVersions::CancelReplacement(
    const ServableId& id) {
  std::lock_guard<std::mutex> lock(mu_);
  Version* const version = FindLocked(id);
  if (version == nullptr) {
    return NotManaged(id);
  }
  if (version->replacement == nullptr) {
    return absl::NotFoundError(
        absl::StrCat(id.DebugString(), " is not being replaced"));
  }
  return TakeReplacementLocked(*version);
}

absl::StatusOr<ManagedVersions::Unload> ManagedVersions::RequestUnload(
    const ServableId& id) {
  std::lock_guard<std::mutex> lock(mu_);
  Version* const version = FindLocked(id);
  if (version == nullptr) {
    return NotManaged(id);
  }
  if (!version->current->RequestUnload()) {
    return WrongStateError(*version->current,
                           "Only a version in state Ready can be unloaded");
  }
  return Unload{version->current, TakeReplacementLocked(*version)};
}

void ManagedVersions::RemoveDetached(const Harness& harness) {
  std::lock_guard<std::mutex> lock(mu_);
  detached_.erase(harness);
  changed_.notify_all();
}

std::vector<ServableId> ManagedVersions::List() const {
  std::vector<ServableId> ids;
  std::lock_guard<std::mutex> lock(mu_);
  for (const auto& [name, versions] : versions_) {
    for (const auto& [number, version] : versions) {
      ids.push_back({name, number});
    }
  }
  return ids;
}

std::vector<ManagedVersions::Snapshot> ManagedVersions::Snapshots(
    absl::string_view servable_name) const {
  std::vector<Snapshot> snapshots;
  std::lock_guard<std::mutex> lock(mu_);
  const auto versions = versions_.find(servable_name);
  if (versions == versions_.end()) {
    return snapshots;
  }
  for (const auto& [number, version] : versions->second) {
    Snapshot snapshot{version.current->snapshot(), std::nullopt};
    if (version.replacement != nullptr) {
      snapshot.replacement = version.replacement->snapshot();
    }
    snapshots.push_back(std::move(snapshot));
  }
  return snapshots;
}

void ManagedVersions::NotifyChange() const {
  std::lock_guard<std::mutex> lock(mu_);
  changed_.notify_all();
}

std::vector<std::string> ManagedVersions::WaitUntilEmpty(
    absl::Duration timeout) const {
  std::vector<std::string> left;
  std::unique_lock<std::mutex> lock(mu_);
  changed_.wait_for(lock, absl::ToChronoMilliseconds(timeout),
                    [this] { return versions_.empty() && detached_.empty(); });
  const auto add = [&left](const Harness& harness) {
    left.push_back(absl::StrCat(harness->id().DebugString(), " (",
                                HarnessStateName(harness->state()), ")"));
  };
  for (const auto& [name, versions] : versions_) {
    for (const auto& [number, version] : versions) {
      add(version.current);
    }
  }
  for (const Harness& harness : detached_) {
    add(harness);
  }
  return left;
}

ManagedVersions::Version* ManagedVersions::FindLocked(const ServableId& id) {
  const auto versions = versions_.find(id.name);
  if (versions == versions_.end()) {
    return nullptr;
  }
  const auto version = versions->second.find(id.version);
  return version == versions->second.end() ? nullptr : &version->second;
}

const ManagedVersions::Version* ManagedVersions::FindLocked(
    const ServableId& id) const {
  return const_cast<ManagedVersions*>(this)->FindLocked(id);
}

ManagedVersions::Harness ManagedVersions::TakeReplacementLocked(
    Version& version) {
  Harness replacement = std::exchange(version.replacement, nullptr);
  if (replacement != nullptr && !replacement->Cancel() &&
      replacement->state() == State::kLoading) {
    detached_.insert(replacement);
  }
  return replacement;
}

}  // namespace tfs3
