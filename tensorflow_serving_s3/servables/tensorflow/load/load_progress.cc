// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/load/load_progress.h"

#include <algorithm>
#include <chrono>
#include <mutex>

#include "absl/status/statusor.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow_serving_s3/filesystem/read_counter.h"
#include "tensorflow_serving_s3/servables/tensorflow/load/storage_size.h"

namespace tfs3 {

using Clock = std::chrono::steady_clock;

struct TrackedLoad::State {
  State(const ServableId& servable, const std::string& storage_path)
      : id(servable), path(storage_path) {}

  absl::Duration elapsed() const {
    return absl::FromChrono(Clock::now() - began);
  }

  const ServableId id;
  const std::string path;
  const Clock::time_point began = Clock::now();
  // Null if the filesystem does not count.
  const std::unique_ptr<ReadCounter> counter = NewReadCounter(path);
  // Guarded by the registry's mutex:
  bool measured = false;
  std::optional<uint64_t> total_bytes;
};

namespace {

using StatePtr = std::shared_ptr<TrackedLoad::State>;

struct Registry {
  std::mutex mu;
  std::vector<StatePtr> loads;  // In the order of their start.
};

Registry& TheRegistry() {
  static Registry& registry = *new Registry();
  return registry;
}

}  // namespace

TrackedLoad::TrackedLoad(const ServableId& id, const std::string& path)
    : state_(std::make_shared<State>(id, path)) {
  Registry& registry = TheRegistry();
  std::lock_guard<std::mutex> lock(registry.mu);
  registry.loads.push_back(state_);
}

TrackedLoad::~TrackedLoad() {
  Registry& registry = TheRegistry();
  std::lock_guard<std::mutex> lock(registry.mu);
  registry.loads.erase(
      std::find(registry.loads.begin(), registry.loads.end(), state_));
}

std::vector<LoadProgress> ActiveLoads() {
  std::vector<LoadProgress> loads;
  {
    Registry& registry = TheRegistry();
    std::lock_guard<std::mutex> lock(registry.mu);
    for (const StatePtr& state : registry.loads) {
      LoadProgress& load = loads.emplace_back();
      load.id = state->id;
      load.path = state->path;
      load.elapsed = state->elapsed();
      if (state->counter != nullptr) {
        load.bytes_read = state->counter->bytes();
      }
      load.total_bytes = state->total_bytes;
    }
  }
  std::stable_sort(
      loads.begin(), loads.end(),
      [](const LoadProgress& a, const LoadProgress& b) { return a.id < b.id; });
  return loads;
}

void MeasureLoads(absl::Duration at_least) {
  Registry& registry = TheRegistry();
  std::vector<StatePtr> unmeasured;
  {
    std::lock_guard<std::mutex> lock(registry.mu);
    for (const StatePtr& state : registry.loads) {
      if (state->measured || state->elapsed() < at_least) {
        continue;
      }
      state->measured = true;
      unmeasured.push_back(state);
    }
  }
  for (const StatePtr& state : unmeasured) {
    const absl::StatusOr<uint64_t> bytes =
        TotalFileBytes(tensorflow::Env::Default(), state->path);
    if (!bytes.ok()) {
      continue;
    }
    std::lock_guard<std::mutex> lock(registry.mu);
    state->total_bytes = *bytes;
  }
}

}  // namespace tfs3
