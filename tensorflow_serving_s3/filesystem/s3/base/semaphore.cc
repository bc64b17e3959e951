// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/base/semaphore.h"

namespace tfs3 {
namespace s3 {

void Semaphore::Acquire(size_t count) {
  std::unique_lock<std::mutex> lock(mutex_);
  const uint64_t ticket = next_ticket_++;
  changed_.wait(lock, [&] { return now_serving_ == ticket && Fits(count); });
  used_ += count;
  ++now_serving_;
  if (now_serving_ != next_ticket_) {
    changed_.notify_all();
  }
}

bool Semaphore::TryAcquire(size_t count) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (now_serving_ != next_ticket_ || !Fits(count)) {
    return false;
  }
  used_ += count;
  return true;
}

void Semaphore::Release(size_t count) {
  std::lock_guard<std::mutex> lock(mutex_);
  used_ -= count;
  if (now_serving_ != next_ticket_) {
    changed_.notify_all();
  }
}

size_t Semaphore::waiting() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return next_ticket_ - now_serving_;
}

}  // namespace s3
}  // namespace tfs3
