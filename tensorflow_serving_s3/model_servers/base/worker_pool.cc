// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/base/worker_pool.h"

#include <limits>
#include <string>
#include <system_error>
#include <utility>

namespace tfs3 {

WorkerPool::WorkerPool(int num_threads) {
  threads_.reserve(num_threads);
  try {
    for (int i = 0; i < num_threads; ++i) {
      threads_.emplace_back([this] { Loop(); });
    }
  } catch (const std::system_error& error) {
    Stop();
    throw std::system_error(
        error.code(), "created only " + std::to_string(threads_.size()) +
                          " of " + std::to_string(num_threads) + " threads");
  }
}

WorkerPool::~WorkerPool() { Stop(); }

void WorkerPool::Stop() {
  {
    std::lock_guard<std::mutex> lock(mu_);
    ending_ = true;
  }
  added_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

void WorkerPool::Run(std::function<void()> task) {
  static_cast<void>(
      TryRun(std::move(task), std::numeric_limits<size_t>::max()));
}

bool WorkerPool::TryRun(std::function<void()> task, size_t max_waiting) {
  bool wake;
  {
    std::lock_guard<std::mutex> lock(mu_);
    // Idle threads will take the first tasks.
    const size_t idle = static_cast<size_t>(idle_);
    if (tasks_.size() >= idle && tasks_.size() - idle >= max_waiting) {
      return false;
    }
    tasks_.push_back(std::move(task));
    wake = idle_ > 0;
  }
  if (wake) {
    added_.notify_one();
  }
  return true;
}

size_t WorkerPool::num_waiting() const {
  std::lock_guard<std::mutex> lock(mu_);
  return tasks_.size();
}

void WorkerPool::Loop() {
  std::unique_lock<std::mutex> lock(mu_);
  while (true) {
    while (tasks_.empty()) {
      if (ending_) {
        return;
      }
      ++idle_;
      added_.wait(lock);
      --idle_;
    }
    {
      const std::function<void()> task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
    }
    lock.lock();
  }
}

}  // namespace tfs3
