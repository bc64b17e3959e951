// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/scheduled_thread_pool.h"

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/time/time.h"

namespace tfs3 {

ScheduledThreadPool::ScheduledThreadPool(int num_threads) {
  num_threads = std::max(1, num_threads);
  try {
    for (int i = 0; i < num_threads; ++i) {
      threads_.emplace_back([this] { RunThread(); });
    }
  } catch (const std::system_error& error) {
    Stop();
    throw std::system_error(
        error.code(), "created only " + std::to_string(threads_.size()) +
                          " of " + std::to_string(num_threads) + " threads");
  }
}

ScheduledThreadPool::~ScheduledThreadPool() { Stop(); }

void ScheduledThreadPool::Stop() {
  // Destroyed after the lock is released.
  std::multimap<Clock::time_point, std::function<void()>> dropped;
  {
    std::lock_guard<std::mutex> lock(mu_);
    stopping_ = true;
    dropped.swap(queue_);
    changed_.notify_all();
  }
  for (std::thread& thread : threads_) {
    if (thread.joinable()) {
      thread.join();
    }
  }
}

void ScheduledThreadPool::Schedule(std::function<void()> work) {
  ScheduleAfter(absl::ZeroDuration(), std::move(work));
}

void ScheduledThreadPool::ScheduleAfter(absl::Duration delay,
                                        std::function<void()> work) {
  // Keeps the due time within the range of the clock.
  constexpr absl::Duration kMaxDelay = absl::Hours(24 * 365);
  delay = std::clamp(delay, absl::ZeroDuration(), kMaxDelay);
  const Clock::time_point due = Clock::now() + absl::ToChronoNanoseconds(delay);
  std::lock_guard<std::mutex> lock(mu_);
  if (stopping_) {
    return;
  }
  queue_.emplace(due, std::move(work));
  // Notifies under the lock: after it is released, the scheduled work may let
  // the owner destroy this pool.
  changed_.notify_one();
}

void ScheduledThreadPool::RunThread() {
  std::unique_lock<std::mutex> lock(mu_);
  while (!stopping_) {
    if (queue_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const auto first = queue_.begin();
    const Clock::time_point due = first->first;
    if (due > Clock::now()) {
      changed_.wait_until(lock, due);
      continue;
    }
    std::function<void()> work = std::move(first->second);
    queue_.erase(first);
    // Another thread must wait for the next work in the queue.
    if (!queue_.empty()) {
      changed_.notify_one();
    }
    lock.unlock();
    work();
    work = nullptr;  // Destroys the captures before the lock is taken.
    lock.lock();
  }
}

}  // namespace tfs3
