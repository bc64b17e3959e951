// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// A value that each process creates for itself, because it has threads or a
// lock. A forked child has the memory of its parent but not its other threads,
// and a lock that one of them held is never released.
//
//   PerProcess<State> state;
//   std::lock_guard<std::mutex> lock(state.get().mutex);
//
// The first get() in each process creates a T. In a forked child, the parent's
// T is neither used nor destroyed. Thread-safe and lock-free.
//
// Use StaticPerProcess for a static variable:
//
//   static StaticPerProcess<State> state;
//
// It is initialised at compile time and never destroyed. The compiler guards
// the initialisation of other static variables with a lock; if a process forks
// at this time, the child waits for ever.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_PER_PROCESS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_PER_PROCESS_H_

#include <sys/types.h>
#include <unistd.h>

#include <atomic>

namespace tfs3 {
namespace s3 {

// Remembers the process that created it.
class OwnerProcess {
 public:
  // Returns true in the process that created it.
  bool IsThis() const { return pid_ == getpid(); }

 private:
  pid_t pid_ = getpid();
};

template <typename T>
class StaticPerProcess {
 public:
  constexpr StaticPerProcess() = default;

  T& get() {
    Entry* entry = entry_.load(std::memory_order_acquire);
    if (entry != nullptr && entry->owner.IsThis()) {
      return entry->value;
    }
    Entry* fresh = new Entry();
    if (entry_.compare_exchange_strong(entry, fresh,
                                       std::memory_order_acq_rel)) {
      return fresh->value;
    }
    delete fresh;  // Another thread of this process was faster.
    return entry->value;
  }

  // Destroys this process's T, if there is one.
  void Destroy() {
    Entry* entry = entry_.load(std::memory_order_acquire);
    if (entry != nullptr && entry->owner.IsThis()) {
      delete entry;
    }
  }

  StaticPerProcess(const StaticPerProcess&) = delete;
  StaticPerProcess& operator=(const StaticPerProcess&) = delete;

 private:
  struct Entry {
    OwnerProcess owner;
    T value;
  };

  std::atomic<Entry*> entry_{nullptr};
};

template <typename T>
class PerProcess {
 public:
  constexpr PerProcess() = default;
  ~PerProcess() { state_.Destroy(); }
  PerProcess(const PerProcess&) = delete;
  PerProcess& operator=(const PerProcess&) = delete;

  T& get() { return state_.get(); }

 private:
  StaticPerProcess<T> state_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_PER_PROCESS_H_
