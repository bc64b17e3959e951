// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The memory that all uploads of a process share for what is on its way.
//
//   UploadMemory& memory = UploadMemory::OfProcess();
//   memory.Take(part.size());      // waits for its turn, and for room
//   Send(std::move(part));
//   memory.GiveBack(size);
//
// 128 MiB, or one part where a single one is larger: that has all of it, and
// waits until there is nothing else. Callers have their turns in the order in
// which they ask: small parts that would still fit do not pass a large one that
// waits. So a caller that holds memory must not need more to give it back.
// Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_WRITING_UPLOAD_MEMORY_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_WRITING_UPLOAD_MEMORY_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace tfs3 {
namespace s3 {

class UploadMemory {
 public:
  static constexpr size_t kDefaultLimit = size_t{128} << 20;

  explicit UploadMemory(size_t limit = kDefaultLimit) : limit_(limit) {}

  // That of this process, never destroyed. The child of a fork has one of its
  // own.
  static UploadMemory& OfProcess();

  void Take(size_t bytes);
  // Takes the bytes if that needs no waiting. Whether it has.
  bool TryTake(size_t bytes);
  void GiveBack(size_t bytes);

  // How many wait in Take.
  size_t waiting() const;

  UploadMemory(const UploadMemory&) = delete;
  UploadMemory& operator=(const UploadMemory&) = delete;

 private:
  const size_t limit_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  size_t used_ = 0;
  // Each who asks draws a number; the numbers are called one after the other.
  uint64_t drawn_ = 0;
  uint64_t called_ = 0;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_WRITING_UPLOAD_MEMORY_H_
