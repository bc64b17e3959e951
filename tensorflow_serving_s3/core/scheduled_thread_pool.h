// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_SCHEDULED_THREAD_POOL_H_
#define TENSORFLOW_SERVING_S3_CORE_SCHEDULED_THREAD_POOL_H_

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/time/time.h"

namespace tfs3 {

// A fixed number of threads that run functions immediately or after a delay.
//
//   ScheduledThreadPool pool(4);
//   pool.Schedule([] { Load(); });
//   pool.ScheduleAfter(absl::Seconds(2), [] { Poll(); });
//
// Waiting work occupies no thread. Work runs in the order of its due times.
// Thread-safe; work may schedule more work.
class ScheduledThreadPool {
 public:
  // Starts at least one thread. Throws std::system_error if the system cannot
  // create the threads.
  explicit ScheduledThreadPool(int num_threads);
  ScheduledThreadPool(const ScheduledThreadPool&) = delete;
  ScheduledThreadPool& operator=(const ScheduledThreadPool&) = delete;
  ~ScheduledThreadPool();  // Calls Stop.

  // Drops the work that has not begun and all work that is scheduled later.
  // Returns when the running work has ended. The work must not call this.
  void Stop();

  void Schedule(std::function<void()> work);
  void ScheduleAfter(absl::Duration delay, std::function<void()> work);

 private:
  using Clock = std::chrono::steady_clock;

  void RunThread();

  std::mutex mu_;
  std::condition_variable changed_;
  bool stopping_ = false;
  // By due time. Work with the same due time stays in the order of its calls.
  std::multimap<Clock::time_point, std::function<void()>> queue_;
  std::vector<std::thread> threads_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_SCHEDULED_THREAD_POOL_H_
