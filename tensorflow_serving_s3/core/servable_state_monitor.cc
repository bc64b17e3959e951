// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/servable_state_monitor.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/servable_state.h"

namespace tfs3 {
namespace {

bool HasEnded(const ServableState& state) {
  return state.manager_state == ServableState::ManagerState::kEnd;
}

// The states of the versions that match a request.
std::vector<const ServableState*> Matching(
    const ServableStateMonitor::ServableMap& states,
    const ServableRequest& request) {
  std::vector<const ServableState*> matching;
  const auto versions = states.find(request.name);
  if (versions == states.end()) {
    return matching;
  }
  for (const auto& [version, entry] : versions->second) {
    if (!request.version.has_value() || *request.version == version) {
      matching.push_back(&entry.state);
    }
  }
  return matching;
}

}  // namespace

ServableStateMonitor::ServableStateMonitor(EventBus<ServableState>* bus)
    : ServableStateMonitor(bus, Options()) {}

ServableStateMonitor::ServableStateMonitor(EventBus<ServableState>* bus,
                                           const Options& options)
    : options_(options),
      subscription_(bus->Subscribe(
          [this](const ServableState& state) { HandleEvent(state); })) {}

void ServableStateMonitor::ForgetEnded(absl::string_view servable_name,
                                       std::set<int64_t> versions) {
  std::lock_guard<std::mutex> lock(mu_);
  forgotten_when_ended_.erase(std::string(servable_name));
  if (versions.empty()) {
    return;
  }
  forgotten_when_ended_.emplace(servable_name, std::move(versions));
  DropForgottenVersionsLocked(servable_name);
}

std::optional<ServableStateMonitor::ServableStateAndTime>
ServableStateMonitor::GetState(const ServableId& id) const {
  std::lock_guard<std::mutex> lock(mu_);
  const auto versions = states_.find(id.name);
  if (versions == states_.end()) {
    return std::nullopt;
  }
  const auto entry = versions->second.find(id.version);
  if (entry == versions->second.end()) {
    return std::nullopt;
  }
  return entry->second;
}

ServableStateMonitor::VersionMap ServableStateMonitor::GetVersionStates(
    absl::string_view servable_name) const {
  std::lock_guard<std::mutex> lock(mu_);
  const auto versions = states_.find(servable_name);
  return versions == states_.end() ? VersionMap() : versions->second;
}

ServableStateMonitor::ServableMap ServableStateMonitor::GetAllServableStates()
    const {
  std::lock_guard<std::mutex> lock(mu_);
  return states_;
}

absl::Status ServableStateMonitor::WaitUntilServablesReachState(
    const std::vector<ServableRequest>& servables,
    ServableState::ManagerState goal, absl::Time deadline) const {
  Wait wait{goal, servables, {}};
  std::unique_lock<std::mutex> lock(mu_);
  SettleLocked(wait);
  const auto position = waits_.insert(waits_.end(), &wait);
  const auto settled = [&wait] { return wait.open.empty(); };
  if (deadline == absl::InfiniteFuture()) {
    settled_.wait(lock, settled);
  } else {
    settled_.wait_until(lock, absl::ToChronoTime(deadline), settled);
  }
  waits_.erase(position);

  const auto describe = [this](std::string* out,
                               const ServableRequest& request) {
    absl::StrAppend(out, DescribeLocked(request));
  };
  if (!wait.open.empty()) {
    return absl::DeadlineExceededError(
        absl::StrCat("Not ", ManagerStateName(goal),
                     " in time: ", absl::StrJoin(wait.open, "; ", describe)));
  }
  if (!wait.failed.empty()) {
    absl::StatusCode code = absl::StatusCode::kFailedPrecondition;
    for (const ServableState* state : Matching(states_, wait.failed.front())) {
      if (!state->health.ok()) {
        code = state->health.code();
      }
    }
    return absl::Status(
        code, absl::StrCat("Ended before it was ", ManagerStateName(goal), ": ",
                           absl::StrJoin(wait.failed, "; ", describe)));
  }
  return absl::OkStatus();
}

void ServableStateMonitor::HandleEvent(const ServableState& state) {
  const absl::Time now = absl::Now();
  std::lock_guard<std::mutex> lock(mu_);
  VersionMap& versions = states_[state.id.name];
  versions.insert_or_assign(state.id.version, ServableStateAndTime{state, now});
  for (Wait* wait : waits_) {
    SettleLocked(*wait);
  }
  settled_.notify_all();
  if (HasEnded(state)) {
    DropEndedVersionsLocked(versions);
    DropEndedServablesLocked();
    DropForgottenVersionsLocked(state.id.name);
  }
}

void ServableStateMonitor::DropForgottenVersionsLocked(
    absl::string_view servable_name) {
  const auto forgotten = forgotten_when_ended_.find(servable_name);
  const auto servable = states_.find(servable_name);
  if (forgotten == forgotten_when_ended_.end() || servable == states_.end()) {
    return;
  }
  VersionMap& versions = servable->second;
  for (const int64_t version : forgotten->second) {
    const auto known = versions.find(version);
    if (known != versions.end() && HasEnded(known->second.state)) {
      versions.erase(known);
    }
  }
  if (versions.empty()) {
    states_.erase(servable);
  }
}

void ServableStateMonitor::DropEndedVersionsLocked(VersionMap& versions) {
  // In the order of removal: versions without an error first, then by time.
  std::vector<std::tuple<bool, absl::Time, int64_t>> ended;
  for (const auto& [version, entry] : versions) {
    if (HasEnded(entry.state)) {
      ended.emplace_back(!entry.state.health.ok(), entry.time, version);
    }
  }
  if (ended.size() <= options_.max_ended_versions) {
    return;
  }
  std::sort(ended.begin(), ended.end());
  ended.resize(ended.size() - options_.max_ended_versions);
  for (const auto& [failed, time, version] : ended) {
    versions.erase(version);
  }
}

void ServableStateMonitor::DropEndedServablesLocked() {
  if (states_.size() <= options_.max_ended_servables) {
    return;
  }
  std::vector<std::pair<absl::Time, std::string>> ended;
  for (const auto& [name, versions] : states_) {
    absl::Time last = absl::InfinitePast();
    bool all_ended = true;
    for (const auto& [version, entry] : versions) {
      all_ended &= HasEnded(entry.state);
      last = std::max(last, entry.time);
    }
    if (all_ended) {
      ended.emplace_back(last, name);
    }
  }
  if (ended.size() <= options_.max_ended_servables) {
    return;
  }
  std::sort(ended.begin(), ended.end());
  ended.resize(ended.size() - options_.max_ended_servables);
  for (const auto& [time, name] : ended) {
    states_.erase(name);
  }
}

void ServableStateMonitor::SettleLocked(Wait& wait) const {
  std::vector<ServableRequest> open;
  for (ServableRequest& request : wait.open) {
    const std::vector<const ServableState*> versions =
        Matching(states_, request);
    const bool met = std::any_of(versions.begin(), versions.end(),
                                 [&wait](const ServableState* state) {
                                   return state->manager_state == wait.goal;
                                 });
    const bool ended =
        !versions.empty() && std::all_of(versions.begin(), versions.end(),
                                         [](const ServableState* state) {
                                           return HasEnded(*state);
                                         });
    if (met) {
      continue;
    }
    (ended ? wait.failed : open).push_back(std::move(request));
  }
  wait.open = std::move(open);
}

std::string ServableStateMonitor::DescribeLocked(
    const ServableRequest& request) const {
  const std::vector<const ServableState*> versions = Matching(states_, request);
  if (versions.empty()) {
    return absl::StrCat(request.DebugString(), " (no version is known)");
  }
  return absl::StrCat(
      request.DebugString(), " (",
      absl::StrJoin(versions, ", ",
                    [](std::string* out, const ServableState* state) {
                      absl::StrAppend(out, state->DebugString());
                    }),
      ")");
}

}  // namespace tfs3
