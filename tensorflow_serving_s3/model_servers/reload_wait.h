// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_RELOAD_WAIT_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_RELOAD_WAIT_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tensorflow_serving_s3/core/basic_manager.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/storage_path.h"

namespace tfs3 {

// The progress of a model after a change of its configuration.
struct ModelProgress {
  enum class State { kPending, kAvailable, kFailed };

  State state = State::kPending;
  absl::Status problem;  // With kFailed.
};

// Compares the versions that the source aspires with the versions that the
// manager has. A version whose upload is not complete counts only if there is
// no other version.
ModelProgress ProgressOf(const std::vector<ServableData<StoragePath>>& aspired,
                         const std::vector<BasicManager::Snapshot>& managed);

struct ReloadWait {
  std::function<ModelProgress(const std::string& model)> progress_of;
  // Returns the error of a version of a pending model; empty if there is none.
  std::function<std::string(const std::string& model)> version_problem;
  std::function<bool()> stopping;
  std::function<bool()> cancelled;  // May be null.
  absl::Time deadline;
};

// Waits until none of `models`, the new or changed models of a configuration
// that is in force, is pending. Returns
//
//  - OK if all are available
//  - the code of a failed model, with the problem of every failed model
//  - DEADLINE_EXCEEDED with the pending models
//  - CANCELLED if `cancelled` returns true
//  - UNAVAILABLE if the server is stopping
absl::Status WaitForModels(std::vector<std::string> models,
                           const ReloadWait& wait);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_RELOAD_WAIT_H_
