// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/load_admission.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/log/log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "tensorflow_serving_s3/core/loader_harness.h"
#include "tensorflow_serving_s3/core/resources.h"
#include "tensorflow_serving_s3/core/servable_id.h"

namespace tfs3 {

LoadAdmission::LoadAdmission(Options options)
    : options_(std::move(options)),
      resources_(ResourceEstimate::MainMemory(options_.limit_bytes)) {}

LoadAdmission::Result LoadAdmission::Admit(const LoaderHarness& harness) {
  if (options_.limit_bytes == 0) {
    return {};
  }
  {
    std::lock_guard<std::mutex> lock(mu_);
    // StartWaitingLoads has reserved the memory of a load that waited.
    if (resources_.Holds(&harness)) {
      return {};
    }
  }
  const absl::StatusOr<ResourceEstimate> estimate = harness.EstimateResources();
  if (!estimate.ok()) {
    return {Decision::kRefused, estimate.status(), {}, /*may_retry=*/true};
  }
  if (!resources_.FitsAlone(*estimate)) {
    return {Decision::kRefused,
            absl::ResourceExhaustedError(absl::StrCat(
                harness.id().DebugString(), " needs about ",
                estimate->DebugString(), ", more than the limit of ",
                resources_.limits().DebugString(),
                " for all servables; raise the limit "
                "(total_memory_limit_bytes) or make the servable smaller"))};
  }
  std::lock_guard<std::mutex> lock(mu_);
  if (resources_.Reserve(&harness, *estimate)) {
    return {};
  }
  return {Decision::kMustWait,
          absl::ResourceExhaustedError(absl::StrCat(
              harness.id().DebugString(), " waits for resources: it needs ",
              "about ", estimate->DebugString(), "; ",
              resources_.reserved().DebugString(), " of the limit of ",
              resources_.limits().DebugString(),
              " are taken. It is loaded as soon as other servables have freed "
              "enough; or raise the limit (total_memory_limit_bytes)")),
          *estimate};
}

void LoadAdmission::Wait(const Harness& harness,
                         const ResourceEstimate& estimate) {
  {
    std::lock_guard<std::mutex> lock(mu_);
    waiting_.push_back({harness, estimate});
  }
  // Memory may have been freed since Admit.
  StartWaitingLoads();
}

bool LoadAdmission::StopWaiting(const Harness& harness) {
  std::lock_guard<std::mutex> lock(mu_);
  const auto position = std::find_if(
      waiting_.begin(), waiting_.end(),
      [&harness](const Waiting& w) { return w.harness.lock() == harness; });
  if (position == waiting_.end()) {
    return false;
  }
  waiting_.erase(position);
  return true;
}

std::vector<ServableId> LoadAdmission::StartWaitingLoads() {
  // Holds every harness until the lock is released: the last reference to a
  // harness destroys its loader, which may take long.
  std::vector<Harness> seen;
  std::vector<Harness> approved;
  std::vector<ServableId> still_waiting;
  {
    std::lock_guard<std::mutex> lock(mu_);
    std::vector<Waiting> left;
    for (Waiting& waiting : waiting_) {
      const Harness harness = waiting.harness.lock();
      if (harness == nullptr) {
        continue;
      }
      seen.push_back(harness);
      if (harness->state() != LoaderHarness::State::kLoadRequested) {
        continue;
      }
      if (!resources_.Reserve(harness.get(), waiting.estimate)) {
        still_waiting.push_back(harness->id());
        left.push_back(std::move(waiting));
      } else if (harness->ApproveLoad()) {
        approved.push_back(harness);
      } else {
        // Another thread has cancelled the load since the check above.
        resources_.Release(harness.get());
      }
    }
    waiting_ = std::move(left);
  }
  for (const Harness& harness : approved) {
    options_.start_load(harness);
  }
  return still_waiting;
}

void LoadAdmission::OnFreed() {
  for (const ServableId& id : StartWaitingLoads()) {
    options_.on_freed(id);
  }
}

bool LoadAdmission::MakesRoom(const Harness& waiting,
                              const std::vector<Harness>& others) const {
  std::vector<ResourceTracker::Owner> owners;
  owners.reserve(others.size());
  for (const Harness& other : others) {
    owners.push_back(other.get());
  }
  std::lock_guard<std::mutex> lock(mu_);
  for (const Waiting& entry : waiting_) {
    if (entry.harness.lock() != waiting) {
      continue;
    }
    return !resources_.FitsWithout(entry.estimate, {}) &&
           resources_.FitsWithout(entry.estimate, owners);
  }
  return false;
}

void LoadAdmission::ShrinkReservation(const LoaderHarness& harness) {
  if (options_.limit_bytes == 0) {
    return;
  }
  const absl::StatusOr<ResourceEstimate> estimate = harness.EstimateResources();
  if (!estimate.ok()) {
    LOG(WARNING) << harness.id()
                 << " is loaded, but its loader cannot estimate its memory. "
                    "The estimate from before the load remains reserved: "
                 << estimate.status();
    return;
  }
  bool freed;
  {
    std::lock_guard<std::mutex> lock(mu_);
    freed = resources_.Shrink(&harness, *estimate);
  }
  if (freed) {
    OnFreed();
  }
}

void LoadAdmission::MarkUnloading(const LoaderHarness& harness) {
  std::lock_guard<std::mutex> lock(mu_);
  resources_.MarkUnloading(&harness);
}

void LoadAdmission::Release(const LoaderHarness& harness) {
  bool freed;
  {
    std::lock_guard<std::mutex> lock(mu_);
    freed = resources_.Release(&harness);
  }
  if (freed) {
    OnFreed();
  }
}

}  // namespace tfs3
