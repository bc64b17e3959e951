// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/base/parallel.h"

#include <algorithm>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace tfs3 {
namespace s3 {

Status ForEachInParallel(size_t count, size_t threads,
                         const std::function<Status(size_t)>& task) {
  std::mutex mutex;
  size_t next = 0;
  Status failure;
  const auto work = [&] {
    std::unique_lock<std::mutex> lock(mutex);
    while (next < count && failure.ok()) {
      const size_t mine = next++;
      lock.unlock();
      const Status status = task(mine);
      lock.lock();
      if (failure.ok()) {
        failure = status;
      }
    }
  };
  // The caller's thread is one of `threads`.
  std::vector<std::thread> others;
  others.reserve(std::min(count, threads));
  for (size_t i = 1; i < std::min(count, threads); ++i) {
    try {
      others.emplace_back(work);
    } catch (const std::system_error&) {
      break;  // The system cannot start more threads.
    }
  }
  work();
  for (std::thread& thread : others) {
    thread.join();
  }
  return failure;
}

}  // namespace s3
}  // namespace tfs3
