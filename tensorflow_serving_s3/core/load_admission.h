// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_LOAD_ADMISSION_H_
#define TENSORFLOW_SERVING_S3_CORE_LOAD_ADMISSION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "tensorflow_serving_s3/core/loader_harness.h"
#include "tensorflow_serving_s3/core/resources.h"
#include "tensorflow_serving_s3/core/servable_id.h"

namespace tfs3 {

// Decides which loads may start, so that all servables together stay below a
// memory limit.
//
//   LoadAdmission::Result result = admission.Admit(*harness);
//   // If result.decision is kAdmitted:
//   harness->Load();
//   admission.ShrinkReservation(*harness);
//   ...
//   admission.Release(*harness);  // After an unload or a failed load.
//
// An admitted harness holds a reservation until Release. Waiting loads start in
// the order in which they began to wait, but a small load may overtake a large
// one. Thread-safe.
class LoadAdmission {
 public:
  using Harness = std::shared_ptr<LoaderHarness>;

  enum class Decision {
    kAdmitted,  // The estimate is reserved.
    kMustWait,  // There is not enough free memory now.
    kRefused,   // The estimate is above the limit, or there is none.
  };
  struct Result {
    Decision decision = Decision::kAdmitted;
    // OK if the load is admitted.
    absl::Status reason;
    ResourceEstimate estimate;
    // Whether a refused load may be admitted later.
    bool may_retry = false;
  };

  struct Options {
    // Zero: no limit. Then every load is admitted and no loader is asked for an
    // estimate.
    uint64_t limit_bytes = 0;
    // Starts a load that has waited; its harness is in kLoadApproved. Required.
    std::function<void(const Harness& harness)> start_load;
    // Called for every load that still waits after memory was freed. Required.
    std::function<void(const ServableId& id)> on_freed;
  };

  explicit LoadAdmission(Options options);

  // Reserves what the loader of `harness` estimates. `harness` is in kLoading.
  // A harness that holds a reservation is admitted immediately.
  Result Admit(const LoaderHarness& harness);

  // Starts a load when `estimate` fits, which may be immediately. `harness` is
  // in kLoadRequested.
  void Wait(const Harness& harness, const ResourceEstimate& estimate);

  // Ends the wait of a load. False if it does not wait.
  bool StopWaiting(const Harness& harness);

  // Whether `waiting` waits for memory that the unloads in progress will not
  // free, but that they and the unload of `others` would free.
  bool MakesRoom(const Harness& waiting,
                 const std::vector<Harness>& others) const;

  // Reduces the reservation of a loaded harness to what its loader estimates
  // now.
  void ShrinkReservation(const LoaderHarness& harness);

  // Notes that `harness` will release its reservation soon.
  void MarkUnloading(const LoaderHarness& harness);

  // Ends the reservation, if there is one.
  void Release(const LoaderHarness& harness);

 private:
  struct Waiting {
    std::weak_ptr<LoaderHarness> harness;
    ResourceEstimate estimate;
  };

  // Starts the waiting loads for which there is memory now. Returns the IDs of
  // the loads that still wait.
  std::vector<ServableId> StartWaitingLoads();
  // After memory was freed: starts waiting loads and calls on_freed.
  void OnFreed();

  const Options options_;

  mutable std::mutex mu_;
  ResourceTracker resources_;     // Guarded by mu_, except its limits.
  std::vector<Waiting> waiting_;  // Guarded by mu_; the oldest first.
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_LOAD_ADMISSION_H_
