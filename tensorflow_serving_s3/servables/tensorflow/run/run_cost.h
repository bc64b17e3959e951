// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_RUN_COST_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_RUN_COST_H_

#include <atomic>
#include <chrono>
#include <cstdint>

namespace tfs3 {

// Estimates from earlier runs of a signature whether its next run is quick.
//
//   RunCost cost;
//   const auto start = RunCost::Clock::now();
//   ...  // Run the signature.
//   const auto end = RunCost::Clock::now();
//   cost.Record(end - start, output_bytes, end);
//   if (cost.IsQuick(RunCost::Clock::now())) ...
//
// Thread-safe.
class RunCost {
 public:
  using Clock = std::chrono::steady_clock;

  // Returns the time that a run has worked on this thread, without the time in
  // which the thread only waited for a processor. Call ThreadTime::Mark before
  // the run, and this after it.
  static Clock::duration WorkOf(Clock::duration elapsed);

  // Records the work of a run and the size of its outputs, whose conversion
  // into a response takes time as well.
  void Record(Clock::duration run, int64_t output_bytes, Clock::time_point now);

  // Returns true if a run with its response typically takes less than 200
  // microseconds. False before the first run.
  //
  // A run that took more than 10 ms makes it false for 1000 times as long. So a
  // signature that is slow for some inputs can block a thread that makes only
  // quick runs for at most a thousandth of the time.
  bool IsQuick(Clock::time_point now) const;

 private:
  // In nanoseconds; zero before the first run. Falls immediately and rises
  // slowly, so that the time in which a thread waits for a processor has little
  // effect.
  std::atomic<int64_t> typical_{0};
  // Clock's nanoseconds until which no run is quick.
  std::atomic<int64_t> slow_until_{0};
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_RUN_COST_H_
