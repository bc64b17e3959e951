// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/writing/upload_memory.h"

#include "tensorflow_serving_s3/filesystem/s3/base/per_process.h"

namespace tfs3 {
namespace s3 {

UploadMemory& UploadMemory::OfProcess() {
  // Never destroyed: files may be closed after main.
  static StaticPerProcess<UploadMemory> per_process;
  return per_process.get();
}

void UploadMemory::Take(size_t bytes) {
  std::unique_lock<std::mutex> lock(mutex_);
  const uint64_t number = drawn_++;
  changed_.wait(lock, [&] {
    return called_ == number && (used_ == 0 || used_ + bytes <= limit_);
  });
  used_ += bytes;
  ++called_;
  changed_.notify_all();
}

bool UploadMemory::TryTake(size_t bytes) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (called_ != drawn_ || (used_ != 0 && used_ + bytes > limit_)) return false;
  used_ += bytes;
  return true;
}

void UploadMemory::GiveBack(size_t bytes) {
  std::lock_guard<std::mutex> lock(mutex_);
  used_ -= bytes;
  changed_.notify_all();
}

size_t UploadMemory::waiting() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return drawn_ - called_;
}

}  // namespace s3
}  // namespace tfs3
