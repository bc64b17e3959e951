// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_THREAD_TIME_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_THREAD_TIME_H_

#include <chrono>
#include <optional>

namespace tfs3 {

// Tells how long the calling thread has run on a processor. On a busy machine
// it may wait for a processor, so that the time on the clock says nothing about
// its work.
//
//   ThreadTime::Mark(now);
//   ...
//   if (elapsed > kSuspicious) worked = ThreadTime::SinceMark();
class ThreadTime {
 public:
  using Clock = std::chrono::steady_clock;

  // Marks the time, unless the last mark is less than a millisecond old. So a
  // call typically costs nothing.
  static void Mark(Clock::time_point now);

  // Returns the processor time of the thread since the last mark; nullopt if
  // there is no mark, or if the thread has waited for anything but a processor,
  // such as a file or another thread.
  static std::optional<Clock::duration> SinceMark();
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_THREAD_TIME_H_
