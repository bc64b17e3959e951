// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/testing/run_monitor.h"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/servable_state.h"

namespace tfs3 {
namespace {

using ManagerState = ServableState::ManagerState;

// Whether a version may publish `next` after `last`.
bool MayFollow(ManagerState last, const ServableState& next) {
  const ManagerState state = next.manager_state;
  if (last == ManagerState::kEnd) {
    // A version starts, or is an error from the beginning.
    return state == ManagerState::kStart ||
           (state == ManagerState::kEnd && !next.health.ok());
  }
  // A version that is loading may start over with other data.
  return state > last || (state == last && state != ManagerState::kUnloading) ||
         (state == ManagerState::kStart && last == ManagerState::kLoading);
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const RandomRunStats& stats) {
  return out << stats.sequences << " sequences, " << stats.lists << " lists, "
             << stats.loads << " loads (" << stats.failed_loads << " failed), "
             << stats.unloads << " unloads, " << stats.handles << " handles, "
             << stats.failed_replacements << " failed replacements, "
             << stats.resource_waits << " waits for resources";
}

void RunMonitor::OnLoadStart(uint64_t bytes) {
  std::lock_guard<std::mutex> lock(mu_);
  ++stats_.loads;
  bytes_ += bytes;
  EXPECT_TRUE(limit_ == 0 || bytes_ <= limit_) << "Above the memory limit";
}

void RunMonitor::OnLoadFailure(uint64_t bytes) {
  std::lock_guard<std::mutex> lock(mu_);
  ++stats_.failed_loads;
  bytes_ -= bytes;
  changed_.notify_all();
}

void RunMonitor::OnLoadSuccess() {
  std::lock_guard<std::mutex> lock(mu_);
  ++loaded_;
  changed_.notify_all();
}

void RunMonitor::OnUnload(uint64_t bytes) {
  std::lock_guard<std::mutex> lock(mu_);
  ++stats_.unloads;
  --loaded_;
  bytes_ -= bytes;
  changed_.notify_all();
}

void RunMonitor::OnState(const ServableState& state) {
  std::lock_guard<std::mutex> lock(mu_);
  const auto [position, is_first] = states_.try_emplace(state.id, state);
  const ManagerState last =
      is_first ? ManagerState::kEnd : position->second.manager_state;
  EXPECT_TRUE(MayFollow(last, state))
      << state << " was published after " << position->second;
  position->second = state;
  if (state.health.code() == absl::StatusCode::kResourceExhausted &&
      state.manager_state != ManagerState::kEnd) {
    ++stats_.resource_waits;
  } else if (state.manager_state == ManagerState::kAvailable &&
             !state.health.ok()) {
    ++stats_.failed_replacements;
  }
  changed_.notify_all();
}

bool RunMonitor::WaitUntil(const Condition& condition) {
  std::unique_lock<std::mutex> lock(mu_);
  return changed_.wait_for(lock, kRunTimeout,
                           [&] { return condition(states_, loaded_); });
}

bool RunMonitor::WaitBriefly(const Condition& condition) {
  std::unique_lock<std::mutex> lock(mu_);
  return changed_.wait_for(lock, std::chrono::milliseconds(1),
                           [&] { return condition(states_, loaded_); });
}

void RunMonitor::WaitForChange() {
  std::unique_lock<std::mutex> lock(mu_);
  changed_.wait_for(lock, std::chrono::microseconds(500));
}

int64_t RunMonitor::loaded() const {
  std::lock_guard<std::mutex> lock(mu_);
  return loaded_;
}

void RunMonitor::AddTo(RandomRunStats* stats) const {
  std::lock_guard<std::mutex> lock(mu_);
  stats->loads += stats_.loads;
  stats->failed_loads += stats_.failed_loads;
  stats->unloads += stats_.unloads;
  stats->failed_replacements += stats_.failed_replacements;
  stats->resource_waits += stats_.resource_waits;
}

std::string RunMonitor::DebugString() const {
  std::lock_guard<std::mutex> lock(mu_);
  std::string text = absl::StrCat(loaded_, " loaded, ", bytes_, " bytes");
  for (const auto& [id, state] : states_) {
    absl::StrAppend(&text, "\n  ", state.DebugString());
  }
  return text;
}

}  // namespace tfs3
