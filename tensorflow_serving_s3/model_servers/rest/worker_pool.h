// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// A fixed number of threads that run what they are given, oldest first.
//
//   WorkerPool pool(4);
//   pool.Run([] { ... });
//
// Run is thread-safe. The destructor runs what was given before it, then joins
// the threads.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_WORKER_POOL_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_WORKER_POOL_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tfs3::rest {

class WorkerPool {
 public:
  explicit WorkerPool(int num_threads);
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  ~WorkerPool();

  void Run(std::function<void()> work);

 private:
  void Loop();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_WORKER_POOL_H_
