// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_LOAD_LOAD_PROGRESS_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_LOAD_LOAD_PROGRESS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tensorflow_serving_s3/core/servable_id.h"

namespace tfs3 {

// How far a load has come that is under way.
struct LoadProgress {
  ServableId id;
  std::string path;
  absl::Duration elapsed;
  // The bytes of the model's files that have come; not known for a path that is
  // not in S3. What is read twice counts twice, see s3::ReadWatch.
  std::optional<uint64_t> bytes_read;
  // Of all files of the model; not known before MeasureLoads.
  std::optional<uint64_t> total_bytes;
};

// Tells that a load is under way, as long as it lives:
//
//   const TrackedLoad tracked(id, "s3://models/half/1");
//   ... load ...
//
// Costs nothing that grows with the model, and asks the storage nothing.
class TrackedLoad {
 public:
  TrackedLoad(const ServableId& id, const std::string& path);
  ~TrackedLoad();
  TrackedLoad(const TrackedLoad&) = delete;
  TrackedLoad& operator=(const TrackedLoad&) = delete;

  struct State;  // load_progress.cc

 private:
  const std::shared_ptr<State> state_;
};

// The loads that are under way in this process, by name and version; of two of
// the same version the one that began first comes first. Thread-safe.
std::vector<LoadProgress> LoadsUnderWay();

// Finds out the total bytes of the loads that have taken at least so long,
// once for each: a few requests to the storage (see TotalFileBytes), for which
// it waits. Where that fails the total stays unknown; what is wrong with the
// storage is for the load to say. Thread-safe.
void MeasureLoads(absl::Duration at_least);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_LOAD_LOAD_PROGRESS_H_
