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

// The progress of one load.
struct LoadProgress {
  ServableId id;
  std::string path;
  absl::Duration elapsed;
  // Bytes read from the model's files so far. A byte that is read twice counts
  // twice. Absent if the path's filesystem does not count (read_counter.h).
  std::optional<uint64_t> bytes_read;
  // The size of all files of the model. Absent before MeasureLoads.
  std::optional<uint64_t> total_bytes;
};

// Reports a load as running as long as the object lives:
//
//   const TrackedLoad tracked(id, "s3://models/half/1");
//   ... load ...
//
// Its cost does not depend on the size of the model, and it sends no request to
// the storage.
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

// Returns the running loads of this process, sorted by name and version. Two
// loads of the same version are in the order of their start. Thread-safe.
std::vector<LoadProgress> ActiveLoads();

// Finds the total bytes of each load that has run for `at_least`, once for each
// load. Blocks while it lists the model's folders (see TotalFileBytes). If this
// fails, the total stays absent: the load itself reports errors of the storage.
// Thread-safe.
void MeasureLoads(absl::Duration at_least);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_LOAD_LOAD_PROGRESS_H_
