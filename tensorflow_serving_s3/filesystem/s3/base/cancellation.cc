// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/base/cancellation.h"

#include <condition_variable>
#include <utility>

namespace tfs3 {
namespace s3 {

void Cancellation::Cancel() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (cancelled_.exchange(true)) {
    return;
  }
  for (const std::function<void()>& wake : listeners_) {
    wake();
  }
}

Cancellation::Listener::Listener(Cancellation* cancellation,
                                 std::function<void()> wake)
    : cancellation_(cancellation) {
  if (cancellation_ == nullptr) {
    return;
  }
  std::lock_guard<std::mutex> lock(cancellation_->mutex_);
  if (cancellation_->cancelled_) {
    wake();
  }
  cancellation_->listeners_.push_front(std::move(wake));
  position_ = cancellation_->listeners_.begin();
}

Cancellation::Listener::~Listener() {
  if (cancellation_ == nullptr) {
    return;
  }
  std::lock_guard<std::mutex> lock(cancellation_->mutex_);
  cancellation_->listeners_.erase(position_);
}

bool SleepUnlessCancelled(std::chrono::milliseconds duration,
                          Cancellation* cancellation) {
  std::mutex mutex;
  std::condition_variable changed;
  bool woken = false;
  const Cancellation::Listener listener(cancellation, [&] {
    std::lock_guard<std::mutex> lock(mutex);
    woken = true;
    changed.notify_one();
  });
  std::unique_lock<std::mutex> lock(mutex);
  return !changed.wait_for(lock, duration, [&] { return woken; });
}

}  // namespace s3
}  // namespace tfs3
