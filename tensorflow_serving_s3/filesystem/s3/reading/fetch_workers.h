// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The threads that fetch ranges of objects, and the limit on the ranges that a
// process reads at the same time.
//
//   FetchWorkers& workers = FetchWorkers::OfProcess();
//   workers.Run(FetchWorkers::Priority::kReadAhead, [] { FetchARange(); });
//
// A thread only waits for its range: the threads of the AWS runtime receive the
// bytes. Starts at most 32 threads, on demand; an idle thread ends after some
// seconds. A task may run late, and never if the system cannot start a thread,
// so a caller that needs a range must be able to fetch it on its own thread; at
// most 32 callers do so at the same time (callers()).
//
// Only reads use this pool. Copies and uploads hold a thread for as long as the
// store needs, possibly minutes, and would delay the reads; they use the
// threads of parallel.h and multipart_upload.h. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_READING_FETCH_WORKERS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_READING_FETCH_WORKERS_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

#include "tensorflow_serving_s3/filesystem/s3/base/semaphore.h"

namespace tfs3 {
namespace s3 {

class FetchWorkers {
 public:
  // Blocking tasks run first; tasks of one priority run in their order.
  enum class Priority { kBlocking, kReadAhead };

  struct Options {
    size_t max_threads = 32;
    size_t max_callers = 32;
    std::chrono::milliseconds idle{5000};
    // Called by a thread that has been idle for this time. Returns true to be
    // called again.
    std::function<bool()> when_idle;
  };

  explicit FetchWorkers(Options options);
  // Waits for the running tasks, and drops the others.
  ~FetchWorkers();

  // Returns the workers of this process, which are never destroyed. A forked
  // child has its own. Idle workers release the memory of idle files
  // (memory_budget.h).
  static FetchWorkers& OfProcess();

  // Queues a task and returns.
  void Run(Priority priority, std::function<void()> task);

  // Hold a unit of it while fetching on a thread of the caller.
  Semaphore& callers() { return callers_; }

  size_t num_threads() const;

  FetchWorkers(const FetchWorkers&) = delete;
  FetchWorkers& operator=(const FetchWorkers&) = delete;

 private:
  using Threads = std::list<std::thread>;

  void Work(Threads::iterator self);
  // Waits for a task. Returns null if the thread should end.
  std::function<void()> NextTask(std::unique_lock<std::mutex>& lock);

  const Options options_;
  Semaphore callers_;

  mutable std::mutex mutex_;
  std::condition_variable task_or_end_;
  std::condition_variable thread_ended_;
  std::deque<std::function<void()>> blocking_;
  std::deque<std::function<void()>> read_ahead_;
  Threads threads_;
  Threads ended_;  // To be joined.
  size_t idle_threads_ = 0;
  bool ending_ = false;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_READING_FETCH_WORKERS_H_
