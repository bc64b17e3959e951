// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_WORKERS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_WORKERS_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tfs3::grpc {

// A fixed number of threads that run tasks in the order in which they come.
//
//   Workers workers(4);
//   workers.Add([] { Work(); });
//
// Thread-safe. The destructor runs all tasks that were added, then ends the
// threads. Standard library only, as the transport is.
class Workers {
 public:
  explicit Workers(int num_threads);
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers();

  // Runs `task` on one of the threads, soon. It must not throw.
  void Add(std::function<void()> task);

 private:
  void Work();

  std::mutex mu_;
  std::condition_variable added_;
  std::deque<std::function<void()>> tasks_;
  // Threads that wait for added_: nobody is woken where nobody sleeps.
  int idle_ = 0;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_WORKERS_H_
