// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// A counting semaphore that serves requests in their order.
//
//   Semaphore memory(size_t{128} << 20);
//   memory.Acquire(part.size());  // waits
//   Send(part);
//   memory.Release(part.size());
//
//   const Semaphore::Hold slot(&slots);  // one unit until the end of the scope
//
// A request for more than the capacity waits until nothing is held, and then
// holds everything. Later requests do not overtake a waiting one, so a thread
// must not acquire more before it has released what it holds. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_SEMAPHORE_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_SEMAPHORE_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace tfs3 {
namespace s3 {

class Semaphore {
 public:
  class Hold;

  explicit Semaphore(size_t capacity) : capacity_(capacity) {}

  size_t capacity() const { return capacity_; }

  void Acquire(size_t count);
  // Acquires without waiting. Returns false if that is not possible.
  bool TryAcquire(size_t count);
  void Release(size_t count);

  // Returns the number of threads that wait in Acquire.
  size_t waiting() const;

  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

 private:
  // Requires `mutex_`.
  bool Fits(size_t count) const {
    return used_ == 0 || used_ + count <= capacity_;
  }

  const size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  size_t used_ = 0;
  // Each request takes the next ticket; tickets are served in their order.
  uint64_t next_ticket_ = 0;
  uint64_t now_serving_ = 0;
};

// Holds one unit of a semaphore until the end of its scope.
class Semaphore::Hold {
 public:
  // Waits for the unit. `semaphore` must outlive the object.
  explicit Hold(Semaphore* semaphore) : semaphore_(semaphore) {
    semaphore_->Acquire(1);
  }
  ~Hold() { semaphore_->Release(1); }

  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

 private:
  Semaphore* const semaphore_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_SEMAPHORE_H_
