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

// Runs tasks on a fixed number of threads, in the order of the calls.
//
//   WorkerPool pool(4);
//   pool.Run([] { Work(); });
//
// Thread-safe. The destructor runs all remaining tasks, then ends the threads.
class WorkerPool {
 public:
  // Throws std::system_error if the system cannot create the threads.
  explicit WorkerPool(int num_threads);
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  ~WorkerPool();

  // Adds a task. It must not throw.
  void Run(std::function<void()> task);

  // As Run, but drops the task and returns false if `max_waiting` tasks already
  // wait for a thread.
  [[nodiscard]] bool TryRun(std::function<void()> task, size_t max_waiting);

  // Returns the number of tasks that wait for a thread.
  size_t num_waiting() const;

 private:
  void Loop();
  void Stop();

  mutable std::mutex mu_;
  std::condition_variable added_;
  std::deque<std::function<void()>> tasks_;
  // The number of threads that wait for added_.
  int idle_ = 0;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_WORKER_POOL_H_
