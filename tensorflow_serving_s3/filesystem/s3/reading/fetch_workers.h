// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The threads that wait for ranges of objects, and with them the bound on how
// many ranges a process reads at once.
//
//   FetchWorkers& workers = FetchWorkers::OfProcess();
//   workers.Run(FetchWorkers::Urgency::kAhead, [] { FetchARange(); });
//
// A thread does nothing but sleep while its range comes: the bytes are received
// by the AWS runtime's threads. They are started as they are needed, 32 at the
// most, and end when they have had nothing to do for a while. Nobody must
// depend on a task: it may come late, and where no thread can be started it
// never comes. Whoever waits for a range should be able to fetch it himself;
// not more than 32 do so at a time (CallerTurn). Thread-safe.
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

namespace tfs3 {
namespace s3 {

class FetchWorkers {
 public:
  // Tasks that somebody waits for come first; otherwise in their order.
  enum class Urgency { kAwaited, kAhead };

  struct Options {
    size_t max_threads = 32;
    size_t max_callers = 32;
    std::chrono::milliseconds idle{5000};
    // Called by a thread that had nothing to do for that long. Whether it wants
    // to be called once more.
    std::function<bool()> when_idle;
  };

  explicit FetchWorkers(Options options);
  // Ends the threads after the tasks that they are at; others are dropped.
  ~FetchWorkers();

  // Those of this process, never destroyed; the child of a fork has its own.
  // When idle they give back what idle files have read ahead (memory_budget.h).
  static FetchWorkers& OfProcess();

  // Returns at once.
  void Run(Urgency urgency, std::function<void()> task);

  // A turn to fetch on one's own thread: waits for it, ends with its scope.
  class CallerTurn {
   public:
    explicit CallerTurn(FetchWorkers* workers);
    ~CallerTurn();

    CallerTurn(const CallerTurn&) = delete;
    CallerTurn& operator=(const CallerTurn&) = delete;

   private:
    FetchWorkers* const workers_;
  };

  size_t num_threads() const;

  FetchWorkers(const FetchWorkers&) = delete;
  FetchWorkers& operator=(const FetchWorkers&) = delete;

 private:
  using Threads = std::list<std::thread>;

  void Work(Threads::iterator self);
  // Waits for a task. Without one when the thread shall end.
  std::function<void()> NextTask(std::unique_lock<std::mutex>& lock);

  const Options options_;

  mutable std::mutex mutex_;
  std::condition_variable task_or_end_;
  std::condition_variable turn_;
  std::condition_variable thread_ended_;
  std::deque<std::function<void()>> awaited_;
  std::deque<std::function<void()>> ahead_;
  Threads threads_;
  Threads ended_;  // Or about to; to be joined.
  size_t idle_threads_ = 0;
  size_t callers_ = 0;
  bool ending_ = false;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_READING_FETCH_WORKERS_H_
