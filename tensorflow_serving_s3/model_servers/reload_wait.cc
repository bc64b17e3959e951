// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/reload_wait.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "tensorflow_serving_s3/core/loader_harness.h"
#include "tensorflow_serving_s3/model_servers/unavailable_model.h"

namespace tfs3 {
namespace {

constexpr absl::Duration kProgressPeriod = absl::Milliseconds(20);

using FailedModels = std::map<std::string, absl::Status>;

// Returns the state of the data that the manager loads or has loaded from
// `origin`; null if it has other data of this version. A loader without an
// origin, and a version that came as an error, match every origin.
const LoaderHarness::Snapshot* SnapshotOfOrigin(
    const BasicManager::Snapshot& version, absl::string_view origin) {
  if (version.replacement.has_value() &&
      version.replacement->origin == origin) {
    return &*version.replacement;
  }
  return version.origin.empty() || version.origin == origin ? &version
                                                            : nullptr;
}

// Moves the models that are not pending any more out of `pending`, and those
// that failed to `failed`.
void UpdateProgress(const ReloadWait& wait, std::vector<std::string>* pending,
                    FailedModels* failed) {
  std::vector<std::string> still_pending;
  for (std::string& model : *pending) {
    ModelProgress progress = wait.progress_of(model);
    switch (progress.state) {
      case ModelProgress::State::kAvailable:
        break;
      case ModelProgress::State::kFailed:
        failed->emplace(std::move(model), std::move(progress.problem));
        break;
      case ModelProgress::State::kPending:
        still_pending.push_back(std::move(model));
    }
  }
  *pending = std::move(still_pending);
}

absl::Status ReloadError(const ReloadWait& wait, size_t num_changed,
                         const std::vector<std::string>& pending,
                         const FailedModels& failed) {
  std::string message = absl::StrCat(
      "The configuration is in force; of ", num_changed,
      num_changed == 1 ? " new or changed model " : " new or changed models ");
  if (!failed.empty()) {
    absl::StrAppend(&message, failed.size(),
                    " failed to load (the server tries again)");
    absl::string_view separator = ": ";
    for (const auto& [model, problem] : failed) {
      absl::StrAppend(&message, separator, model, ": ", problem.message());
      separator = "; ";
    }
    if (!pending.empty()) {
      message += "; ";
    }
  }
  if (!pending.empty()) {
    absl::StrAppend(&message, pending.size(),
                    " still loading: ", NamesOf(pending));
    for (const std::string& model : pending) {
      const std::string problem = wait.version_problem(model);
      if (!problem.empty()) {
        absl::StrAppend(&message, "; ", model, " ", problem);
      }
    }
  }
  return absl::Status(failed.empty() ? absl::StatusCode::kDeadlineExceeded
                                     : failed.begin()->second.code(),
                      message);
}

}  // namespace

ModelProgress ProgressOf(const std::vector<ServableData<StoragePath>>& aspired,
                         const std::vector<BasicManager::Snapshot>& managed) {
  using State = ModelProgress::State;
  std::map<int64_t, const BasicManager::Snapshot*> snapshots;
  for (const BasicManager::Snapshot& snapshot : managed) {
    snapshots.emplace(snapshot.id.version, &snapshot);
  }
  const bool all_awaited =
      !aspired.empty() &&
      std::all_of(aspired.begin(), aspired.end(),
                  [](const auto& version) { return version.is_awaited(); });
  if (all_awaited) {
    return {State::kPending, absl::OkStatus()};
  }
  ModelProgress progress{State::kAvailable, absl::OkStatus()};
  for (const ServableData<StoragePath>& version : aspired) {
    if (version.is_awaited()) {
      continue;
    }
    if (!version.ok()) {
      return {State::kFailed, version.status()};
    }
    const auto found = snapshots.find(version.id().version);
    const LoaderHarness::Snapshot* const snapshot =
        found == snapshots.end()
            ? nullptr
            : SnapshotOfOrigin(*found->second, version.data());
    if (snapshot != nullptr &&
        snapshot->state == LoaderHarness::State::kReady) {
      continue;
    }
    // A version that waits for memory has a status too, but has not failed.
    if (snapshot != nullptr && !snapshot->status.ok() &&
        snapshot->num_failed_loads > 0) {
      return {State::kFailed, snapshot->status};
    }
    progress.state = State::kPending;
  }
  return progress;
}

absl::Status WaitForModels(std::vector<std::string> models,
                           const ReloadWait& wait) {
  const size_t num_changed = models.size();
  FailedModels failed;
  while (true) {
    UpdateProgress(wait, &models, &failed);
    if (wait.stopping()) {
      return absl::UnavailableError(
          "This server is stopping; the configuration was in force");
    }
    if (models.empty() || absl::Now() >= wait.deadline) {
      break;
    }
    if (wait.cancelled != nullptr && wait.cancelled()) {
      return absl::CancelledError(
          "The caller stopped waiting; the configuration is in force");
    }
    std::this_thread::sleep_for(absl::ToChronoMilliseconds(std::min(
        kProgressPeriod,
        std::max(wait.deadline - absl::Now(), absl::Milliseconds(1)))));
  }
  if (failed.empty() && models.empty()) {
    return absl::OkStatus();
  }
  return ReloadError(wait, num_changed, models, failed);
}

}  // namespace tfs3
