// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_WORKER_POOL_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_WORKER_POOL_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tfs3 {

// A fixed number of threads that run tasks in the order in which they come.
//
//   WorkerPool pool(4);
//   pool.Run([] { Work(); });
//
// Thread-safe. The destructor runs all tasks that were added, then ends the
// threads. Standard library only, for what must not see absl.
class WorkerPool {
 public:
  explicit WorkerPool(int num_threads);
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  ~WorkerPool();

  // Runs `task` on one of the threads, soon. It must not throw.
  void Run(std::function<void()> task);

  // As Run; false, and the task is dropped, if `max_waiting` tasks wait for a
  // thread already.
  [[nodiscard]] bool TryRun(std::function<void()> task, size_t max_waiting);

  // How many tasks wait for a thread.
  size_t num_waiting() const;

 private:
  void Loop();

  mutable std::mutex mu_;
  std::condition_variable added_;
  std::deque<std::function<void()>> tasks_;
  // Threads that wait for added_: nobody is woken where nobody sleeps.
  int idle_ = 0;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_WORKER_POOL_H_
