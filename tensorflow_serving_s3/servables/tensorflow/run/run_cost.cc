// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/run/run_cost.h"

#include <algorithm>

#include "tensorflow_serving_s3/servables/tensorflow/run/thread_time.h"

namespace tfs3 {
namespace {

constexpr int64_t kQuickNanoseconds = 200'000;
constexpr int64_t kPausePerSlowRun = 1000;
// The longest pause after one run: 10 minutes.
constexpr int64_t kMaxPause = int64_t{600} * 1'000'000'000;
// The time to write a byte of a tensor of floats as JSON.
constexpr int64_t kNanosecondsPerOutputByte = 8;

constexpr std::chrono::milliseconds kSlow{10};

int64_t Nanoseconds(RunCost::Clock::duration duration) {
  return std::chrono::nanoseconds(duration).count();
}

}  // namespace

RunCost::Clock::duration RunCost::WorkOf(Clock::duration elapsed) {
  // A shorter time has no effect that matters.
  if (elapsed <= kSlow) {
    return elapsed;
  }
  return std::min(elapsed, ThreadTime::SinceMark().value_or(elapsed));
}

void RunCost::Record(Clock::duration run, int64_t output_bytes,
                     Clock::time_point now) {
  const int64_t cost = std::max<int64_t>(
      1, Nanoseconds(run) + output_bytes * kNanosecondsPerOutputByte);
  if (cost > Nanoseconds(kSlow)) {
    slow_until_.store(
        Nanoseconds(now.time_since_epoch()) +
            std::min(cost, kMaxPause / kPausePerSlowRun) * kPausePerSlowRun,
        std::memory_order_relaxed);
  }
  // Two runs at the same time may lose an update; later runs correct the value.
  const int64_t typical = typical_.load(std::memory_order_relaxed);
  const int64_t updated =
      typical == 0 || cost < typical ? cost : typical + (cost - typical) / 64;
  if (updated != typical) {
    typical_.store(updated, std::memory_order_relaxed);
  }
}

bool RunCost::IsQuick(Clock::time_point now) const {
  const int64_t typical = typical_.load(std::memory_order_relaxed);
  return typical > 0 && typical < kQuickNanoseconds &&
         Nanoseconds(now.time_since_epoch()) >=
             slow_until_.load(std::memory_order_relaxed);
}

}  // namespace tfs3
